import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { submissionsHandlers } from '../../electron/bridge/submissions.handler.ts'
import { createCell } from '../../electron/cell.ts'
import { seededRandom } from '../sim/random.ts'
import { submitRequest } from '../sim/sample.ts'
import { handedInBy, MINUTE_MS, SECOND_MS, type Stage, setStage } from './stage.ts'

const isJournal = (path: string) => path.endsWith('.bmj')
/** Of the first citizen on a stage. */
const DRAFT_1 = '00000000-0000-4000-8000-000000000001'
const BACK_LIMIT_MS = 2 * MINUTE_MS

async function isBack(stage: Stage): Promise<void> {
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, BACK_LIMIT_MS)
}

test('scenario 1: the power is cut at any moment before the journal is written: nothing claimed, nothing there, no half record', async () => {
  const stage = await setStage()
  let cuts = 0
  for (let stopAt = 1; ; stopAt++) {
    let operations = 0
    let wasJournal = false
    stage.onDisk = (operation, path) => {
      operations++
      if (operations !== stopAt) return
      wasJournal = isJournal(path)
      if (!wasJournal || operation === 'write') stage.host.crash('power')
    }
    // Its chunks are written before its frame.
    const answer = await stage.press(1, { attachments: 2 })
    stage.onDisk = undefined
    expect(answer).toBeUndefined()
    cuts++
    await isBack(stage)
    const { ledger, intake } = stage.terminal()
    expect([...ledger.items()]).toEqual([])
    expect(ledger.damage).toEqual([])
    expect(intake.byDraft(DRAFT_1)).toBeNull()
    if (wasJournal) break
  }
  // Two chunks, each written, synced and named, their folder, and the frame.
  expect(cuts).toBeGreaterThan(5)
  expect(stage.oracle.promises.size).toBe(0)
  await stage.run(5 * MINUTE_MS)
  expect(stage.rows()).toEqual([])
  // The restart is idle, and the next one gets the first number.
  const { sequence } = await stage.submit(1, { attachments: 2 })
  expect(sequence).toBe(1)
  await stage.until('delivered', () => stage.terminal().ledger.received === 1, 5 * MINUTE_MS)
  await stage.judge()
})

test('scenario 2: the power is cut in the middle of an append: a torn tail is cut off and counted, the chain goes on', async () => {
  const stage = await setStage()
  const seen = { whole: 0, torn: 0, lost: 0 }
  const kept: string[] = []
  for (let draft = 1; draft <= 40; draft++) {
    let done = false
    stage.onDisk = (operation, path) => {
      if (done || operation !== 'sync' || !isJournal(path)) return
      done = true
      stage.host.crash('power')
    }
    const tornBefore = stage.terminal().ledger.damage.length
    expect(await stage.press(draft)).toBeUndefined()
    stage.onDisk = undefined
    await isBack(stage)
    const { ledger } = stage.terminal()
    const damage = ledger.damage.slice(tornBefore)
    expect(damage.every(({ kind }) => kind === 'torn-tail')).toBe(true)
    // Nobody was told of it: whole or not there.
    const items = [...ledger.items()].map(({ submissionId }) => submissionId)
    expect(items.slice(0, kept.length)).toEqual(kept)
    if (items.length > kept.length) seen.whole++
    else if (damage.length > 0) seen.torn++
    else seen.lost++
    kept.splice(0, kept.length, ...items)
  }
  expect(seen.torn).toBeGreaterThan(0)
  expect(seen.lost).toBeGreaterThan(0)
  expect(seen.whole).toBeGreaterThan(0)
  const counted = stage.terminal().ledger.damage.length
  expect(counted).toBeGreaterThanOrEqual(seen.torn)
  // Read once more from the disk: nothing new is wrong.
  stage.host.crash('program')
  await isBack(stage)
  expect(stage.terminal().ledger.damage).toHaveLength(counted)
  // Those that were lost are handed in by their citizens again; those that were not are the same.
  for (let draft = 1; draft <= 40; draft++) await stage.submit(draft)
  const items = [...stage.terminal().ledger.items()]
  expect(items).toHaveLength(40)
  expect(items.slice(0, kept.length).map(({ submissionId }) => submissionId)).toEqual(kept)
  await stage.until('delivered', () => stage.terminal().ledger.received === 40, 10 * MINUTE_MS)
  await stage.judge()
})

test('scenario 3: the power is cut after the journal’s sync and before the queue knows: replayed, and the ticket is good', async () => {
  const stage = await setStage({ worker: true })
  const { framed } = stage.oracle
  let ticket = ''
  stage.oracle.framed = (terminalId, entry) => {
    framed(terminalId, entry)
    if (!entry.known || entry.frame.type !== 'accepted') return
    ticket = entry.frame.ticket
    stage.oracle.framed = framed
    stage.host.crash('power')
  }
  stage.host.link.state = 'unreachable'
  expect(await stage.press(1)).toBeUndefined()
  expect(ticket).not.toBe('')
  await isBack(stage)
  const item = stage.terminal().ledger.byTicket(ticket)
  if (item === undefined) throw new Error('the ticket is unknown')
  await stage.run(10 * SECOND_MS)
  const [queued] = await stage.host.workerDisk.content.get([item.submissionId])
  expect(queued).toMatchObject({ id: item.submissionId, state: 'queued', deviceSequence: 1 })
  const again = await stage.submit(1)
  expect(again).toMatchObject({ submissionId: item.submissionId, ticket, sequence: 1 })
  stage.host.link.state = 'up'
  await stage.until('delivered', () => stage.terminal().ledger.received === 1, 5 * MINUTE_MS)
  await stage.judge()
})

test('scenario 4: killed after the queue knows and before anything is printed: the same id, offered for print, no second', async () => {
  const stage = await setStage({ worker: true })
  stage.host.link.state = 'unreachable'
  const told = await stage.submit(1)
  await stage.run(10 * SECOND_MS)
  expect(await stage.host.workerDisk.content.get([told.submissionId])).toHaveLength(1)
  stage.host.crash('program')
  await isBack(stage)
  const { intake, ledger, journal } = stage.terminal()
  const page = createRouterClient(
    submissionsHandlers({
      intake,
      ledger,
      journalHead: createCell(journal.lastSequence),
      nowUnixMs: stage.unixMs,
      cases: { of: () => undefined },
      lookUps: () => 0,
    }),
  )
  expect(await page.unprinted()).toMatchObject([{ submissionId: told.submissionId, ticket: told.ticket }])
  const request = submitRequest(DRAFT_1, seededRandom('double tap'), { poison: false, attachments: 0 })
  const taps = await stage.settled('three taps', Promise.all([1, 2, 3].map(() => intake.submit(request))))
  for (const answer of taps) {
    expect(answer).toMatchObject({ ok: true, accepted: { submissionId: told.submissionId, ticket: told.ticket } })
  }
  expect([...ledger.items()]).toHaveLength(1)
  stage.host.link.state = 'up'
  await stage.until('delivered', () => ledger.received === 1, 5 * MINUTE_MS)
  await stage.judge()
})

test.each(['program', 'power'] as const)(
  'scenario 6: the receipt is here, and the %s falls before it is stored: fetched again, one row',
  async (how) => {
    for (const at of ['write', 'sync'] as const) {
      const stage = await setStage({ seed: `${how} ${at}` })
      const receipts: unknown[] = []
      stage.onTheWay = async (request, next) => {
        const reply = await next()
        if (handedInBy(request).length > 0) receipts.push(JSON.parse(reply.body.toString('utf8')).receipt)
        return reply
      }
      stage.onDisk = (operation, path) => {
        if (receipts.length === 0 || operation !== at || !isJournal(path)) return
        stage.onDisk = undefined
        stage.host.crash(how)
      }
      const { submissionId } = await stage.submit(1)
      await stage.until('the terminal falls', () => stage.host.terminal === undefined, MINUTE_MS)
      expect(receipts).toHaveLength(1)
      await isBack(stage)
      await stage.until('delivered', () => stage.terminal().ledger.received === 1, 5 * MINUTE_MS)
      // What was written and not synced may have been kept by the disk.
      expect(new Set(receipts).size).toBe(1)
      if (at === 'write') expect(receipts).toHaveLength(2)
      expect(stage.rows().map((row) => row.submissionId)).toEqual([submissionId])
      await stage.judge()
    }
  },
)

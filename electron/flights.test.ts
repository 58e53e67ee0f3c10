import { beforeEach, expect, test } from 'vitest'
import type { PutResult } from '../sync/hub-client/answers.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, EPOCH, quarantined, submissionId } from '../sync/journal/sample-frames.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { createCell } from './cell.ts'
import { createFlights, type Flights } from './flights.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW, settle, TERMINAL_ID } from './testing/fixtures.ts'

const KEY_SET: KeySet = { kind: 'key-set', version: 1, keys: [] }
const RECEIVED: PutResult = { outcome: 'received', receipt: 'a.b.c', hubSequence: 7, hubEpoch: EPOCH }
const AWAY: PutResult = { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' }

let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let flights: Flights
let put: (id: string) => Promise<PutResult>
let puts: string[]
let keySet: KeySet | undefined
let proofs: number
let doubts: number

beforeEach(async () => {
  held = await journalOnMemory()
  for (let n = 1; n <= 20; n++) await held.journal.append(accepted(n))
  book = logBook()
  puts = []
  put = async () => RECEIVED
  keySet = KEY_SET
  proofs = 0
  doubts = 0
  const notUsed = () => Promise.reject(new Error('not used'))
  const hub: HubClient = {
    putSubmission(submission) {
      puts.push(submission.submissionId)
      return put(submission.submissionId)
    },
    ping: notUsed,
    getKeySet: notUsed,
    getCatalogue: notUsed,
    enrol: notUsed,
  }
  flights = createFlights({
    terminalId: TERMINAL_ID,
    journal: held.journal,
    ledger: held.ledger,
    hub,
    trust: {
      deviceKey: { kid: 'k', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) }, sign: notUsed },
      keySet: () => keySet,
      enrolled: () => true,
      sealKey: () => undefined,
      refresh: async () => undefined,
    },
    connection: {
      connection: createCell('connected'),
      proven: () => void proofs++,
      doubt: () => void doubts++,
      start: () => undefined,
      stop: () => undefined,
    },
    nowIso: () => NOW,
    log: book.log,
  })
})

/** A hub whose answers wait until they are let go. */
function slowHub() {
  const waiting: (() => void)[] = []
  put = () => new Promise((resolve) => waiting.push(() => resolve(RECEIVED)))
  return waiting
}
const failed = (n: number, hubWide = false, retryAfterMs: number | null = null) => ({
  submissionId: submissionId(n),
  outcome: 'failed',
  hubWide,
  retryAfterMs,
})

test('a receipt is delivered once its frame is in the journal', async () => {
  expect(await flights.send([submissionId(1)])).toEqual([{ submissionId: submissionId(1), outcome: 'received' }])
  expect(held.ledger.bySubmission(submissionId(1))).toMatchObject({ state: 'received', hubSequence: 7 })
  expect(proofs).toBe(1)
  expect(await flights.send([submissionId(1)])).toEqual([{ submissionId: submissionId(1), outcome: 'received' }])
  expect(puts).toHaveLength(1)
})

test('one flight per submission, whoever asks and however often', async () => {
  const waiting = slowHub()
  const asked = [
    flights.send([submissionId(1), submissionId(1)]),
    flights.send([submissionId(1)]),
    flights.send([submissionId(2), submissionId(1)]),
  ]
  await settle()
  expect([...puts].sort()).toEqual([submissionId(1), submissionId(2)])
  for (const answer of waiting) answer()
  const hints = await Promise.all(asked)
  expect(hints.map((each) => each.length)).toEqual([1, 1, 2])
  const frames: string[] = []
  for await (const entry of held.journal.read()) if (entry.known) frames.push(entry.frame.type)
  expect(frames.filter((type) => type === 'received')).toHaveLength(2)
})

test('at most four are on their way, over all calls together, and every lane is used again', async () => {
  const waiting = slowHub()
  const asked = [1, 6, 11, 16].map((from) => flights.send([0, 1, 2, 3, 4].map((n) => submissionId(from + n))))
  let most = 0
  let done = 0
  while (done < 20) {
    await settle()
    most = Math.max(most, waiting.length)
    const answer = waiting.shift()
    if (answer === undefined) throw new Error(`nothing flies after ${done}`)
    answer()
    done++
  }
  await Promise.all(asked)
  expect(most).toBe(4)
  expect(new Set(puts).size).toBe(20)
})

test('a receipt that cannot be stored is no delivery, and is fetched again', async () => {
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await flights.send([submissionId(1)])).toEqual([failed(1)])
  expect(held.ledger.bySubmission(submissionId(1))?.state).toBe('queued')
  held.disk.before = () => undefined
  expect(await flights.send([submissionId(1)])).toMatchObject([{ outcome: 'received' }])
  expect(puts).toHaveLength(2)
})

test('a refusal by the hub is a frame too; one that cannot be stored is tried again', async () => {
  put = async () => ({ outcome: 'quarantined', reason: 'too-large', detail: '413' })
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('EIO')
  }
  expect(await flights.send([submissionId(1)])).toEqual([failed(1)])
  held.disk.before = () => undefined
  expect(await flights.send([submissionId(1)])).toMatchObject([{ outcome: 'quarantined' }])
  expect(held.ledger.bySubmission(submissionId(1))).toMatchObject({ state: 'quarantined', reason: 'too-large' })
})

test('hints tell a hub that is away from one submission’s own trouble, and pass the wait on', async () => {
  put = async (id) =>
    id === submissionId(1)
      ? AWAY
      : { outcome: 'failed', why: 'http-500', hubWide: false, retryAfterMs: 3000, detail: '500' }
  expect(await flights.send([submissionId(1), submissionId(2)])).toEqual([failed(1, true), failed(2, false, 3000)])
  expect(doubts).toBe(2)
  expect(proofs).toBe(0)
})

test('without the hub’s keys nothing flies, and all shall wait', async () => {
  keySet = undefined
  expect(await flights.send([submissionId(1)])).toEqual([failed(1, true)])
  expect(puts).toEqual([])
})

test('what is unknown or quarantined does not fly', async () => {
  await held.journal.append(quarantined(1))
  expect(await flights.send([submissionId(1), submissionId(999)])).toEqual([
    { submissionId: submissionId(1), outcome: 'quarantined' },
    { submissionId: submissionId(999), outcome: 'unknown-submission' },
  ])
  expect(puts).toEqual([])
})

test('one flight that throws, or whose frame cannot be read, costs the others nothing and is tried again', async () => {
  put = async (id) => {
    if (id === submissionId(2)) throw new Error('a bug')
    return RECEIVED
  }
  const hints = await flights.send([1, 2, 3].map(submissionId))
  expect(hints).toEqual([
    { submissionId: submissionId(1), outcome: 'received' },
    failed(2),
    { submissionId: submissionId(3), outcome: 'received' },
  ])
  expect(book.of('flight-fault')).toMatchObject([{ submissionId: submissionId(2) }])

  put = async () => RECEIVED
  held.disk.before = (operation) => {
    if (operation === 'read') throw diskError('EIO')
  }
  expect(await flights.send([submissionId(2)])).toEqual([failed(2)])
  expect(book.of('flight-fault')).toHaveLength(2)
  held.disk.before = () => undefined
  expect(await flights.send([submissionId(2)])).toMatchObject([{ outcome: 'received' }])
})

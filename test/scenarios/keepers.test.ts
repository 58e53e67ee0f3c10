import { expect, test } from 'vitest'
import { envelopeParts } from '../../sync/envelope/envelope-parts.ts'
import { HOUR_MS, handedInBy, MINUTE_MS, type Stage, setStage } from './stage.ts'

const delivered = (stage: Stage, count: number) =>
  stage.until('delivered', () => stage.terminal().ledger.received === count, 30 * MINUTE_MS)

test('scenario 17: the hub is put back to yesterday’s copy without a word: new epoch, all offered again, 0 lost, 0 duplicated', async () => {
  const stage = await setStage({ worker: true, minimumRetentionMs: 30 * 24 * HOUR_MS })
  let draft = 0
  const submitSome = async (count: number) => {
    for (let at = 0; at < count; at++) await stage.submit(++draft)
  }
  await submitSome(10)
  await delivered(stage, 10)
  stage.hub.backUp()
  const { hubEpoch } = stage.terminal().ledger
  // A day of work that no backup holds.
  await submitSome(20)
  await delivered(stage, 30)
  await stage.run(2 * HOUR_MS)
  expect(stage.terminal().ledger.purged).toBe(0)
  // Only the copy of the announced backup is there: the one that a keeper would take.
  while (stage.rows().length > 10) stage.hub.restore('copy')
  expect(stage.rows()).toHaveLength(10)
  await submitSome(5)
  await stage.until('all 35 are held', () => stage.rows().length === 35, 30 * MINUTE_MS)
  await delivered(stage, 35)
  expect(stage.hubSaid('epoch.opened')).toHaveLength(1)
  expect(stage.terminal().ledger.hubEpoch).not.toBe(hubEpoch)
  expect(stage.said('epoch-seen').map(({ detail }) => detail.why)).toEqual(['first', 'changed'])
  const rows = stage.rows()
  expect(new Set(rows.map((row) => row.submissionId)).size).toBe(35)
  expect(rows.map((row) => row.deviceSequence).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 35 }, (_, at) => at + 1),
  )
  // What was not lost was offered again too, and found to be there.
  expect(stage.said('reoffered').length).toBeGreaterThan(0)
  await stage.judge()
})

test('scenario 22: keys change while items wait: sealed to the old one, taken in; the new one is used from then on', async () => {
  const stage = await setStage()
  stage.host.link.state = 'unreachable'
  const before = await stage.submit(1)
  stage.hub.rotateKeys()
  await stage.run(MINUTE_MS)
  stage.host.link.state = 'up'
  await delivered(stage, 1)
  await stage.run(5 * MINUTE_MS)
  const after = await stage.submit(2)
  await delivered(stage, 2)
  // Each envelope names its key and its algorithm in the clear.
  expect(await sealOf(stage, before.submissionId)).toMatchObject({ kid: 'seal-0', alg: 'RSA-OAEP-256' })
  expect(await sealOf(stage, after.submissionId)).toMatchObject({ kid: 'seal-4', alg: 'RSA-OAEP-256' })
  expect(stage.said('key-set-taken').map(({ detail }) => detail.version)).toEqual([1, 2])
  await stage.judge()
})

async function sealOf(stage: Stage, submissionId: string) {
  const read = await stage.settled('read', stage.terminal().journal.readAccepted(submissionId))
  const envelope = envelopeParts(read.ok ? read.frame.envelope : '')
  return envelope.ok ? envelope.parts.header : undefined
}

test('scenario 22: the device’s key is revoked while items wait: quarantined as such, nothing lost, nothing dropped', async () => {
  const stage = await setStage()
  await stage.submit(1)
  await delivered(stage, 1)
  stage.host.link.state = 'unreachable'
  for (let draft = 2; draft <= 5; draft++) await stage.submit(draft, { attachments: draft === 5 ? 2 : 0 })
  stage.hub.revoke('T1')
  const answers: number[] = []
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (handedInBy(request).length === 1) answers.push(reply.status)
    return reply
  }
  stage.host.link.state = 'up'
  await stage.until('set aside', () => stage.terminal().ledger.quarantined === 4, 30 * MINUTE_MS)
  const { ledger, journal } = stage.terminal()
  const { items } = ledger.page({ state: 'quarantined', before: null, limit: 10 })
  expect(items.map(({ reason }) => reason)).toEqual(Array(4).fill('key-unknown'))
  expect(answers.every((status) => status === 401)).toBe(true)
  expect(ledger.received).toBe(1)
  // All of it is still here for an export, and after a restart too.
  stage.host.crash('power')
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  expect(stage.terminal().ledger.quarantined).toBe(4)
  expect(stage.terminal().journal).not.toBe(journal)
  for (const { submissionId } of items) {
    expect(await stage.settled('read', stage.terminal().journal.readAccepted(submissionId))).toMatchObject({ ok: true })
  }
  expect(stage.rows()).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { sha256Hex } from '../envelope/sha256.ts'
import { startNewEpoch } from './epoch.ts'
import { systemSources } from './sources.ts'
import { TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub } from './test-memory-hub.ts'

test('case changes of a terminal’s own submissions, page by page, none twice and none missed', async () => {
  const hub = await makeMemoryHub()
  const [mine, other] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const sent = [await mine.seal(), await mine.seal(), await mine.seal()]
  await hub.hub.putBatch({ submissions: sent })
  const foreign = await other.seal()
  await hub.hub.putSubmission(foreign)
  const settle = (submissionId: string, state: '已受理' | '需补正') =>
    hub.store.changeCase({ submissionId, from: ['待打开', '需补正'], state, faults: [], at: TEST_NOW })
  expect(await mine.pull(hub.hub, null)).toMatchObject({ fromStart: true, changes: [], more: false })
  await settle(sent[0]?.submissionId ?? '', '需补正')
  await settle(foreign.submissionId, '已受理')
  await settle(sent[1]?.submissionId ?? '', '已受理')
  await settle(sent[0]?.submissionId ?? '', '已受理')
  const first = await mine.pull(hub.hub, null, 2)
  const base = Date.parse(TEST_NOW)
  expect(first).toMatchObject({ fromStart: true, more: true, checkpoint: { sequence: base + 3 } })
  expect(first.changes).toEqual([
    { sequence: base + 1, submissionId: sent[0]?.submissionId, ticket: sent[0]?.ticket, state: '需补正', at: TEST_NOW },
    { sequence: base + 3, submissionId: sent[1]?.submissionId, ticket: sent[1]?.ticket, state: '已受理', at: TEST_NOW },
  ])
  const second = await mine.pull(hub.hub, first.checkpoint, 2)
  expect(second).toMatchObject({ fromStart: false, more: false, changes: [{ sequence: base + 4 }] })
  expect(await mine.pull(hub.hub, second.checkpoint)).toMatchObject({ changes: [], checkpoint: { sequence: base + 4 } })
  expect(await mine.contact(hub.hub)).toMatchObject({ caseSequence: base + 4 })
  const epoch = await startNewEpoch(hub.parts, 'command')
  expect(await mine.pull(hub.hub, second.checkpoint)).toMatchObject({
    fromStart: true,
    changes: [{ sequence: base + 1 }, { sequence: base + 3 }, { sequence: base + 4 }],
    checkpoint: { hubEpoch: epoch, sequence: base + 4 },
  })
})

test('put back by hand in the same epoch: what was told before is told anew, whatever came since', async () => {
  const hub = await makeMemoryHub()
  const [mine, other] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const sent = [await mine.seal(), await mine.seal()]
  const foreign = await other.seal()
  await hub.hub.putBatch({ submissions: sent })
  await hub.hub.putSubmission(foreign)
  const [a, b] = sent.map(({ submissionId }) => submissionId) as [string, string]
  const judge = (submissionId: string, state: '已受理' | '不予受理') =>
    hub.store.changeCase({ submissionId, from: ['待打开'], state, faults: [], at: TEST_NOW })
  const backup = hub.store.snapshot()
  await judge(a, '已受理')
  await judge(b, '不予受理')
  const before = await mine.pull(hub.hub, null)
  expect(before.changes).toHaveLength(2)
  hub.store.restore(backup)
  // Nothing is judged yet: the checkpoint lies above everything.
  expect(await mine.pull(hub.hub, before.checkpoint)).toMatchObject({ fromStart: true, changes: [] })
  hub.sources.nowMs += 60_000
  await judge(b, '已受理')
  await judge(foreign.submissionId, '已受理')
  await judge(a, '不予受理')
  const { caseSequence } = await mine.contact(hub.hub)
  expect(caseSequence).toBeGreaterThan(before.checkpoint.sequence)
  const anew = await mine.pull(hub.hub, before.checkpoint)
  expect(anew).toMatchObject({
    fromStart: true,
    changes: [
      { submissionId: b, state: '已受理' },
      { submissionId: a, state: '不予受理' },
    ],
  })
  expect(await mine.pull(hub.hub, anew.checkpoint)).toMatchObject({ fromStart: false, changes: [] })
})

test('reconcile: what is missing here, what is another thing under the same id, what the terminal does not list', async () => {
  const hub = await makeMemoryHub()
  const [mine, other] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const sent = [await mine.seal(), await mine.seal(), await mine.seal()]
  await hub.hub.putBatch({ submissions: sent })
  await hub.hub.putSubmission(await other.seal())
  const [a, b, c] = sent.map(({ submissionId, sha256 }, i) => ({
    deviceSequence: i + 1,
    submissionId,
    sha256,
    state: 'received' as const,
  }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three')
  const range = { fromDeviceSequence: 1, throughDeviceSequence: 4 }
  expect(await mine.reconcile(hub.hub, { ...range, items: [a, b, c] })).toMatchObject({
    missing: [],
    mismatched: [],
    unlisted: [],
  })
  expect(hub.events).toEqual([])
  const lost = { ...a, deviceSequence: 4, submissionId: systemSources.randomUuid() }
  const answer = await mine.reconcile(hub.hub, { ...range, items: [{ ...a, sha256: sha256Hex('other') }, c, lost] })
  expect(answer).toMatchObject({
    missing: [lost.submissionId],
    mismatched: [a.submissionId],
    unlisted: [{ deviceSequence: 2, submissionId: b.submissionId }],
  })
  expect(hub.events).toEqual([
    { event: 'reconcile.difference', level: 'warn', terminalId: 'T-1', missing: 1, mismatched: 1, unlisted: 1 },
  ])
  const page = await mine.reconcile(hub.hub, { fromDeviceSequence: 3, throughDeviceSequence: 3, items: [] })
  expect(page).toMatchObject({ unlisted: [{ deviceSequence: 3 }] })
})

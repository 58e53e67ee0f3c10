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
  expect(first).toMatchObject({ fromStart: true, more: true, checkpoint: { sequence: 3 } })
  expect(first.changes).toEqual([
    { sequence: 1, submissionId: sent[0]?.submissionId, ticket: sent[0]?.ticket, state: '需补正', at: TEST_NOW },
    { sequence: 3, submissionId: sent[1]?.submissionId, ticket: sent[1]?.ticket, state: '已受理', at: TEST_NOW },
  ])
  const second = await mine.pull(hub.hub, first.checkpoint, 2)
  expect(second).toMatchObject({ fromStart: false, more: false, changes: [{ sequence: 4 }] })
  expect(await mine.pull(hub.hub, second.checkpoint)).toMatchObject({ changes: [], checkpoint: { sequence: 4 } })
  expect(await mine.contact(hub.hub)).toMatchObject({ caseSequence: 4 })
  const epoch = await startNewEpoch(hub.parts, 'command')
  expect(await mine.pull(hub.hub, second.checkpoint)).toMatchObject({
    fromStart: true,
    changes: [{ sequence: 1 }, { sequence: 3 }, { sequence: 4 }],
    checkpoint: { hubEpoch: epoch, sequence: 4 },
  })
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

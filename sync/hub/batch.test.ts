import { ORPCError } from '@orpc/client'
import { expect, test } from 'vitest'
import { receiptItem, verifyReceipt } from '../envelope/receipt.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { MAX_BATCH_BYTES } from '../protocol/hub-api.ts'
import { startNewEpoch } from './epoch.ts'
import type { HandedIn } from './ingest-check.ts'
import { goodPayload, terminalOf } from './test-hub.ts'
import { enrolled, makeMemoryHub, markOf } from './test-memory-hub.ts'

async function opened(receipt: string | null, hub: Awaited<ReturnType<typeof makeMemoryHub>>) {
  const verified = await verifyReceipt(receipt ?? '', hub.keySet)
  if (!verified.ok) throw new Error(verified.fault)
  return verified.receipt
}

/** The same envelope with one bit of the device's signature changed. */
function withOtherSignature(sent: HandedIn): HandedIn {
  const { summary, sealed } = JSON.parse(sent.envelope) as { summary: string; sealed: string }
  const [head, body, signature] = summary.split('.')
  const flipped = `${head}.${body}.${signature?.startsWith('A') ? 'B' : 'A'}${signature?.slice(1)}`
  const envelope = JSON.stringify({ summary: flipped, sealed })
  return { ...sent, envelope, sha256: sha256Hex(envelope) }
}

test('a batch: one receipt over all that are new, in the order of the terminal’s own numbers', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = [await terminal.seal(), await terminal.seal(), await terminal.seal()]
  const answer = await hub.hub.putBatch({ submissions: [...sent].reverse() })
  expect(answer.results.map((result) => result.outcome)).toEqual(['stored', 'stored', 'stored'])
  expect(answer.hub).toEqual({ hubEpoch: (await hub.store.stand()).hubEpoch, hubSequence: 3, backedUpThrough: null })
  const receipt = await opened(answer.receipt, hub)
  expect(receipt.items).toEqual(
    sent.map(({ submissionId, sha256 }, i) => ({ submissionId, sha256, deviceSequence: i + 1, hubSequence: i + 1 })),
  )
  expect(receipt.previousReceiptSha256).toBeNull()
  const single = await hub.hub.putSubmission(await terminal.seal())
  expect((await opened(single.receipt, hub)).previousReceiptSha256).toBe(sha256Hex(answer.receipt ?? ''))
  expect(hub.arrived).toHaveLength(4)
})

test('sent again after a lost answer: one stored receipt, named once, and no new row', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = [await terminal.seal(), await terminal.seal()]
  const first = await hub.hub.putBatch({ submissions: sent })
  const later = await terminal.seal()
  const again = await hub.hub.putBatch({ submissions: [...sent, later] })
  const [a, b] = sent.map(({ submissionId }) => submissionId)
  expect(again.results).toEqual([
    { submissionId: a, outcome: 'held', receipt: first.receipt },
    { submissionId: b, outcome: 'held-with', heldWith: a },
    { submissionId: later.submissionId, outcome: 'stored' },
  ])
  expect((await opened(again.receipt, hub)).items.map((item) => item.submissionId)).toEqual([later.submissionId])
  const third = await hub.hub.putBatch({ submissions: sent })
  expect(third).toMatchObject({ receipt: null, results: [{ outcome: 'held' }, { outcome: 'held-with' }] })
  expect(hub.store.rows()).toHaveLength(3)
  expect(hub.arrived).toHaveLength(3)
})

test('held by a receipt of another epoch: covered by the new receipt of the batch, once', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = [await terminal.seal(), await terminal.seal()]
  await hub.hub.putBatch({ submissions: sent })
  const hubEpoch = await startNewEpoch(hub.parts, 'command')
  const current = await terminal.seal()
  const { receipt: held } = await hub.hub.putSubmission(current)
  const fresh = await terminal.seal()
  const again = await hub.hub.putBatch({ submissions: [fresh, ...sent, current] })
  expect(again.results).toEqual([
    ...[fresh, ...sent].map(({ submissionId }) => ({ submissionId, outcome: 'stored' })),
    { submissionId: current.submissionId, outcome: 'held', receipt: held },
  ])
  const receipt = await opened(again.receipt, hub)
  expect(receipt).toMatchObject({ hubEpoch, previousReceiptSha256: sha256Hex(held) })
  expect(receipt.items.map(({ deviceSequence, hubSequence }) => [deviceSequence, hubSequence])).toEqual([
    [1, 1],
    [2, 2],
    [4, 4],
  ])
  const third = await hub.hub.putBatch({ submissions: [fresh, ...sent] })
  expect(third).toMatchObject({ receipt: null, results: [{ receipt: again.receipt }, {}, {}] })
  expect(hub.store.rows()).toHaveLength(4)
  expect(hub.arrived).toHaveLength(4)
  // The renewed receipt is one that the terminal may keep as its mark.
  expect(await terminal.contact(hub.hub, { mark: markOf(again.receipt ?? '') })).toMatchObject({ proofWanted: false })
})

test('what is bad in a batch is refused by itself, with its own fault', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const stranger = await enrolled({ ...hub, store: (await makeMemoryHub()).store }, 'T-1')
  const payload = goodPayload()
  const held = await terminal.seal({ payload })
  await hub.hub.putSubmission(held)
  const good = await terminal.seal()
  const wrongHash = { ...(await terminal.seal()), sha256: sha256Hex('other') }
  const broken = { ...(await terminal.seal()), envelope: '{}', sha256: sha256Hex('{}') }
  const conflict = await terminal.seal({ payload })
  const foreign = await stranger.seal()
  const forged = withOtherSignature(await terminal.seal())
  const { results, receipt } = await hub.hub.putBatch({
    submissions: [wrongHash, broken, good, conflict, foreign, forged],
  })
  expect(results).toEqual([
    {
      submissionId: wrongHash.submissionId,
      outcome: 'refused',
      status: 400,
      code: 'BAD_ENVELOPE',
      why: expect.any(String),
    },
    {
      submissionId: broken.submissionId,
      outcome: 'refused',
      status: 400,
      code: 'BAD_ENVELOPE',
      why: expect.any(String),
    },
    { submissionId: good.submissionId, outcome: 'stored' },
    {
      submissionId: held.submissionId,
      outcome: 'refused',
      status: 409,
      code: 'HASH_CONFLICT',
      why: `held: ${held.sha256}`,
    },
    {
      submissionId: foreign.submissionId,
      outcome: 'refused',
      status: 401,
      code: 'KEY_UNKNOWN',
      why: expect.any(String),
    },
    {
      submissionId: forged.submissionId,
      outcome: 'refused',
      status: 400,
      code: 'BAD_ENVELOPE',
      why: expect.stringContaining('bad-signature'),
    },
  ])
  expect(receiptItem(await opened(receipt, hub), good.submissionId, good.sha256)).toBeDefined()
  expect(hub.store.rows()).toHaveLength(2)
})

test('a batch of two terminals, one that lists an id twice, and one that is too large: BAD_BATCH, nothing stored', async () => {
  const hub = await makeMemoryHub()
  const [one, two] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const [a, b] = [await one.seal(), await two.seal()]
  const bad = async (submissions: (typeof a)[]) => {
    const error = await hub.hub.putBatch({ submissions }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ORPCError)
    expect(error).toMatchObject({ code: 'BAD_BATCH', status: 400 })
  }
  await bad([a, b])
  await bad([a, a])
  const large = { ...a, envelope: 'x'.repeat(200_000) }
  await bad(
    Array.from({ length: Math.ceil(MAX_BATCH_BYTES / 200_000) + 1 }, () => ({
      ...large,
      submissionId: goodPayload().submissionId,
    })),
  )
  await hub.hub.putSubmission(a)
  await bad([a, b])
  expect(hub.store.rows()).toHaveLength(1)
})

test('a number that comes twice under two ids is taken in and flagged: a copy of the terminal may be running', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const clone = terminalOf(hub.keySet, 'T-1', terminal.deviceKey)
  await hub.hub.putBatch({ submissions: [await terminal.seal(), await terminal.seal()] })
  expect(await hub.hub.putSubmission(await clone.seal())).toMatchObject({ receipt: expect.any(String) })
  expect(hub.store.rows().map((row) => row.cloned)).toEqual([false, false, true])
  expect(hub.events).toEqual([
    { event: 'terminal.cloned-sequence', level: 'warn', terminalId: 'T-1', deviceSequences: [1] },
  ])
})

test('a key that is revoked between the check and the transaction is worth nothing', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  await hub.hub.putSubmission(await terminal.seal())
  // Another process revokes: this one has the key in its memory.
  await hub.store.transaction((tx) => tx.revokeTerminal('T-1', '2026-11-23T00:00:00.000Z'))
  const { results } = await hub.hub.putBatch({ submissions: [await terminal.seal()] })
  expect(results).toMatchObject([{ outcome: 'refused', status: 401, code: 'KEY_UNKNOWN' }])
  expect(hub.store.rows()).toHaveLength(1)
})

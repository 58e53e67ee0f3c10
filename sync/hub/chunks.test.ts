import { expect, test } from 'vitest'
import { keyFor } from '../envelope/key-set.ts'
import { sealSubmission } from '../envelope/seal.ts'
import { sealAttachment } from '../envelope/seal-attachment.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { pledgeWords } from '../protocol/pledge.ts'
import { CHUNK_BYTES } from '../protocol/submission.ts'
import { OFFER_KEPT_MS, sweepOffers } from './chunks.ts'
import { makeOpener } from './opener.ts'
import { publishPackage } from './packages.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { s07Unemployment } from './sample/s07-unemployment.ts'
import { goodPayload, TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub, type SpeakingTerminal } from './test-memory-hub.ts'

type MemoryHub = Awaited<ReturnType<typeof makeMemoryHub>>

/** A submission of S07 with one attachment of a chunk and a half. */
async function withAttachment(hub: MemoryHub, terminal: SpeakingTerminal, plain = Buffer.alloc(CHUNK_BYTES * 1.5, 7)) {
  const payload = goodPayload()
  const { submissionId, kind, item, acceptedAt } = payload
  const about = { submissionId, index: 0, materialId: 'leaving', mediaType: 'image/jpeg' as const }
  const { attachment, chunks } = await sealAttachment({ ...about, plain })
  const { ticket } = await terminal.seal()
  const sealKey = keyFor(hub.keySet, 'seal', TEST_NOW)
  if (sealKey === undefined) throw new Error('no seal key')
  const summary = { kind, submissionId, terminalId: terminal.terminalId, deviceSequence: 1, item, ticket, acceptedAt }
  const listed = chunks.map(({ sha256, bytes }) => ({ sha256, bytes }))
  const sealed = await sealSubmission({
    payload: { ...payload, attachments: [attachment], pledge: pledgeOf([attachment]) },
    summary: { ...summary, secretSha256: sha256Hex('secret') },
    sealKey,
    deviceKey: terminal.deviceKey,
    chunks: listed,
  })
  return { submissionId, ...sealed, chunks, listed }
}

/** A paper that was scanned is not said not to be handed in. */
const pledgeOf = (pages: Parameters<typeof pledgeWords>[3]) => pledgeWords(s07Unemployment, {}, [], pages)?.zh

const put = (hub: MemoryHub, sha256: string, bytes: Uint8Array) =>
  hub.hub.putChunk({ sha256, chunk: new File([new Uint8Array(bytes)], 'chunk') })

test('chunks first, then the envelope; only what is missing is asked for, and nothing commits before all are here', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = await withAttachment(hub, terminal)
  const [first, second] = sent.chunks
  if (first === undefined || second === undefined) throw new Error('two chunks')
  await expect(put(hub, first.sha256, first.sealed)).rejects.toMatchObject({ code: 'NOT_OFFERED', status: 404 })
  expect(await terminal.offer(hub.hub, sent.submissionId, sent.listed)).toEqual([first.sha256, second.sha256])

  const half = first.sealed.subarray(0, 1000)
  await expect(put(hub, first.sha256, half)).rejects.toMatchObject({ code: 'DAMAGED', status: 422 })
  const flipped = Buffer.from(first.sealed)
  flipped[5] = (flipped[5] ?? 0) ^ 1
  await expect(put(hub, first.sha256, flipped)).rejects.toMatchObject({ code: 'DAMAGED', status: 422 })
  expect(await put(hub, first.sha256, first.sealed)).toEqual({ stored: true })
  expect(await put(hub, first.sha256, first.sealed)).toEqual({ stored: true })
  expect(await terminal.offer(hub.hub, sent.submissionId, sent.listed)).toEqual([second.sha256])

  const missing = { code: 'CHUNKS_MISSING', status: 424, data: { missing: [second.sha256] } }
  await expect(hub.hub.putSubmission(sent)).rejects.toMatchObject(missing)
  const batch = await hub.hub.putBatch({ submissions: [sent] })
  expect(batch.results).toEqual([
    { submissionId: sent.submissionId, outcome: 'chunks-missing', missing: [second.sha256] },
  ])
  expect(hub.store.rows()).toHaveLength(0)
  await put(hub, second.sha256, second.sealed)
  const { receipt } = await hub.hub.putSubmission(sent)
  expect(await hub.hub.putSubmission(sent)).toMatchObject({ receipt })
})

test('what is held is offered again: nothing is wanted, and nothing stays open', async () => {
  const hub = await makeMemoryHub({ maxOpenOfferBytes: 3_000_000 })
  const [terminal, other] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const sent = await withAttachment(hub, terminal)
  await terminal.offer(hub.hub, sent.submissionId, sent.listed)
  for (const chunk of sent.chunks) await put(hub, chunk.sha256, chunk.sealed)
  await hub.hub.putSubmission(sent)
  // As an import beside the terminal may have left it.
  const left = { terminalId: 'T-1', submissionId: sent.submissionId, chunks: sent.listed, at: TEST_NOW }
  await hub.store.transaction((tx) => tx.saveOffer(left))
  expect(await hub.store.openOfferBytes('T-1', '')).toBeGreaterThan(0)
  const unknown = [{ sha256: sha256Hex('not here'), bytes: 9 }]
  expect(await terminal.offer(hub.hub, sent.submissionId, unknown)).toEqual([])
  expect(await hub.store.openOfferBytes('T-1', '')).toBe(0)
  expect(await hub.store.offeredSizes(sha256Hex('not here'))).toEqual([])
  // Another terminal's claim on that id is its own affair.
  expect(await other.offer(hub.hub, sent.submissionId, unknown)).toEqual([sha256Hex('not here')])
})

test('an envelope that lies about the size of a chunk can never come true', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = await withAttachment(hub, terminal)
  await terminal.offer(hub.hub, sent.submissionId, sent.listed)
  for (const chunk of sent.chunks) await put(hub, chunk.sha256, chunk.sealed)
  const { sealed } = JSON.parse(sent.envelope) as { sealed: string }
  const header = JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()) as {
    chunks: { bytes: number }[]
  }
  for (const chunk of header.chunks) chunk.bytes++
  const text = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...sealed.split('.').slice(1)].join('.')
  const payload = goodPayload()
  const { summary } = JSON.parse((await terminal.seal({ payload })).envelope) as { summary: string }
  const claimed = JSON.parse(Buffer.from(summary.split('.')[1] ?? '', 'base64url').toString()) as object
  const lied = { ...claimed, submissionId: sent.submissionId, sealedSha256: sha256Hex(text) }
  const envelope = JSON.stringify({ summary: await terminal.deviceKey.sign(lied, 'bm-summary+jws'), sealed: text })
  const handedIn = { submissionId: sent.submissionId, envelope, sha256: sha256Hex(envelope) }
  await expect(hub.hub.putSubmission(handedIn)).rejects.toMatchObject({
    code: 'BAD_ENVELOPE',
    data: { why: expect.stringContaining('size') },
  })
  expect(hub.store.rows()).toHaveLength(0)
})

test('only an enrolled terminal may offer, and only so much at a time; what nobody came back for is swept', async () => {
  const hub = await makeMemoryHub({ maxOpenOfferBytes: 3_000_000 })
  const terminal = await enrolled(hub, 'T-1')
  const stranger = await enrolled({ ...hub, store: (await makeMemoryHub()).store }, 'T-1')
  const [one, two] = [await withAttachment(hub, terminal), await withAttachment(hub, terminal)]
  const code = { code: 'KEY_UNKNOWN', status: 401 }
  await expect(stranger.offer(hub.hub, one.submissionId, one.listed)).rejects.toMatchObject(code)
  await terminal.offer(hub.hub, one.submissionId, one.listed)
  for (const chunk of one.chunks) await put(hub, chunk.sha256, chunk.sealed)
  // Neither hub-wide (5xx, 429) nor one that puts the submission aside (400, 401).
  const tooMuch = { code: 'TOO_MUCH_OPEN', status: 409 }
  await expect(terminal.offer(hub.hub, two.submissionId, two.listed)).rejects.toMatchObject(tooMuch)
  await terminal.offer(hub.hub, one.submissionId, one.listed)
  hub.sources.nowMs += OFFER_KEPT_MS + 1
  await sweepOffers(hub.parts)
  expect(hub.events).toEqual([{ event: 'offers.swept', level: 'info', offers: 2, chunks: 2 }])
  expect(await terminal.offer(hub.hub, two.submissionId, two.listed)).toHaveLength(2)
  const twoSizes = one.listed.flatMap((chunk) => [chunk, { ...chunk, bytes: 1 }])
  const bad = { code: 'BAD_CLAIM', status: 400 }
  await expect(terminal.offer(hub.hub, one.submissionId, twoSizes)).rejects.toMatchObject(bad)
})

test('the opener opens attachments: all well, a chunk of other bytes, one that is gone', async () => {
  const hub = await makeMemoryHub()
  await publishPackage(hub.parts, 'catalogue', sampleCatalogue, 'sample')
  const terminal = await enrolled(hub, 'T-1')
  const opener = makeOpener({ store: hub.store, sealKeys: async () => hub.sealKeys, sources: hub.sources })
  const judged = async (harm: (sha256: string) => Uint8Array | undefined | 'as it is') => {
    const sent = await withAttachment(hub, terminal)
    await terminal.offer(hub.hub, sent.submissionId, sent.listed)
    for (const chunk of sent.chunks) await put(hub, chunk.sha256, chunk.sealed)
    await hub.hub.putSubmission(sent)
    const chunk = async (sha256: string) => {
      const harmed = harm(sha256)
      return harmed === 'as it is' ? hub.store.chunk(sha256) : harmed
    }
    const reading = makeOpener({
      store: { ...hub.store, chunk },
      sealKeys: async () => hub.sealKeys,
      sources: hub.sources,
    })
    return (await reading.round()).opened
  }
  expect(await judged(() => 'as it is')).toMatchObject([{ state: '已受理', faults: [] }])
  expect(await judged(() => new Uint8Array(40))).toMatchObject([
    { state: '需补正', faults: [{ field: 'attachment', fault: 'damaged' }] },
  ])
  expect(await judged(() => undefined)).toMatchObject([{ faults: [{ field: 'attachment', fault: 'missing' }] }])
  expect(await opener.round()).toEqual({ opened: [], stuck: [] })
})

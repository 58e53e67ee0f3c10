import { type ChunkOffer, ChunkOfferSchema } from '../protocol/contact.ts'
import { type ClaimFault, readClaim } from './claims.ts'
import type { ContactParts } from './contact.ts'
import { instant } from './sources.ts'

/** Two submissions with as many and as large attachments as there may be (20 of 20 MB), and room to try again. */
export const MAX_OPEN_OFFER_BYTES = 1 << 30
/** A terminal that is away in the middle of its chunks offers them again when it is back. */
export const OFFER_KEPT_MS = 7 * 86_400_000

export type OfferResult =
  | { readonly ok: true; readonly missing: readonly string[] }
  | { readonly ok: false; readonly fault: 'too-much-open' }
  | ClaimFault
export type ChunkResult =
  | { readonly ok: true; readonly stored: true }
  | { readonly ok: false; readonly fault: 'damaged' | 'not-offered' }

/**
 * Remembers what a terminal is about to send, and says which of it is not here yet. Of a submission that is held nothing
 * is wanted: only ingest ends an offer, and ingest does not come to it again.
 */
export async function takeOffer(parts: ContactParts, jws: string, maxOpenBytes: number): Promise<OfferResult> {
  const read = await readClaim(jws, ChunkOfferSchema, parts.deviceKeys, parts.suite)
  if (!read.ok) return read
  const { terminalId, submissionId } = read.claim
  const chunks = distinct(read.claim.chunks)
  if (chunks === undefined) return { ok: false, fault: 'bad-claim', why: 'it gives one chunk two sizes' }
  const wanted = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
  return parts.store.transaction(async (tx): Promise<OfferResult> => {
    const at = instant(parts.sources)
    if ((await tx.held([submissionId])).get(submissionId)?.terminalId === terminalId) {
      await tx.saveOffer({ terminalId, submissionId, chunks: [], at })
      return { ok: true, missing: [] }
    }
    const open = await tx.openOfferBytes(terminalId, submissionId)
    if (open + wanted > maxOpenBytes) return { ok: false, fault: 'too-much-open' }
    await tx.saveOffer({ terminalId, submissionId, chunks, at })
    const here = await tx.chunkSizes(chunks.map((chunk) => chunk.sha256))
    return { ok: true, missing: chunks.filter(({ sha256 }) => !here.has(sha256)).map(({ sha256 }) => sha256) }
  })
}

/** Keeps one chunk that somebody offered, if its bytes are what was offered. */
export async function takeChunk(parts: ContactParts, sha256: string, content: Uint8Array): Promise<ChunkResult> {
  const sizes = await parts.store.offeredSizes(sha256)
  if (sizes.length === 0) return { ok: false, fault: 'not-offered' }
  if (!sizes.includes(content.byteLength) || parts.suite.sha256Hex(content) !== sha256) {
    return { ok: false, fault: 'damaged' }
  }
  await parts.store.storeChunk({ sha256, content, at: instant(parts.sources) })
  return { ok: true, stored: true }
}

/** Forgets offers that nobody came back for, and their chunks. To be called now and then. */
export async function sweepOffers(parts: Pick<ContactParts, 'store' | 'sources' | 'onEvent'>): Promise<void> {
  const before = new Date(parts.sources.now() - OFFER_KEPT_MS).toISOString()
  const swept = await parts.store.transaction((tx) => tx.sweepOffers(before))
  if (swept.offers + swept.chunks > 0) parts.onEvent?.({ event: 'offers.swept', level: 'info', ...swept })
}

/** Each chunk once, or undefined when one hash comes with two sizes. */
function distinct(chunks: ChunkOffer['chunks']): ChunkOffer['chunks'] | undefined {
  const sizes = new Map<string, number>()
  for (const { sha256, bytes } of chunks) {
    if ((sizes.get(sha256) ?? bytes) !== bytes) return undefined
    sizes.set(sha256, bytes)
  }
  return [...sizes].map(([sha256, bytes]) => ({ sha256, bytes }))
}

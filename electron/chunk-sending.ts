import type { SigningKey } from '../sync/envelope/suite.ts'
import type { PutResult } from '../sync/hub-client/answers.ts'
import type { Failed } from '../sync/hub-client/call-failure.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { QuarantineReason } from '../sync/protocol/frames.ts'
import type { Chunk } from '../sync/protocol/submission.ts'

/** Sealed chunks beside the journal, named by their hash. */
export interface ChunkStore {
  /** Reads one back and checks its hash. "missing" and "damaged" need staff; "unreadable" may pass. */
  read(
    sha256: string,
  ): Promise<
    | { readonly ok: true; readonly bytes: Uint8Array }
    | { readonly ok: false; readonly fault: 'missing' | 'damaged' | 'unreadable'; readonly detail: string }
  >
  /** Forgets chunks that were purged with their submissions; those that are gone already are no fault. */
  remove(sha256s: readonly string[]): Promise<unknown>
}

export interface ChunkSendingParts {
  readonly hub: Pick<HubClient, 'offerChunks' | 'putChunk'>
  readonly attachments: Pick<ChunkStore, 'read'>
  readonly terminalId: string
  readonly deviceKey: SigningKey
}

export type ChunksSent =
  | { readonly outcome: 'sent' }
  | Extract<PutResult, { outcome: 'quarantined' }>
  | Failed
  /** The disk failed to read; it may work the next time. */
  | { readonly outcome: 'unreadable'; readonly detail: string }

/** The hub's memory of an offer may be shorter than the sending: offered again at most so often. */
const OFFERS = 2

/**
 * Brings the chunks of one submission to the hub: asks which it wants, sends those one at a time. What the hub has is
 * never sent again, so a line that is cut costs one chunk at most and every try gets further.
 */
export async function sendChunks(
  submissionId: string,
  chunks: readonly Chunk[],
  parts: ChunkSendingParts,
): Promise<ChunksSent> {
  const { hub, terminalId, deviceKey } = parts
  for (let offer = 1; offer <= OFFERS; offer++) {
    const offered = await hub.offerChunks({ submissionId, chunks, terminalId, deviceKey })
    if (offered.outcome === 'failed') return offered
    if (offered.outcome === 'claim-refused') {
      return quarantined(offered.reason === 'key-unknown' ? 'key-unknown' : 'refused', offered.detail)
    }
    const sent = await sendAll(offered.missing, parts)
    if (sent.outcome !== 'not-offered') return sent
  }
  return {
    outcome: 'failed',
    why: 'http-404',
    hubWide: false,
    retryAfterMs: null,
    detail: 'the hub forgets what was offered',
  }
}

async function sendAll(
  missing: readonly string[],
  { hub, attachments }: ChunkSendingParts,
): Promise<ChunksSent | { readonly outcome: 'not-offered' }> {
  for (const sha256 of missing) {
    const read = await attachments.read(sha256)
    if (!read.ok) {
      return read.fault === 'unreadable'
        ? { outcome: 'unreadable', detail: `chunk ${sha256}: ${read.detail}` }
        : quarantined('damaged', `chunk ${sha256} is ${read.fault}`)
    }
    const put = await hub.putChunk({ sha256, bytes: read.bytes })
    if (put.outcome !== 'stored') return put
  }
  return { outcome: 'sent' }
}

function quarantined(reason: QuarantineReason, detail: string): Extract<PutResult, { outcome: 'quarantined' }> {
  return { outcome: 'quarantined', reason, detail: detail.slice(0, 300) }
}

import { type Attachment, AttachmentSchema, CHUNK_BYTES, type Chunk, MAX_CHUNKS } from '../protocol/submission.ts'
import { joseSuite } from './jose-suite.ts'
import type { Suite } from './suite.ts'

/** AES-256. */
const KEY_BYTES = 32

export interface AttachmentRequest {
  readonly submissionId: string
  /** Its place among the submission's attachments, from 0. */
  readonly index: number
  readonly materialId: string
  readonly mediaType: Attachment['mediaType']
  readonly plain: Uint8Array
}

/** A sealed chunk: its name, and what is stored and sent under it. */
export interface SealedChunk extends Chunk {
  readonly sealed: Buffer
}

export interface SealedAttachment {
  /** For the payload; holds the key, so it goes nowhere else. */
  readonly attachment: Attachment
  /** In order. Their `{sha256, bytes}` go into the envelope's protected header and the journal. */
  readonly chunks: readonly SealedChunk[]
}

/**
 * Seals an attachment in chunks of 1 MiB plain bytes under a fresh key; the place of each is bound by additional data.
 * @throws ZodError when it is empty or larger than MAX_CHUNKS MiB, or its material has no good name: main checks before.
 */
export async function sealAttachment(
  { submissionId, index, materialId, mediaType, plain }: AttachmentRequest,
  suite: Suite = joseSuite,
): Promise<SealedAttachment> {
  const key = suite.randomBytes(KEY_BYTES)
  const count = chunkCount(plain.byteLength)
  const chunks: SealedChunk[] = []
  for (let at = 0; at < count; at++) {
    const part = plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES)
    const sealed = await suite.sealChunk(key, part, placeOf(submissionId, index, at, count))
    chunks.push({ sha256: suite.sha256Hex(sealed), bytes: sealed.byteLength, sealed })
  }
  const attachment = AttachmentSchema.parse({
    materialId,
    mediaType,
    bytes: plain.byteLength,
    sha256: suite.sha256Hex(plain),
    key: key.toString('base64url'),
    chunks: chunks.map(({ sha256 }) => sha256),
  })
  return { attachment, chunks }
}

export type OpenAttachmentResult =
  | { readonly ok: true; readonly plain: Buffer }
  | {
      readonly ok: false
      /**
       * `missing`: a chunk is not there. `damaged`: a stored chunk no longer has its hash. `cannot-open`: it is not
       * sealed with this key for this place. `mismatch`: the whole has another size or hash than was signed for.
       */
      readonly fault: 'missing' | 'damaged' | 'cannot-open' | 'mismatch'
      /** For the log: no content. */
      readonly detail: string
    }

/**
 * Opens an attachment of an opened payload, for the hub.
 * @param index its place among the payload's attachments, from 0.
 * @param readChunk the sealed bytes of a hash, or undefined when they are not held.
 */
export async function openAttachment(
  attachment: Attachment,
  index: number,
  submissionId: string,
  readChunk: (sha256: string) => Promise<Uint8Array | undefined>,
  suite: Suite = joseSuite,
): Promise<OpenAttachmentResult> {
  const { chunks, bytes } = attachment
  // Before anything is read: nobody can make us hold more than what was promised.
  if (chunks.length !== chunkCount(bytes)) {
    return { ok: false, fault: 'mismatch', detail: `${bytes} bytes in ${chunks.length} chunks` }
  }
  const key = Buffer.from(attachment.key, 'base64url')
  const plains: Buffer[] = []
  for (const [at, sha256] of chunks.entries()) {
    const sealed = await readChunk(sha256)
    if (sealed === undefined) return { ok: false, fault: 'missing', detail: `chunk ${at} ${sha256}` }
    if (suite.sha256Hex(sealed) !== sha256) return { ok: false, fault: 'damaged', detail: `chunk ${at} ${sha256}` }
    const plain = await suite.openChunk(key, sealed, placeOf(submissionId, index, at, chunks.length))
    if (plain === undefined) return { ok: false, fault: 'cannot-open', detail: `chunk ${at} ${sha256}` }
    plains.push(plain)
  }
  const plain = plains.length === 1 && plains[0] !== undefined ? plains[0] : Buffer.concat(plains)
  if (plain.byteLength !== bytes || suite.sha256Hex(plain) !== attachment.sha256) {
    return { ok: false, fault: 'mismatch', detail: 'the whole has another size or hash' }
  }
  return { ok: true, plain }
}

function chunkCount(bytes: number): number {
  return Math.min(Math.ceil(bytes / CHUNK_BYTES), MAX_CHUNKS + 1)
}

/** AttachmentSchema's additional data: no chunk can be put into another place, attachment or submission. */
function placeOf(submissionId: string, index: number, chunk: number, count: number): string {
  return `bianmin-chunk:1:${submissionId}:${index}:${chunk}:${count}`
}

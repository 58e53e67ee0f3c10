import { type SealedChunk, sealAttachment } from '../sync/envelope/seal-attachment.ts'
import type { Suite } from '../sync/envelope/suite.ts'
import type { AttachmentStore } from '../sync/journal/attachments.ts'
import type { Attachment, Chunk } from '../sync/protocol/submission.ts'

/** A scanned page, a photograph, a document, as a device gave it: in memory only, until it is sealed. */
export interface Material {
  /** Which of the item's materials it is. */
  readonly materialId: string
  readonly mediaType: Attachment['mediaType']
  readonly plain: Uint8Array
}

export type Attached =
  | { readonly ok: true; readonly attachments: readonly Attachment[]; readonly chunks: readonly Chunk[] }
  /** Nothing of it is on the disk. */
  | { readonly ok: false }

/**
 * Seals a submission's materials and makes their chunks durable, before the frame that lists them (design.md section 4,
 * step 3). When one cannot be stored, none stays.
 */
export async function attach(
  submissionId: string,
  materials: readonly Material[],
  store: Pick<AttachmentStore, 'put' | 'remove'>,
  suite: Suite,
): Promise<Attached> {
  const attachments: Attachment[] = []
  const stored: SealedChunk[] = []
  for (const [index, material] of materials.entries()) {
    const { attachment, chunks } = await sealAttachment({ submissionId, index, ...material }, suite)
    const put = await store.put(chunks.map(({ sha256, sealed }) => ({ sha256, bytes: sealed })))
    if (!put.ok) {
      await store.remove(stored.map(({ sha256 }) => sha256))
      return { ok: false }
    }
    attachments.push(attachment)
    stored.push(...chunks)
  }
  return { ok: true, attachments, chunks: stored.map(({ sha256, bytes }) => ({ sha256, bytes })) }
}

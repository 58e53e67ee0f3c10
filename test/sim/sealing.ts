import type { Trust } from '../../electron/trust.ts'
import { sealAttachment } from '../../sync/envelope/seal-attachment.ts'
import type { SigningKey, Suite } from '../../sync/envelope/suite.ts'
import type { AttachmentStore, SealedChunk } from '../../sync/journal/attachments.ts'
import type { Journal } from '../../sync/journal/journal-api.ts'
import type { SeededRandom } from './random.ts'
import { attachmentsOf, POISON } from './sample.ts'

export interface Sealing {
  readonly suite: Suite
  readonly trust: Pick<Trust, 'deviceKey' | 'enrolled' | 'sealKey'>
  readonly journal: Journal
}

/**
 * What goes around the production intake, because pages do not hand in attachments yet and no citizen can make a
 * submission that a hub refuses: sealed chunks that are listed in the protected header, written before the frame and
 * named by it; and for a poisoned one a summary whose signature is not good.
 */
export function createSealing(parts: {
  readonly suite: Suite
  readonly trust: Pick<Trust, 'deviceKey' | 'enrolled' | 'sealKey'>
  readonly journal: Journal
  readonly attachments: AttachmentStore
  readonly random: SeededRandom
  readonly onPoison: (submissionId: string) => void
}): Sealing {
  const { suite, trust, journal, attachments, random } = parts
  const chunksOf = new Map<string, readonly (SealedChunk & { readonly size: number })[]>()
  const poisoned = new Set<string>()

  const sealing: Suite = {
    ...suite,
    async encrypt(text, header, key) {
      const submissionId = String(header.submissionId)
      if (text.includes(POISON)) {
        poisoned.add(submissionId)
        parts.onPoison(submissionId)
      }
      const sealed: (SealedChunk & { readonly size: number })[] = []
      for (let index = 0; index < attachmentsOf(text); index++) {
        const plain = suite.randomBytes(random.int(1, 20_000))
        const { chunks } = await sealAttachment(
          { submissionId, index, materialId: 'photo', mediaType: 'image/jpeg', plain },
          suite,
        )
        for (const chunk of chunks) sealed.push({ sha256: chunk.sha256, bytes: chunk.sealed, size: chunk.bytes })
      }
      if (sealed.length === 0) return suite.encrypt(text, header, key)
      chunksOf.set(submissionId, sealed)
      return suite.encrypt(text, { ...header, chunks: listed(sealed) }, key)
    },
  }

  const deviceKey: SigningKey = {
    ...trust.deviceKey,
    async sign(payload, typ, extraHeader) {
      const jws = await trust.deviceKey.sign(payload, typ, extraHeader)
      const { submissionId } = payload as { submissionId?: string }
      if (submissionId === undefined || !poisoned.has(submissionId)) return jws
      return `${jws.slice(0, -1)}${jws.endsWith('A') ? 'Q' : 'A'}`
    },
  }

  const append: Journal['append'] = async (frame) => {
    const sealed = frame.type === 'accepted' ? chunksOf.get(frame.submissionId) : undefined
    if (frame.type !== 'accepted' || sealed === undefined) return journal.append(frame)
    chunksOf.delete(frame.submissionId)
    const put = await attachments.put(sealed)
    if (!put.ok) return put
    return journal.append({ ...frame, chunks: listed(sealed) })
  }

  return {
    suite: sealing,
    trust: { deviceKey, enrolled: trust.enrolled, sealKey: trust.sealKey },
    journal: Object.assign(Object.create(journal) as Journal, { append }),
  }
}

function listed(sealed: readonly { readonly sha256: string; readonly size: number }[]) {
  return sealed.map(({ sha256, size }) => ({ sha256, bytes: size }))
}

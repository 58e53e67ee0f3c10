import { createHash } from 'node:crypto'
import { decodeFrame, HEADER_BYTES } from '../../sync/journal/framing.ts'
import type { MemoryDisk } from '../../sync/journal/memory-disk.ts'
import { ATTACHMENTS_DIR, JOURNAL_DIR } from './terminal.ts'

const MAGIC = Buffer.from('BMJ')

/**
 * Looks at a disk as a power cut at this very moment would leave it, with everything lost that may be lost, and gives
 * the hash of a submission's envelope if its `accepted` frame is whole there, and all chunks that it names. Reads frames as they lie (framing.ts)
 * and nothing else of the journal's code.
 */
export function durableEnvelopeSha256(disk: MemoryDisk, submissionId: string): string | undefined {
  const { durable } = disk
  const wanted = Buffer.from(`"submissionId":"${submissionId}"`)
  // From the end: what was just promised lies there. All is gone through before anything counts as missing.
  for (const path of durable.newestPaths()) {
    if (!path.startsWith(`${JOURNAL_DIR}/`)) continue
    const content = durable.content(path)
    if (content === undefined) continue
    for (let at = content.lastIndexOf(wanted); at >= 0; at = at === 0 ? -1 : content.lastIndexOf(wanted, at - 1)) {
      const found = acceptedAt(content, at, submissionId)
      if (found !== undefined) return found.chunks.every((sha256) => holds(disk, sha256)) ? found.sha256 : undefined
    }
  }
  return undefined
}

function holds({ durable }: MemoryDisk, sha256: string): boolean {
  const content = durable.content(`${ATTACHMENTS_DIR}/${sha256}`)
  return content !== undefined && createHash('sha256').update(content).digest('hex') === sha256
}

interface Accepted {
  readonly sha256: string
  readonly chunks: readonly string[]
}

function acceptedAt(content: Buffer, at: number, submissionId: string): Accepted | undefined {
  const decoded = frameAround(content, at)
  if (decoded === undefined) return undefined
  const body = JSON.parse(decoded.toString('utf8')) as Record<string, unknown>
  if (body.type !== 'accepted' || body.submissionId !== submissionId || typeof body.envelope !== 'string')
    return undefined
  const chunks = (body.chunks ?? []) as { sha256: string }[]
  return {
    sha256: createHash('sha256').update(body.envelope).digest('hex'),
    chunks: chunks.map((chunk) => chunk.sha256),
  }
}

/** The body of the whole frame in which a place lies. A hash may hold the magic bytes by chance: then it begins earlier. */
function frameAround(content: Buffer, at: number): Buffer | undefined {
  for (let start = content.lastIndexOf(MAGIC, at); start >= 0; start = content.lastIndexOf(MAGIC, start - 1)) {
    const decoded = decodeFrame(content.subarray(start))
    if (decoded.kind === 'frame') return start + HEADER_BYTES + decoded.body.length > at ? decoded.body : undefined
    if (start === 0) break
  }
  return undefined
}

import { createHash } from 'node:crypto'
import { decodeFrame } from '../../sync/journal/framing.ts'
import type { MemoryDisk } from '../../sync/journal/memory-disk.ts'
import { ATTACHMENTS_DIR, JOURNAL_DIR } from './terminal.ts'

const MAGIC = Buffer.from('BMJ')

/**
 * Looks at a disk as a power cut at this very moment would leave it, with everything lost that may be lost, and gives
 * the hash of a submission's envelope if its `accepted` frame is whole there, and all chunks that it names. Reads frames as they lie (framing.ts)
 * and nothing else of the journal's code.
 */
export function durableEnvelopeSha256(disk: MemoryDisk, submissionId: string): string | undefined {
  const left = disk.powerCut()
  const wanted = Buffer.from(`"submissionId":"${submissionId}"`)
  for (const path of left.paths()) {
    if (!path.startsWith(`${JOURNAL_DIR}/`)) continue
    const content = left.content(path)
    if (content === undefined) continue
    for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + 1)) {
      const found = acceptedAt(content, at, submissionId)
      if (found !== undefined) return found.chunks.every((sha256) => holds(left, sha256)) ? found.sha256 : undefined
    }
  }
  return undefined
}

function holds(disk: MemoryDisk, sha256: string): boolean {
  const content = disk.content(`${ATTACHMENTS_DIR}/${sha256}`)
  return content !== undefined && createHash('sha256').update(content).digest('hex') === sha256
}

interface Accepted {
  readonly sha256: string
  readonly chunks: readonly string[]
}

function acceptedAt(content: Buffer, at: number, submissionId: string): Accepted | undefined {
  const start = content.lastIndexOf(MAGIC, at)
  if (start < 0) return undefined
  const decoded = decodeFrame(content.subarray(start))
  if (decoded.kind !== 'frame') return undefined
  const body = JSON.parse(decoded.body.toString('utf8')) as Record<string, unknown>
  if (body.type !== 'accepted' || body.submissionId !== submissionId || typeof body.envelope !== 'string')
    return undefined
  const chunks = (body.chunks ?? []) as { sha256: string }[]
  return {
    sha256: createHash('sha256').update(body.envelope).digest('hex'),
    chunks: chunks.map((chunk) => chunk.sha256),
  }
}

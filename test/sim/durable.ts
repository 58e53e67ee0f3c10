import { createHash } from 'node:crypto'
import { decodeFrame } from '../../sync/journal/framing.ts'
import type { MemoryDisk } from '../../sync/journal/memory-disk.ts'
import { JOURNAL_DIR } from './terminal.ts'

const MAGIC = Buffer.from('BMJ')

/**
 * Looks at a disk as a power cut at this very moment would leave it, with everything lost that may be lost, and gives
 * the hash of a submission's envelope if its `accepted` frame is whole there. Reads frames as they lie (framing.ts)
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
      const sha256 = acceptedAt(content, at, submissionId)
      if (sha256 !== undefined) return sha256
    }
  }
  return undefined
}

function acceptedAt(content: Buffer, at: number, submissionId: string): string | undefined {
  const start = content.lastIndexOf(MAGIC, at)
  if (start < 0) return undefined
  const decoded = decodeFrame(content.subarray(start))
  if (decoded.kind !== 'frame') return undefined
  const body = JSON.parse(decoded.body.toString('utf8')) as Record<string, unknown>
  if (body.type !== 'accepted' || body.submissionId !== submissionId || typeof body.envelope !== 'string')
    return undefined
  return createHash('sha256').update(body.envelope).digest('hex')
}

import { describe, expect, it } from 'vitest'
import { type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { accepted, EPOCH, submissionId } from './sample-frames.ts'
import { FIRST, frames, opened } from './test-journal.ts'

const RECEIPT_BYTES = 80_000

/** What was read of files since the last call: how many reads, and how many bytes. */
function readsOf(disk: MemoryDisk): { readonly reads: number; readonly bytes: number } {
  const reads = disk.done.splice(0).filter(({ operation }) => operation === 'read')
  return { reads: reads.length, bytes: reads.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function withAccepted(envelopes: readonly string[]) {
  const disk = memoryDisk()
  const { journal } = await opened(disk)
  for (const [index, envelope] of envelopes.entries()) await journal.append(accepted(index + 1, envelope))
  readsOf(disk)
  return { disk, journal }
}

describe('reading accepted frames back', () => {
  it('neighbours that are asked for in one turn come with one read, in whatever order, and each answers its own', async () => {
    const { disk, journal } = await withAccepted(Array.from({ length: 40 }, (_, i) => `envelope ${i} `.repeat(200)))
    const asked = [7, 3, 30, 12, 99, 3, 40, 1]
    const results = await Promise.all(asked.map((n) => journal.readAccepted(submissionId(n))))
    for (const [index, n] of asked.entries()) {
      const wanted =
        n === 99
          ? { ok: false, fault: 'unknown-submission' }
          : { ok: true, frame: accepted(n, `envelope ${n - 1} `.repeat(200)) }
      expect(results[index]).toMatchObject(wanted)
    }
    expect(readsOf(disk).reads).toBe(1)
  })

  it('far ones cost no more than each for itself', async () => {
    const { disk, journal } = await withAccepted(
      [...Array(9)].map((_, i) => (i % 4 === 0 ? 'small' : 'x'.repeat(90_000))),
    )
    const results = await Promise.all([1, 5, 9].map((n) => journal.readAccepted(submissionId(n))))
    expect(results.map((result) => result.ok)).toEqual([true, true, true])
    const { reads, bytes } = readsOf(disk)
    expect(reads).toBe(3)
    expect(bytes).toBeLessThan(30_000)
  })

  it('one whose bytes changed says so and no other suffers', async () => {
    const { disk, journal } = await withAccepted(['one', 'two', 'three'])
    disk.flip(FIRST, (disk.content(FIRST) ?? Buffer.alloc(0)).indexOf('"two"') + 2, 1)
    const results = await Promise.all([1, 2, 3].map((n) => journal.readAccepted(submissionId(n))))
    expect(results).toMatchObject([{ ok: true }, { ok: false, fault: 'damaged' }, { ok: true }])
  })

  it('a disk that fails does so for each by itself; what it gives later is taken', async () => {
    const { disk, journal } = await withAccepted(['one', 'two', 'three'])
    let failures = 2
    disk.before = (operation) => {
      if (operation === 'read' && failures-- > 0) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    }
    const results = await Promise.all([1, 2, 3].map((n) => journal.readAccepted(submissionId(n))))
    expect(results).toMatchObject([{ fault: 'unreadable' }, { fault: 'unreadable' }, { ok: true }])
  })
})

it('a reader that follows reads no more than what is near the end, however large the frames are', async () => {
  const disk = memoryDisk()
  const { journal } = await opened(disk)
  for (let n = 1; n <= 50; n++) {
    const items = [{ submissionId: submissionId(n), hubSequence: n }]
    const receipt = `a.${'b'.repeat(RECEIPT_BYTES)}.c`
    await journal.append({ type: 'batch-received', at: accepted(n).at, receipt, hubEpoch: EPOCH, items })
    readsOf(disk)
    expect((await frames(journal, n)).map(({ sequence }) => sequence)).toEqual([n])
    // The frame itself, and at most what lies between two marks.
    expect(readsOf(disk).bytes).toBeLessThan(4 * RECEIPT_BYTES)
  }
})

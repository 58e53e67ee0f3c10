import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from './entry.ts'
import { HEADER_BYTES } from './framing.ts'
import { diskError, memoryDisk } from './memory-disk.ts'
import { accepted, received, submissionId } from './sample-frames.ts'
import { contentOf, DIR, frames, ID, known, offsets, open, opened, written } from './test-journal.ts'

/** A promise and the way to resolve it. */
function gate(): [Promise<void>, () => void] {
  const resolvers: (() => void)[] = []
  const promise = new Promise<void>((resolve) => resolvers.push(resolve))
  return [promise, () => resolvers[0]?.()]
}

describe('a journal', () => {
  it('makes durable what a program left whole but unsynced before anybody hears of it', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    let dead = false
    disk.before = (operation) => {
      if (operation === 'sync') dead = true
      // The program dies here: what it waits for never comes, what it wrote is in the page cache.
      return dead ? new Promise<void>(() => undefined) : undefined
    }
    void journal.append(accepted(1))
    for (let turn = 0; turn < 50; turn++) await null
    expect(dead).toBe(true)
    disk.before = () => undefined
    // The lock fell with its process.
    const again = await opened({ ...disk, lock: async () => ({ ok: true, release: async () => undefined }) })
    expect(again.frames).toBe(1)
    expect((await opened(disk.powerCut())).frames).toBe(1)
  })
  it('begins empty with a name, and keeps name, frames and chain over a restart', async () => {
    const disk = memoryDisk()
    const first = await opened(disk)
    expect([first.frames, first.journal.lastSequence, first.journal.journalId]).toEqual([0, 0, ID])
    expect(await first.journal.append(accepted(1))).toEqual({ ok: true, sequence: 1 })
    await first.journal.close()

    const again = await opened(disk, { newId: () => 'not used' })
    expect([again.frames, again.journal.journalId, again.repaired.tornBytes]).toEqual([1, ID, 0])
    expect(await again.journal.append(received(1))).toEqual({ ok: true, sequence: 2 })
    await again.journal.close()

    const third = await opened(disk)
    expect(await frames(third.journal)).toEqual(known([accepted(1), received(1)]))
    const content = contentOf(disk)
    const [header = 0, one = 0, two = 0] = offsets(content)
    const link = (at: number) => content.subarray(at + 8, at + 40)
    const hash = (at: number) => content.subarray(at + 40, at + 72)
    expect([link(header), link(one), link(two)]).toEqual([Buffer.alloc(32), hash(header), hash(one)])
    const by = createHash('sha256')
      .update(content.subarray(two, two + 40))
      .update(content.subarray(two + HEADER_BYTES))
    expect(by.digest()).toEqual(hash(two))
  })

  it('tells onEntry of old frames while opening and of new ones before append resolves', async () => {
    const disk = await written([accepted(1), accepted(2)])
    const seen: number[] = []
    const { journal } = await opened(disk, { onEntry: (entry) => void seen.push(entry.sequence) })
    expect(seen).toEqual([1, 2])
    await journal.append(received(1)).then(() => seen.push(-1))
    expect(seen).toEqual([1, 2, 3, -1])
  })

  it('reads from any sequence, over segments too', async () => {
    const list = Array.from({ length: 150 }, (_, index) => accepted(index + 1))
    const disk = await written(list, { segmentBytes: 4000 })
    expect((await disk.list(DIR)).filter((name) => name.endsWith('.bmj')).length).toBeGreaterThan(5)
    const { journal } = await opened(disk)
    for (const from of [1, 2, 64, 65, 66, 100, 150])
      expect(await frames(journal, from)).toEqual(known(list).slice(from - 1))
    expect(await frames(journal, 151)).toEqual([])
    expect(await frames(journal, 0)).toEqual(known(list))
  })

  it('gives one envelope back, whether it was there at start or came later', async () => {
    const disk = await written([accepted(1, '中文 envelope'), accepted(2)], { segmentBytes: 300 })
    const { journal } = await opened(disk)
    await journal.append(accepted(3))
    expect(await journal.readAccepted(submissionId(1))).toEqual({
      ok: true,
      sequence: 1,
      frame: accepted(1, '中文 envelope'),
    })
    expect(await journal.readAccepted(submissionId(3))).toEqual({ ok: true, sequence: 3, frame: accepted(3) })
    expect(await journal.readAccepted(submissionId(4))).toMatchObject({ ok: false, fault: 'unknown-submission' })
  })

  it('says so when an envelope rotted on disk, or is not the one that its frame names', async () => {
    const wrong = { ...accepted(2), envelopeSha256: accepted(1).envelopeSha256 }
    const disk = await written([accepted(1), wrong])
    const { journal } = await opened(disk)
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: false, fault: 'damaged' })
    const content = contentOf(disk)
    content.writeUInt8(content.readUInt8((offsets(content)[1] ?? 0) + 200) ^ 1, (offsets(content)[1] ?? 0) + 200)
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'damaged' })
    // A reader passes over it.
    expect(await frames(journal)).toEqual(known([accepted(1), wrong]).slice(1))
    disk.before = (operation) => {
      if (operation === 'read') throw diskError('EIO')
    }
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'unreadable' })
    await expect(frames(journal)).rejects.toThrow('EIO')
  })

  it('has one writer', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    expect(await open(disk)).toMatchObject({ ok: false, fault: 'locked' })
    await journal.close()
    const next = await opened(disk)
    expect(await journal.append(accepted(1))).toMatchObject({ ok: false, fault: 'closed' })
    await next.journal.close()
  })

  it('refuses frames that break the schema, and takes the next', async () => {
    const { journal } = await opened(memoryDisk())
    await expect(journal.append({ ...accepted(1), ticket: 'AAAA' })).rejects.toThrow()
    await expect(journal.append(accepted(1, 'x'.repeat(5 << 20)))).rejects.toThrow(RangeError)
    expect(await journal.append(accepted(2))).toEqual({ ok: true, sequence: 1 })
    // One that is too long does not take down what is appended beside it.
    const [long, good] = await Promise.allSettled([
      journal.append(accepted(3, 'x'.repeat(5 << 20))),
      journal.append(accepted(4)),
    ])
    expect([long?.status, good]).toEqual(['rejected', { status: 'fulfilled', value: { ok: true, sequence: 2 } }])
  })
})

describe('durability', () => {
  it('makes the folder entry durable, then writes and syncs before it answers', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    expect(disk.done.map(({ operation }) => operation)).toEqual(['create', 'sync-dir', 'write', 'sync'])
    disk.done.length = 0
    await journal.append(accepted(1)).then(() => disk.done.push({ operation: 'read', path: 'answered', bytes: 0 }))
    expect(disk.done.map(({ operation }) => operation)).toEqual(['write', 'sync', 'read'])
  })

  it('survives a power cut right after each answer', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk, { segmentBytes: 800 })
    for (let n = 1; n <= 6; n++) {
      await journal.append(accepted(n))
      const after = await opened(disk.powerCut())
      expect(after.frames).toBe(n)
    }
  })

  it('answers in order and lets what waits share a sync', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    disk.done.length = 0
    const [held, release] = gate()
    const [syncing, reachedSync] = gate()
    disk.before = (operation) => {
      if (operation !== 'sync') return
      reachedSync()
      return held
    }
    const answered: number[] = []
    const append = (n: number) =>
      journal.append(accepted(n)).then((result) => answered.push(result.ok ? result.sequence : -1))
    const all = [append(1)]
    await syncing
    all.push(append(2), append(3), append(4))
    expect(answered).toEqual([])
    release()
    await Promise.all(all)
    expect(answered).toEqual([1, 2, 3, 4])
    expect(disk.done.map(({ operation }) => operation)).toEqual(['write', 'sync', 'write', 'sync'])
    expect((await frames(journal)).map((entry) => entry.sequence)).toEqual([1, 2, 3, 4])
  })

  it('does not show readers what is not durable yet', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await journal.append(accepted(1))
    let seen: JournalEntry[] = []
    disk.before = async (operation) => {
      if (operation === 'sync') seen = await frames(journal)
    }
    await journal.append(accepted(2))
    expect(seen).toEqual(known([accepted(1)]))
    expect(await frames(journal)).toEqual(known([accepted(1), accepted(2)]))
  })

  it('does not show a reader under way what was taken back meanwhile', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await journal.append(accepted(1))
    const reading = journal.read()[Symbol.asyncIterator]()
    disk.before = async (operation) => {
      if (operation !== 'sync') return
      disk.before = () => undefined
      // The second frame lies in the file now, and is about to fail.
      expect((await reading.next()).value).toMatchObject({ sequence: 1 })
      throw diskError('EIO')
    }
    expect(await journal.append(accepted(2))).toMatchObject({ ok: false, fault: 'io' })
    await journal.append(accepted(3))
    expect((await reading.next()).value).toEqual({ ...known([accepted(3)])[0], sequence: 2 })
    expect((await reading.next()).done).toBe(true)
  })

  it('finishes what was appended before close', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    const pending = [journal.append(accepted(1)), journal.append(accepted(2))]
    await journal.close()
    expect(await Promise.all(pending)).toEqual([
      { ok: true, sequence: 1 },
      { ok: true, sequence: 2 },
    ])
  })
})

describe('a full or failing disk', () => {
  it('takes a half-written frame back, goes on once there is room, and stays intact', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await journal.append(accepted(1))
    const before = Buffer.from(contentOf(disk))
    for (const room of [0, 1, 40, 72, 200]) {
      disk.freeBytes = room
      expect(await journal.append(accepted(2))).toEqual({ ok: false, fault: 'disk-full', detail: 'ENOSPC' })
      expect(contentOf(disk)).toEqual(before)
      // The cut itself is made durable: a refused frame must not rise again after a power cut.
      expect(disk.done.slice(-3).map(({ operation }) => operation)).toEqual(['write', 'truncate', 'sync'])
    }
    expect((await opened(disk.powerCut())).frames).toBe(1)
    disk.freeBytes = Number.POSITIVE_INFINITY
    expect(await journal.append(accepted(2))).toEqual({ ok: true, sequence: 2 })
    await journal.close()
    expect(await frames((await opened(disk)).journal)).toEqual(known([accepted(1), accepted(2)]))
  })

  it('refuses the whole group of a failed sync', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    let failures = 1
    disk.before = (operation) => {
      if (operation === 'sync' && failures-- > 0) throw diskError('EIO')
    }
    const results = await Promise.all([journal.append(accepted(1)), journal.append(accepted(2))])
    expect(results).toEqual([
      { ok: false, fault: 'io', detail: 'EIO' },
      { ok: false, fault: 'io', detail: 'EIO' },
    ])
    expect((await opened(disk.powerCut((_, kept) => kept))).frames).toBe(0)
    expect(await journal.append(accepted(3))).toEqual({ ok: true, sequence: 1 })
  })

  it('writes nothing behind a failed write that could not be taken back', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    disk.freeBytes = 10
    disk.before = (operation) => {
      if (operation === 'truncate') throw diskError('EIO')
    }
    expect(await journal.append(accepted(1))).toMatchObject({ ok: false })
    disk.freeBytes = Number.POSITIVE_INFINITY
    expect(await journal.append(accepted(1))).toMatchObject({ ok: false, fault: 'io' })
    disk.before = () => undefined
    expect(await journal.append(accepted(1))).toEqual({ ok: true, sequence: 1 })
    await journal.close()
    expect((await opened(disk)).repaired.tornBytes).toBe(0)
  })

  it('does not begin a journal on a full disk, and begins it later', async () => {
    const disk = memoryDisk()
    disk.freeBytes = 20
    expect(await open(disk)).toMatchObject({ ok: false, fault: 'disk-full' })
    disk.freeBytes = Number.POSITIVE_INFINITY
    expect((await opened(disk)).frames).toBe(0)
  })

  it('goes on after a new segment could not be named', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk, { segmentBytes: 100 })
    disk.before = (operation) => {
      if (operation === 'sync-dir') throw diskError('EIO')
    }
    expect(await journal.append(accepted(1))).toMatchObject({ ok: false, fault: 'io' })
    disk.before = () => undefined
    expect(await journal.append(accepted(1))).toEqual({ ok: true, sequence: 1 })
    await journal.close()
    expect((await opened(disk)).frames).toBe(1)
  })

  it('is unreadable, not empty, when the disk fails while opening', async () => {
    const disk = await written([accepted(1)])
    disk.before = (operation) => {
      if (operation === 'read') throw diskError('EIO')
    }
    expect(await open(disk)).toEqual({ ok: false, fault: 'unreadable', detail: 'EIO' })
    disk.before = () => undefined
    expect((await opened(disk)).frames).toBe(1)
  })
})

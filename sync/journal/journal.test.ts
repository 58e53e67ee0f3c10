import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../protocol/frames.ts'
import type { JournalEntry } from './entry.ts'
import { encodeFrame, HEADER_BYTES } from './framing.ts'
import { type Journal, type JournalOptions, openJournal } from './journal.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT, accepted, printed, quarantined, received, submissionId } from './sample-frames.ts'

const DIR = '/journal'
const FIRST = `${DIR}/journal-000001.bmj`
const ID = '7d1c2c1e-8f0c-4b39-9f4c-2a1d0c5f7b10'
const events: { event: string; detail: Record<string, unknown> }[] = []

function open(disk: MemoryDisk, more: Partial<JournalOptions> = {}) {
  events.length = 0
  const clock = { unixMs: () => Date.parse(AT) }
  const log: JournalOptions['log'] = (_, event, detail) => void events.push({ event, detail })
  return openJournal({ dir: DIR, disk, clock, log, newId: () => ID, ...more })
}

async function opened(disk: MemoryDisk, more: Partial<JournalOptions> = {}) {
  const result = await open(disk, more)
  if (!result.ok) throw new Error(`${result.fault}: ${result.detail}`)
  return result
}

async function frames(journal: Journal, from?: number): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  for await (const entry of journal.read(from)) all.push(entry)
  return all
}

const known = (list: readonly Frame[]): JournalEntry[] =>
  list.map((frame, index) => ({ sequence: index + 1, known: true, frame }))

/** A disk with a closed journal that holds these frames, each appended by itself. */
async function written(list: readonly Frame[], more: Partial<JournalOptions> = {}): Promise<MemoryDisk> {
  const disk = memoryDisk()
  const { journal } = await opened(disk, more)
  for (const frame of list) expect(await journal.append(frame)).toMatchObject({ ok: true })
  await journal.close()
  return disk
}

function contentOf(disk: MemoryDisk, path = FIRST): Buffer {
  const content = disk.content(path)
  if (content === undefined) throw new Error(`no ${path}`)
  return content
}

/** Where each frame of a file begins. */
function offsets(content: Buffer): number[] {
  const found: number[] = []
  for (let at = 0; at < content.length; at += HEADER_BYTES + content.readUInt32BE(at + 4)) found.push(at)
  return found
}

/** A promise and the way to resolve it. */
function gate(): [Promise<void>, () => void] {
  const resolvers: (() => void)[] = []
  const promise = new Promise<void>((resolve) => resolvers.push(resolve))
  return [promise, () => resolvers[0]?.()]
}

describe('a journal', () => {
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
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: false, fault: 'unreadable' })
    const content = contentOf(disk)
    content.writeUInt8(content.readUInt8((offsets(content)[1] ?? 0) + 200) ^ 1, (offsets(content)[1] ?? 0) + 200)
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'unreadable' })
    await expect(frames(journal)).rejects.toThrow('frame 1')
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
    expect((await reading.next()).value).toEqual({ sequence: 2, known: true, frame: accepted(3) })
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
    const before = contentOf(disk)
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

describe('a torn tail', () => {
  it('is cut at every byte of the last frame, kept aside, and the chain goes on', async () => {
    const full = contentOf(await written([accepted(1), accepted(2)]))
    const last = offsets(full).at(-1) ?? 0
    for (let length = last; length < full.length; length++) {
      const disk = memoryDisk()
      disk.put(FIRST, full.subarray(0, length))
      const { journal, repaired } = await opened(disk)
      expect(repaired.tornBytes).toBe(length - last)
      if (length > last) {
        expect(events.map(({ event }) => event)).toEqual(['journal-tail-cut', 'journal-opened'])
        expect(disk.content(`${DIR}/torn-000001-${last}.bin`)).toEqual(full.subarray(last, length))
      }
      expect(await journal.append(received(1))).toEqual({ ok: true, sequence: 2 })
      await journal.close()
      const again = await opened(disk)
      expect(again.repaired.tornBytes).toBe(0)
      expect(await frames(again.journal)).toEqual(known([accepted(1), received(1)]))
    }
  }, 60_000)

  it('of zeros or of noise is cut too', async () => {
    const full = contentOf(await written([accepted(1)]))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (noise, zeros) => {
        const tail = zeros ? Buffer.alloc(noise.length) : Buffer.from(noise)
        fc.pre(!tail.subarray(0, 3).equals(Buffer.from('BMJ')))
        const disk = memoryDisk()
        disk.put(FIRST, Buffer.concat([full, tail]))
        const { journal, repaired } = await opened(disk)
        expect(repaired.tornBytes).toBe(tail.length)
        expect(await frames(journal)).toEqual(known([accepted(1)]))
      }),
      { numRuns: 60 },
    )
  })

  it('is cut where the header itself was torn, and a new journal begins', async () => {
    const full = contentOf(await written([]))
    const disk = memoryDisk()
    disk.put(FIRST, full.subarray(0, full.length - 3))
    const { journal, repaired } = await opened(disk)
    expect([repaired.tornBytes, journal.lastSequence]).toEqual([full.length - 3, 0])
  })

  it('may lack the first frame of its write and hold the second: neither was promised', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await journal.append(accepted(1))
    await Promise.all([journal.append(accepted(2)), journal.append(accepted(3))])
    await journal.close()
    const content = Buffer.from(contentOf(disk))
    const second = offsets(content)[2] ?? 0
    content.fill(0, second, second + 100)
    const after = memoryDisk()
    after.put(FIRST, content)
    const reopened = await opened(after)
    expect(reopened.repaired.tornBytes).toBe(content.length - second)
    expect(reopened.frames).toBe(1)
  })

  it('is cut all the same when there is no room to keep it aside', async () => {
    const full = contentOf(await written([accepted(1)]))
    const disk = memoryDisk()
    disk.put(FIRST, Buffer.concat([full, Buffer.alloc(30, 1)]))
    disk.freeBytes = 0
    const { repaired } = await opened(disk)
    expect(repaired.tornBytes).toBe(30)
    expect(events[0]).toMatchObject({ event: 'journal-tail-cut', detail: { notKept: 'ENOSPC', tornBytes: 30 } })
  })
})

describe('damage in the middle', () => {
  it('anywhere before the last write is a broken chain, and nothing is changed', async () => {
    const full = contentOf(await written([accepted(1), accepted(2), accepted(3)]))
    const starts = offsets(full)
    const last = starts.at(-1) ?? 0
    for (let at = 0; at < last; at += 7) {
      // The version byte says "a later program wrote this", tested below.
      if (starts.includes(at - 3)) continue
      const bad = Buffer.from(full)
      bad.writeUInt8(bad.readUInt8(at) ^ 0x10, at)
      const disk = memoryDisk()
      disk.put(FIRST, bad)
      const result = await open(disk)
      const sequence = starts.findLastIndex((start) => start <= at)
      const place = { segment: 'journal-000001.bmj', offset: starts[sequence], sequence }
      expect(result).toMatchObject({ ok: false, fault: 'broken-chain', place })
      expect(contentOf(disk)).toEqual(bad)
      expect(events.map(({ event }) => event)).toEqual(['journal-not-opened'])
    }
  }, 60_000)

  it('in a write of several frames is still found when later writes follow', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await Promise.all([journal.append(accepted(1)), journal.append(accepted(2))])
    await journal.append(accepted(3))
    await journal.close()
    const content = contentOf(disk)
    content.writeUInt8(0, (offsets(content)[1] ?? 0) + 90)
    expect(await open(disk)).toMatchObject({ ok: false, fault: 'broken-chain', place: { sequence: 1 } })
  })

  it('finds a frame that was taken out, swapped, or put in with a good hash of its own', async () => {
    const full = contentOf(await written([accepted(1), accepted(2), accepted(3)]))
    const [, one = 0, two = 0, three = 0] = offsets(full)
    const part = (from: number, to?: number) => full.subarray(from, to)
    const forged = encodeFrame(
      part(40, 72),
      Buffer.from(JSON.stringify({ sequence: 9, group: 9, ...accepted(9) })),
    ).bytes
    const unlinked = encodeFrame(
      Buffer.alloc(32),
      Buffer.from(JSON.stringify({ sequence: 1, group: 1, ...accepted(9) })),
    )
    const headless = encodeFrame(
      Buffer.alloc(32),
      Buffer.from(JSON.stringify({ sequence: 0, group: 0, type: 'other' })),
    )
    const nonsense = encodeFrame(part(40, 72), Buffer.from('[]')).bytes
    const contents = [
      [part(0, one), part(two)],
      [part(0, one), part(two, three), part(one, two), part(three)],
      [part(one)],
      [part(0, one), forged],
      [part(0, one), nonsense],
      [part(0, one), unlinked.bytes],
      [headless.bytes],
    ]
    for (const pieces of contents) {
      const disk = memoryDisk()
      disk.put(FIRST, Buffer.concat(pieces))
      expect(await open(disk)).toMatchObject({ ok: false, fault: 'broken-chain' })
    }
  })

  it('finds a lost or shortened segment', async () => {
    const build = () =>
      written(
        [1, 2, 3, 4, 5, 6].map((n) => accepted(n)),
        { segmentBytes: 600 },
      )
    const whole = await build()
    const names = (await whole.list(DIR)).filter((name) => name.endsWith('.bmj'))
    expect(names.length).toBeGreaterThan(2)
    for (const name of names.slice(0, -1)) {
      const disk = memoryDisk()
      for (const other of names) if (other !== name) disk.put(`${DIR}/${other}`, contentOf(whole, `${DIR}/${other}`))
      const missing = expect.stringContaining(`${name} is missing`)
      expect(await open(disk)).toMatchObject({ ok: false, fault: 'broken-chain', detail: missing })
      disk.put(`${DIR}/${name}`, contentOf(whole, `${DIR}/${name}`).subarray(0, -1))
      const torn = expect.stringContaining('torn')
      expect(await open(disk)).toMatchObject({
        ok: false,
        fault: 'broken-chain',
        place: { segment: name },
        detail: torn,
      })
    }
  })

  it('of a later format is unreadable, and left alone', async () => {
    const disk = await written([accepted(1)])
    const content = contentOf(disk)
    content.writeUInt8(2, (offsets(content)[1] ?? 0) + 3)
    expect(await open(disk)).toMatchObject({ ok: false, fault: 'unreadable' })
  })
})

describe('frames of a later program', () => {
  it('are kept, passed on untouched, and the chain goes on behind them', async () => {
    const disk = await written([accepted(1)])
    const content = contentOf(disk)
    const last = offsets(content).at(-1) ?? 0
    const purged = { sequence: 2, group: 2, type: 'purged', submissionId: submissionId(1), why: { deep: [1] } }
    const odd = { sequence: 3, group: 3, ...quarantined(1), reason: 'a-newer-reason' }
    const two = encodeFrame(content.subarray(last + 40, last + 72), Buffer.from(JSON.stringify(purged)))
    const three = encodeFrame(two.hash, Buffer.from(JSON.stringify(odd)))
    disk.put(FIRST, Buffer.concat([content, two.bytes, three.bytes]))
    const { journal } = await opened(disk)
    expect(events.at(-1)).toMatchObject({ detail: { unknownFrames: 2 } })
    await journal.append(printed(1))
    const [, second, third, fourth] = await frames(journal)
    const { sequence, group: _, ...body } = purged
    expect(second).toEqual({ sequence, known: false, type: 'purged', body })
    expect(third).toMatchObject({ known: false, type: 'quarantined', body: { reason: 'a-newer-reason' } })
    expect(fourth).toEqual({ sequence: 4, known: true, frame: printed(1) })
  })
})

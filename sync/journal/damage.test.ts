import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../protocol/frames.ts'
import { encodeFrame } from './framing.ts'
import { Ledger } from './ledger.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT, accepted, printed, quarantined, received, submissionId } from './sample-frames.ts'
import {
  contentOf,
  DIR,
  events,
  FIRST,
  following,
  frames,
  ID,
  known,
  offsets,
  open,
  opened,
  written,
} from './test-journal.ts'

/** The `damage-seen` frame that cutting these bytes off leaves behind. */
function tornTail(offset: number, bytes: Buffer): Frame {
  const legible = bytes.includes(`"ticket":"${accepted(2).ticket}"`)
  return {
    type: 'damage-seen',
    at: AT,
    kind: 'torn-tail',
    segment: 'journal-000001.bmj',
    offset,
    bytes: bytes.length,
    fromSequence: 2,
    throughSequence: null,
    mayHoldAccepted: 1,
    tickets: legible ? [accepted(2).ticket] : [],
  }
}

/** Opens over a disk whose power is cut at the n-th operation; undefined when it has fewer. */
async function cutAtOperation(disk: MemoryDisk, n: number): Promise<MemoryDisk | undefined> {
  let left = n
  let after: MemoryDisk | undefined
  disk.before = () => {
    left -= 1
    if (left > 0) return
    after ??= disk.powerCut()
    throw diskError('EIO')
  }
  await open(disk)
  disk.before = () => undefined
  return after
}

const damaged = (content: Buffer, ...flips: number[]): MemoryDisk => {
  const bytes = Buffer.from(content)
  for (const at of flips) bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at)
  const disk = memoryDisk()
  disk.put(FIRST, bytes)
  return disk
}

describe('a torn tail', () => {
  it('scenario 2: is cut at every byte of the last frame, kept aside, and the chain goes on', async () => {
    const full = contentOf(await written([accepted(1), accepted(2)]))
    const last = offsets(full).at(-1) ?? 0
    for (let length = last; length < full.length; length++) {
      const disk = memoryDisk()
      disk.put(FIRST, full.subarray(0, length))
      const { journal, repaired } = await opened(disk)
      expect(repaired.tornBytes).toBe(length - last)
      if (length > last) {
        expect(events.map(({ event }) => event)).toEqual(['journal-tail-cut', 'journal-damage', 'journal-opened'])
        expect(disk.content(`${DIR}/torn-000001-${last}.bin`)).toEqual(full.subarray(last, length))
      }
      const torn = length > last ? [tornTail(last, full.subarray(last, length))] : []
      expect(await journal.append(received(1))).toEqual({ ok: true, sequence: 2 + torn.length })
      await journal.close()
      const again = await opened(disk)
      expect([again.repaired.tornBytes, again.damage]).toEqual([0, []])
      expect(await frames(again.journal)).toEqual(known([accepted(1), ...torn, received(1)]))
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
        const [first, seen, ...rest] = await frames(journal)
        expect([first, rest]).toEqual([...known([accepted(1)]), []])
        expect(seen).toMatchObject({ frame: { kind: 'torn-tail', bytes: tail.length, tickets: [] } })
      }),
      { numRuns: 60 },
    )
  })

  it('is cut where the header itself was torn, and a new journal begins', async () => {
    const full = contentOf(await written([]))
    const disk = memoryDisk()
    disk.put(FIRST, full.subarray(0, full.length - 3))
    const { journal, repaired } = await opened(disk)
    expect([repaired.tornBytes, journal.lastSequence, journal.journalId]).toEqual([full.length - 3, 1, ID])
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

  it('is journalled after a power cut at any moment of the cut itself, once', async () => {
    const full = contentOf(await written([accepted(1), accepted(2)]))
    for (let stopAt = 1; ; stopAt++) {
      const disk = memoryDisk()
      disk.put(FIRST, full.subarray(0, full.length - 10))
      const cut = await cutAtOperation(disk, stopAt)
      const { journal } = await opened(cut ?? disk.powerCut())
      const seen = (await frames(journal)).filter((entry) => entry.known && entry.frame.type === 'damage-seen')
      expect(seen.length).toBe(1)
      expect(seen[0]).toMatchObject({ frame: { kind: 'torn-tail', tickets: [accepted(2).ticket] } })
      if (cut === undefined) return
    }
  })

  it('is journalled before anything else once there is room again, and its number is not given a second time', async () => {
    const full = contentOf(await written([accepted(1), accepted(2)]))
    const disk = memoryDisk()
    disk.put(FIRST, full.subarray(0, full.length - 10))
    disk.before = (operation) => {
      if (operation === 'write') throw diskError('ENOSPC')
    }
    const ledger = new Ledger()
    const { journal, damage } = await opened(disk, following(ledger))
    expect(damage).toMatchObject([{ kind: 'torn-tail', tickets: [accepted(2).ticket] }])
    expect(await journal.append(accepted(3))).toMatchObject({ ok: false, fault: 'disk-full' })
    disk.before = () => undefined
    // Numbered before the ledger heard of the damage: refused, so that no number is given twice.
    expect(await journal.append(accepted(2))).toMatchObject({ ok: false, fault: 'io' })
    expect([ledger.nextDeviceSequence, ledger.damage.length]).toEqual([3, 1])
    expect(await journal.append(accepted(3))).toEqual({ ok: true, sequence: 3 })
  })
})

describe('damage in the middle', () => {
  it('hides one frame and no other, is journalled once, and leaves its bytes as they are', async () => {
    const list = [accepted(1), accepted(2), received(1)]
    const full = contentOf(await written(list))
    const starts = offsets(full)
    for (let at = 0; at < (starts[3] ?? 0); at += 7) {
      const disk = damaged(full, at)
      const before = Buffer.from(contentOf(disk))
      const ledger = new Ledger()
      const first = await opened(disk, following(ledger))
      const sequence = starts.findLastIndex((start) => start <= at)
      const hidden = list[sequence - 1]
      const place = {
        segment: 'journal-000001.bmj',
        offset: starts[sequence],
        bytes: (starts[sequence + 1] ?? 0) - (starts[sequence] ?? 0),
      }
      const tickets = hidden?.type === 'accepted' && first.damage[0]?.tickets.length !== 0 ? [hidden.ticket] : []
      expect(first.damage).toMatchObject([
        { kind: 'broken', ...place, fromSequence: sequence, throughSequence: sequence, tickets },
      ])
      const left = known(list).filter((entry) => entry.sequence !== sequence)
      // A new header comes first when the old one is among the damage and its name cannot be made out.
      expect((await frames(first.journal)).slice(0, left.length)).toEqual(left)
      expect([ledger.damage.length, ledger.nextDeviceSequence]).toEqual([1, 3])
      await first.journal.append(accepted(5))
      await first.journal.close()
      expect(contentOf(disk)).toEqual(before)
      const again = await opened(disk)
      expect([again.damage, again.journal.journalId]).toEqual([[], first.journal.journalId])
      expect((await frames(again.journal)).length).toBe(left.length + 2)
      expect(again.journal.segments().map(({ damaged, closed }) => [damaged, closed])).toEqual([
        [true, true],
        [false, false],
      ])
      expect(await again.journal.purge(1, AT)).toMatchObject({ ok: false, fault: 'damaged' })
    }
  }, 60_000)

  it('tells the tickets of what it hides, each place by itself', async () => {
    const full = contentOf(await written([1, 2, 3, 4, 5].map((n) => accepted(n))))
    const starts = offsets(full)
    const disk = damaged(full, (starts[2] ?? 0) + 80, (starts[4] ?? 0) + 10)
    const { damage, journal } = await opened(disk)
    expect(
      damage.map(({ fromSequence, throughSequence, tickets }) => [fromSequence, throughSequence, tickets]),
    ).toEqual([
      [2, 2, [accepted(2).ticket]],
      [4, 4, [accepted(4).ticket]],
    ])
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: false, fault: 'unknown-submission' })
    expect(await journal.readAccepted(submissionId(5))).toMatchObject({ ok: true })
  })

  it('never lets a hidden number be given again, also when nothing intact stands behind it', async () => {
    const disk = await written(
      [1, 2, 3, 4].map((n) => accepted(n)),
      { segmentBytes: 1000 },
    )
    const names = disk.paths().filter((path) => path.endsWith('.bmj'))
    for (const path of disk.paths()) if (path.endsWith('.idx')) await disk.remove(path)
    const last = names.at(-1) ?? ''
    const whole = Buffer.from(contentOf(disk, last))
    // Too long for an unfinished write: everything in it is damage.
    disk.put(last, Buffer.concat([Buffer.alloc(7 << 20, 1)]))
    const ledger = new Ledger()
    const { journal, damage } = await opened(disk, following(ledger))
    expect(damage).toMatchObject([{ kind: 'broken', segment: last.slice(DIR.length + 1), throughSequence: null }])
    expect(ledger.nextDeviceSequence).toBeGreaterThan(4)
    const next = ledger.nextDeviceSequence
    const appended = await journal.append({ ...accepted(9), deviceSequence: next })
    await journal.close()
    const after = new Ledger()
    const again = await opened(disk, following(after))
    expect([again.damage, again.journal.lastSequence]).toEqual([[], appended.ok ? appended.sequence : 0])
    expect(after.nextDeviceSequence).toBe(next + 1)
    await again.journal.close()
    // Only a bad moment of the disk: when the bytes are right again, old and new frames stand side by side.
    disk.put(last, whole)
    const mended = new Ledger()
    await opened(disk, following(mended))
    expect([...mended.items()].map(({ submissionId: id }) => id)).toEqual([1, 2, 3, 4, 9].map(submissionId))
  })

  it('in a write of several frames is still found when later writes follow', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await Promise.all([journal.append(accepted(1)), journal.append(accepted(2))])
    await journal.append(accepted(3))
    await journal.close()
    const content = contentOf(disk)
    content.writeUInt8(0, (offsets(content)[1] ?? 0) + 90)
    expect((await opened(disk)).damage).toMatchObject([{ fromSequence: 1, throughSequence: 1 }])
  })

  it('scenario 23: finds a frame that was taken out, swapped, or put in with a good hash of its own', async () => {
    const full = contentOf(await written([accepted(1), accepted(2), accepted(3)]))
    const [, one = 0, two = 0, three = 0] = offsets(full)
    const part = (from: number, to?: number) => full.subarray(from, to)
    const body = (sequence: number, rest: object) => JSON.stringify({ sequence, group: sequence, ...rest })
    const forged = encodeFrame(part(40, 72), body(9, accepted(9))).bytes
    const unlinked = encodeFrame(Buffer.alloc(32), body(1, accepted(9))).bytes
    const headless = encodeFrame(Buffer.alloc(32), body(0, { type: 'other' })).bytes
    const nonsense = encodeFrame(part(40, 72), '[]').bytes
    const cases: [string, readonly Buffer[], object[]][] = [
      ['taken out', [part(0, one), part(two)], [{ fromSequence: 1, throughSequence: 1, bytes: 0 }]],
      [
        'swapped',
        [part(0, one), part(two, three), part(one, two), part(three)],
        [
          { fromSequence: 1, throughSequence: 1 },
          { fromSequence: 3, throughSequence: 2, bytes: two - one },
        ],
      ],
      ['beginning taken', [part(one)], [{ fromSequence: 0, throughSequence: 0, bytes: 0 }]],
      ['jumps ahead', [part(0, one), forged], [{ fromSequence: 1, throughSequence: 8 }]],
      ['no body of ours', [part(0, one), nonsense], [{ fromSequence: 1, throughSequence: null }]],
      ['not linked', [part(0, one), unlinked], [{ fromSequence: 1, throughSequence: 0 }]],
      ['no header', [headless], [{ fromSequence: 0, throughSequence: null }]],
    ]
    for (const [what, pieces, places] of cases) {
      const disk = memoryDisk()
      disk.put(FIRST, Buffer.concat(pieces))
      const first = await opened(disk)
      expect(first.damage, what).toMatchObject(places)
      await first.journal.append(printed(1))
      await first.journal.close()
      const again = await opened(disk)
      expect([what, again.damage, again.frames]).toEqual([what, [], (await frames(first.journal)).length])
    }
  })

  it('finds a lost or shortened segment, with its index and without', async () => {
    const list = [1, 2, 3, 4, 5, 6].map((n) => accepted(n))
    const whole = await written(list, { segmentBytes: 600 })
    const indexing = (await opened(whole)).journal
    await indexing.settled()
    await indexing.close()
    const names = (await whole.list(DIR)).filter((name) => name.endsWith('.bmj'))
    expect(names.length).toBeGreaterThan(2)
    for (const name of names.slice(0, -1)) {
      for (const withIndex of [true, false]) {
        for (const lost of [true, false]) {
          const disk = memoryDisk()
          const index = name.replace('.bmj', '.idx')
          for (const path of whole.paths()) disk.put(path, contentOf(whole, path))
          if (!withIndex) disk.put(`${DIR}/${index}`, Buffer.alloc(3))
          if (lost) await disk.remove(`${DIR}/${name}`)
          else disk.put(`${DIR}/${name}`, contentOf(whole, `${DIR}/${name}`).subarray(0, -1))
          await disk.syncDir(DIR)
          const ledger = new Ledger()
          const { journal, damage } = await opened(disk, following(ledger))
          expect(damage.length).toBe(1)
          expect(damage[0]?.segment).toBe(lost && !withIndex ? index : name)
          if (withIndex) expect(ledger.size).toBe(6)
          else expect(ledger.size).toBeLessThan(6)
          expect(ledger.nextDeviceSequence).toBe(7)
          const gone = withIndex
            ? journal.segments()[names.indexOf(name)]?.submissionIds.at(-1)
            : list.find((each) => ledger.bySubmission(each.submissionId) === undefined)?.submissionId
          const fault = withIndex ? 'damaged' : 'unknown-submission'
          expect(await journal.readAccepted(gone ?? '')).toMatchObject({ ok: false, fault })
          await journal.close()
          expect((await opened(disk)).damage).toEqual([])
        }
      }
    }
  })

  it('of a later format refuses to open, and is left alone; a flipped version byte is damage', async () => {
    const disk = await written([accepted(1), accepted(2)])
    const before = Buffer.from(contentOf(disk))
    const second = offsets(before)[1] ?? 0
    contentOf(disk).writeUInt8(2, second + 3)
    expect((await opened(disk)).damage).toMatchObject([{ offset: second, fromSequence: 1, throughSequence: 1 }])
    const later = encodeFrame(before.subarray(second + 40, second + 72), 'of another layout').bytes
    later.writeUInt8(2, 3)
    later.writeUInt8(0, 50)
    const newer = memoryDisk()
    newer.put(FIRST, Buffer.concat([before, later]))
    expect(await open(newer)).toMatchObject({ ok: false, fault: 'newer-format' })
    expect(contentOf(newer)).toEqual(Buffer.concat([before, later]))
  })
})

describe('frames of a later program', () => {
  it('are kept, passed on untouched, and the chain goes on behind them', async () => {
    const disk = await written([accepted(1)])
    const content = contentOf(disk)
    const last = offsets(content).at(-1) ?? 0
    const purged = { sequence: 2, group: 2, type: 'shredded', submissionId: submissionId(1), why: { deep: [1] } }
    const odd = { sequence: 3, group: 3, ...quarantined(1), reason: 'a-newer-reason' }
    const two = encodeFrame(content.subarray(last + 40, last + 72), Buffer.from(JSON.stringify(purged)))
    const three = encodeFrame(two.hash, Buffer.from(JSON.stringify(odd)))
    disk.put(FIRST, Buffer.concat([content, two.bytes, three.bytes]))
    const { journal } = await opened(disk)
    expect(events.at(-1)).toMatchObject({ detail: { unknownFrames: 2 } })
    await journal.append(printed(1))
    const [, second, third, fourth] = await frames(journal)
    const { sequence, group: _, ...body } = purged
    expect(second).toEqual({ sequence, known: false, type: 'shredded', body })
    expect(third).toMatchObject({ known: false, type: 'quarantined', body: { reason: 'a-newer-reason' } })
    expect(fourth).toEqual({ sequence: 4, known: true, frame: printed(1) })
    expect(journal.segments()[0]).toMatchObject({ unknownFrames: 2 })
    await journal.rotate()
    await journal.settled()
    await journal.close()
    // From the index too.
    const again = (await opened(disk)).journal
    expect((await frames(again)).slice(1)).toEqual([second, third, fourth])
    expect(again.segments()[0]).toMatchObject({ unknownFrames: 2 })
  })
})

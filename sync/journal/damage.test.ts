import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame } from './framing.ts'
import { memoryDisk } from './memory-disk.ts'
import { accepted, printed, quarantined, received, submissionId } from './sample-frames.ts'
import { contentOf, DIR, events, FIRST, frames, known, offsets, open, opened, written } from './test-journal.ts'

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

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AcceptedFrame } from '../protocol/frames.ts'
import { IndexDraft, parseIndex } from './index-file.ts'
import { Ledger } from './ledger.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT, accepted, EPOCH, printed, received, submissionId } from './sample-frames.ts'
import { newSegment } from './segment.ts'
import { contentOf, DIR, FIRST, following, frames, ID, known, open, opened, written } from './test-journal.ts'

const FIRST_INDEX = `${DIR}/journal-000001.idx`
const chunk = { sha256: 'ab'.repeat(32), bytes: 500 }
const withChunk = (n: number): AcceptedFrame => ({ ...accepted(n, '中文 envelope'), chunks: [chunk] })

/** Two closed segments and an active one: {1, 2}, {3}, {receipt of 1}. */
async function rotated(disk: MemoryDisk) {
  const { journal } = await opened(disk)
  for (const frame of [withChunk(1), accepted(2)]) await journal.append(frame)
  expect(await journal.rotate()).toBe(true)
  await journal.append(accepted(3))
  expect(await journal.rotate()).toBe(true)
  await journal.append(received(1))
  await journal.settled()
  return journal
}
const ALL = known([withChunk(1), accepted(2), accepted(3), received(1)])

describe('indexes', () => {
  it('say the same as the segments that they stand for', async () => {
    const disk = memoryDisk()
    await (await rotated(disk)).close()
    const index = parseIndex(contentOf(disk, FIRST_INDEX))
    if (!index.ok) throw new Error(index.fault)
    expect([...index.lines()].map(({ entry }) => entry)).toEqual(ALL.slice(0, 2))
    expect(contentOf(disk, FIRST_INDEX).toString('latin1')).not.toContain('envelope"')
    const seen: unknown[] = []
    const { journal } = await opened(disk, { onEntry: (entry) => void seen.push(structuredClone(entry)) })
    expect([seen, await frames(journal)]).toEqual([ALL, ALL])
  })

  it('keep what no program knew then, for one that does', () => {
    const body = { ...withChunk(2) }
    const draft = new IndexDraft()
    // As a program wrote it down that did not know frames of these types.
    draft.add(0, { sequence: 1, known: false, type: 'accepted', body })
    draft.add(10, { sequence: 2, known: false, type: 'received', body: { ...received(2) } })
    draft.add(20, { sequence: 3, known: false, type: 'unheard-of', body: { type: 'unheard-of', deep: [1] } })
    const segment = Object.assign(newSegment(1, 0, Buffer.alloc(32)), { bytes: 30, frames: 3, lastSequence: 3 })
    const index = parseIndex(draft.bytes(ID, segment))
    if (!index.ok) throw new Error(index.fault)
    expect([...index.lines()].map(({ entry }) => entry)).toEqual([
      ...known([withChunk(2), received(2)]),
      { sequence: 3, known: false, type: 'unheard-of', body: { type: 'unheard-of', deep: [1] } },
    ])
  })

  it('of a file that grew after them are not believed: an earlier program wrote on behind a roll-back', async () => {
    const all = await written([accepted(1), accepted(2), accepted(3)])
    const disk = await written([accepted(1), accepted(2)])
    const before = (await opened(disk)).journal
    await before.rotate()
    await before.settled()
    await before.close()
    disk.put(FIRST, contentOf(all))
    for (const torn of [0, 40]) {
      if (torn > 0) disk.put(FIRST, Buffer.concat([contentOf(disk), Buffer.alloc(torn, 1)]))
      const ledger = new Ledger()
      const { journal, damage, repaired } = await opened(disk, following(ledger))
      expect([ledger.size, ledger.nextDeviceSequence, repaired.tornBytes]).toEqual([3, 4 + Math.sign(torn), torn])
      expect(damage.map(({ kind }) => kind)).toEqual(torn > 0 ? ['torn-tail'] : [])
      expect(await journal.readAccepted(submissionId(3))).toMatchObject({ ok: true })
      await journal.close()
    }
    const { journal } = await opened(disk)
    await journal.rotate()
    await journal.append(accepted(4))
    await journal.settled()
    const index = parseIndex(contentOf(disk, FIRST_INDEX))
    expect(index).toMatchObject({ ok: true, header: { bytes: contentOf(disk).length, lastSequence: 4 } })
    await journal.close()
    expect((await opened(disk)).damage).toEqual([])
  })

  it('are what a start reads instead of closed segments; the active one is read', async () => {
    const disk = memoryDisk()
    await (await rotated(disk)).close()
    disk.done.length = 0
    const { journal, frames: count } = await opened(disk)
    const read = disk.done.filter(({ operation, path }) => operation === 'read' && path.endsWith('.bmj'))
    expect([count, new Set(read.map(({ path }) => path))]).toEqual([4, new Set([`${DIR}/journal-000003.bmj`])])
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: true, frame: accepted(2) })
  })

  it('are written anew when they are missing, damaged or of another segment, and never believed then', async () => {
    const disk = memoryDisk()
    await (await rotated(disk)).close()
    const good = Buffer.from(contentOf(disk, FIRST_INDEX))
    const flipped = Buffer.from(good)
    flipped.writeUInt8(flipped.readUInt8(300) ^ 1, 300)
    const other = contentOf(disk, `${DIR}/journal-000002.idx`)
    for (const bad of [undefined, flipped, good.subarray(0, 200), Buffer.alloc(0), Buffer.from('{}\n{}\n'), other]) {
      if (bad === undefined) await disk.remove(FIRST_INDEX)
      else disk.put(FIRST_INDEX, bad)
      const { journal, damage } = await opened(disk)
      expect([damage, await frames(journal)]).toEqual([[], ALL])
      await journal.settled()
      await journal.close()
      expect(contentOf(disk, FIRST_INDEX)).toEqual(good)
    }
  })

  it('that cannot be written are tried again at the next start', async () => {
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    await journal.append(accepted(1))
    disk.before = (operation, path) => {
      if (operation === 'write' && path.includes('.idx')) throw diskError('ENOSPC')
    }
    await journal.rotate()
    expect(await journal.append(accepted(2))).toMatchObject({ ok: true })
    await journal.settled()
    await journal.close()
    expect(disk.paths().some((path) => path.endsWith('.idx'))).toBe(false)
    disk.before = () => undefined
    const again = await opened(disk)
    await again.journal.settled()
    expect(parseIndex(contentOf(disk, FIRST_INDEX)).ok).toBe(true)
  })

  it('hold receipts byte by byte, singly and in batches, for any text', async () => {
    const word = fc.stringMatching(/^[\w-]{1,40}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 6 }),
        fc.string({ maxLength: 50 }),
        async (receipts, by) => {
          const disk = memoryDisk()
          const { journal } = await opened(disk)
          for (const [n, parts] of receipts.entries()) {
            const receipt = parts.join('.')
            await journal.append(accepted(n + 1))
            await journal.append({ type: 'requeued', at: AT, submissionId: submissionId(n + 1), by })
            const items = [{ submissionId: submissionId(n + 1), hubSequence: n + 1 }]
            await journal.append({ type: 'batch-received', at: AT, receipt, hubEpoch: EPOCH, items })
            await journal.append({
              type: 'received',
              at: AT,
              receipt,
              hubEpoch: EPOCH,
              hubSequence: n + 1,
              submissionId: submissionId(n + 1),
            })
          }
          const before = await frames(journal)
          await journal.rotate()
          await journal.settled()
          expect(journal.segments()).toMatchObject([{ closed: true }])
          expect(await frames(journal)).toEqual(before)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('rotating', () => {
  it('closes a segment that holds something, and is remembered', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    expect(journal.segments()).toMatchObject([
      {
        number: 1,
        firstSequence: 0,
        lastSequence: 2,
        closed: true,
        purged: false,
        submissionIds: [1, 2].map(submissionId),
      },
      { number: 2, firstSequence: 3, lastSequence: 3, closed: true, submissionIds: [submissionId(3)] },
      { number: 3, firstSequence: 4, lastSequence: 4, closed: false, submissionIds: [] },
    ])
    expect([await journal.rotate(), await journal.rotate()]).toEqual([true, false])
    await journal.settled()
    await journal.close()
    const again = await opened(disk)
    expect(again.journal.segments().map(({ closed }) => closed)).toEqual([true, true, true])
    await again.journal.append(printed(1))
    expect(again.journal.lastSequence).toBe(5)
    expect(disk.paths()).toContain(`${DIR}/journal-000004.bmj`)
  })
})

describe('purging', () => {
  it('gives up the envelopes and keeps what is known', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    const before = contentOf(disk).length
    expect(await journal.purge(3, AT)).toMatchObject({ ok: false, fault: 'not-closed' })
    expect(await journal.purge(9, AT)).toMatchObject({ ok: false, fault: 'unknown-segment' })
    expect(await journal.purge(1, AT)).toEqual({ ok: true, submissions: 2, freedBytes: before, chunks: [chunk.sha256] })
    expect(disk.content(FIRST)).toBeUndefined()
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'purged' })
    expect(await journal.readAccepted(submissionId(3))).toMatchObject({ ok: true })
    const purged = { type: 'purged', at: AT, fromSequence: 1, throughSequence: 2, submissions: 2 } as const
    const all = [...ALL, ...known([withChunk(1), accepted(2), accepted(3), received(1), purged]).slice(4)]
    expect(await frames(journal)).toEqual(all)
    // Again: the same answer, no second frame.
    expect(await journal.purge(1, AT)).toEqual({ ok: true, submissions: 2, freedBytes: 0, chunks: [chunk.sha256] })
    await journal.close()
    const ledger = new Ledger()
    const again = await opened(disk, following(ledger))
    expect([again.damage, again.frames, await frames(again.journal)]).toEqual([[], 5, all])
    expect([...ledger.items()].map(({ purged: is, state }) => [is, state])).toEqual([
      [true, 'received'],
      // Nobody should purge what waits; should it happen, it is seen.
      [true, 'quarantined'],
      [false, 'queued'],
    ])
    expect(again.journal.segments()[0]).toMatchObject({ purged: true, damaged: false })
    expect(await again.journal.readAccepted(submissionId(2))).toMatchObject({ ok: false, fault: 'purged' })
  })

  it('scenario 6: happens whole or not at all, whatever operation the power is cut at, and is finished by the next start', async () => {
    for (const chance of [() => 0, () => 1, (limit: number) => limit - 1]) {
      for (let stopAt = 1; ; stopAt++) {
        const disk = memoryDisk()
        const journal = await rotated(disk)
        let left = stopAt
        let cut: MemoryDisk | undefined
        disk.before = () => {
          left -= 1
          if (left > 0) return
          cut ??= disk.powerCutBy(chance)
          throw diskError('EIO')
        }
        await journal.purge(1, AT)
        const ledger = new Ledger()
        const rest = cut ?? disk.powerCutBy(chance)
        const after = await opened(rest, following(ledger))
        expect(after.damage.filter(({ kind }) => kind === 'broken')).toEqual([])
        const item = ledger.bySubmission(submissionId(1))
        const read = await after.journal.readAccepted(submissionId(1))
        expect(read.ok).toBe(item?.purged === false)
        if (item?.purged === true) expect(after.journal.segments()[0]).toMatchObject({ purged: true, damaged: false })
        await after.journal.settled()
        if (item?.purged === true) expect(rest.content(FIRST)).toBeUndefined()
        expect(await after.journal.purge(1, AT)).toMatchObject({ ok: true, submissions: 2, chunks: [chunk.sha256] })
        expect(
          (await frames(after.journal)).filter((entry) => entry.known && entry.frame.type === 'purged').length,
        ).toBe(1)
        if (cut === undefined) break
      }
    }
  })

  it('keeps the segment when its frame cannot be written, and says purged when only the file cannot be removed', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    disk.freeBytes = 0
    expect(await journal.purge(1, AT)).toMatchObject({ ok: false, fault: 'disk-full' })
    expect(disk.content(FIRST)).toBeDefined()
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: true })
    disk.freeBytes = Number.POSITIVE_INFINITY
    disk.before = (operation) => {
      if (operation === 'remove') throw diskError('EIO')
    }
    expect(await journal.purge(1, AT)).toMatchObject({ ok: false, fault: 'io' })
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'purged' })
    disk.before = () => undefined
    expect(await journal.purge(1, AT)).toMatchObject({ ok: true })
    expect(disk.content(FIRST)).toBeUndefined()
    expect((await frames(journal)).filter((entry) => entry.known && entry.frame.type === 'purged').length).toBe(1)
  })

  it('asks again when all before it is with the ledger, and leaves everything as it was when the answer is no', async () => {
    const disk = memoryDisk()
    const ledger = new Ledger()
    const { journal } = await opened(disk, following(ledger))
    for (const frame of [accepted(1), received(1)]) await journal.append(frame)
    await journal.rotate()
    await journal.append(accepted(2))
    await journal.settled()
    const last = journal.lastSequence
    let isFirstRead = true
    const meanwhile: Promise<unknown>[] = []
    disk.before = (operation, path) => {
      if (operation !== 'read' || path !== FIRST_INDEX || !isFirstRead) return
      isFirstRead = false
      // Handed in before the purge's own frame, not yet durable when that one is.
      meanwhile.push(journal.append({ type: 'epoch-seen', at: AT, hubEpoch: EPOCH, why: 'changed' }))
    }
    const purged = await journal.purge(1, AT, () => ledger.epochSeenSequence === 0)
    expect(purged).toMatchObject({ ok: false, fault: 'withdrawn' })
    await Promise.all(meanwhile)
    expect([journal.lastSequence, ledger.purged, ledger.epochSeenSequence]).toEqual([last + 1, 0, last + 1])
    expect(journal.segments()[0]).toMatchObject({ purged: false })
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: true })
    expect(await journal.purge(1, AT, () => true)).toMatchObject({ ok: true, submissions: 1 })
  })

  it('never shares a write with a frame before it, which the ledger does not know yet', async () => {
    const disk = memoryDisk()
    const ledger = new Ledger()
    const { journal } = await opened(disk, following(ledger))
    for (const frame of [accepted(1), received(1)]) await journal.append(frame)
    await journal.rotate()
    await journal.append(accepted(2))
    await journal.settled()
    let goOn = (): void => undefined
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    disk.before = (operation) => (operation === 'sync' ? held : undefined)
    const first = journal.append(printed(1))
    while (disk.done.at(-1)?.operation !== 'write') await null
    // Both wait for the disk now, one behind the other.
    const told = journal.append({ type: 'epoch-seen', at: AT, hubEpoch: EPOCH, why: 'changed' })
    const purged = journal.purge(1, AT, () => ledger.epochSeenSequence === 0)
    await new Promise((resolve) => setImmediate(resolve))
    goOn()
    expect(await purged).toMatchObject({ ok: false, fault: 'withdrawn' })
    expect([await first, await told]).toMatchObject([{ ok: true }, { ok: true }])
    expect(ledger.purged).toBe(0)
  })

  it('asks again when a full disk made it wait for room', async () => {
    const disk = memoryDisk()
    let may = true
    const release = async () => {
      may = false
      disk.freeBytes = Number.POSITIVE_INFINITY
      return true
    }
    const { journal } = await opened(disk, { reserve: { release } })
    await journal.append(accepted(1))
    await journal.rotate()
    await journal.append(accepted(2))
    await journal.settled()
    disk.freeBytes = 0
    expect(await journal.purge(1, AT, () => may)).toMatchObject({ ok: false, fault: 'withdrawn' })
    expect(await journal.append(received(1))).toMatchObject({ ok: true })
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: true })
  })

  it('does not begin without a good index on disk', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    disk.put(FIRST_INDEX, Buffer.alloc(10))
    expect(await journal.purge(1, AT)).toMatchObject({ ok: false, fault: 'io' })
    expect(disk.content(FIRST)).toBeDefined()
    expect(await journal.purge(1, AT)).toMatchObject({ ok: true })
  })

  it('without its frame is a loss, not a purge', async () => {
    const disk = memoryDisk()
    await (await rotated(disk)).close()
    await disk.remove(FIRST)
    const { journal, damage } = await opened(disk)
    expect(damage).toMatchObject([
      {
        segment: 'journal-000001.bmj',
        fromSequence: 0,
        throughSequence: 2,
        tickets: [accepted(1).ticket, accepted(2).ticket],
      },
    ])
    expect(await journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'damaged' })
  })
})

describe('scrubbing', () => {
  it('finds what rotted in closed segments and indexes, journals it once, and mends what it can', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    const reports = async () => {
      const all = []
      for await (const report of journal.scrub()) all.push(report)
      return all
    }
    expect((await reports()).map(({ file, damage }) => [file, damage])).toEqual([
      ['journal-000001.bmj', []],
      ['journal-000001.idx', []],
      ['journal-000002.bmj', []],
      ['journal-000002.idx', []],
    ])
    const at = contentOf(disk).indexOf(accepted(2).ticket)
    disk.flip(FIRST, at + 100, 1)
    disk.flip(`${DIR}/journal-000002.idx`, 100, 1)
    const found = await reports()
    expect(found[0]?.damage).toMatchObject([
      { kind: 'broken', fromSequence: 2, throughSequence: 2, tickets: [accepted(2).ticket] },
    ])
    expect(found[3]?.damage.length).toBe(1)
    await reports()
    const seen = (await frames(journal)).filter((entry) => entry.known && entry.frame.type === 'damage-seen')
    expect(seen.length).toBe(1)
    expect(parseIndex(contentOf(disk, `${DIR}/journal-000002.idx`)).ok).toBe(true)
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: false, fault: 'damaged' })
    expect(await journal.purge(1, AT)).toMatchObject({ ok: false, fault: 'damaged' })
    await journal.close()
    const again = await opened(disk)
    // Its facts are in the index still.
    expect([again.damage, (await frames(again.journal)).slice(0, 4)]).toEqual([[], ALL])
    expect(again.journal.segments()[0]).toMatchObject({ damaged: true })
  })

  it('says that a disk could not be read, and goes on', async () => {
    const disk = memoryDisk()
    const journal = await rotated(disk)
    disk.before = (operation, path) => {
      if (operation === 'read' && path === FIRST) throw diskError('EIO')
    }
    const all = []
    for await (const report of journal.scrub()) all.push(report.unreadable)
    expect(all).toEqual(['EIO', null, null, null])
  })
})

describe('a full disk', () => {
  it('refuses what is new, and gives the reserve to what must be said', async () => {
    const disk = memoryDisk()
    let released = 0
    const reserve = {
      async release() {
        released += 1
        if (released > 1) return false
        disk.freeBytes = 10_000
        return true
      },
    }
    const { journal } = await opened(disk, { reserve })
    await journal.append(accepted(1))
    disk.freeBytes = 0
    expect(await journal.append(accepted(2))).toMatchObject({ ok: false, fault: 'disk-full' })
    expect(released).toBe(0)
    // Of one write, only what is no new submission.
    const together = await Promise.all([
      journal.append(accepted(2)),
      journal.append(received(1)),
      journal.append(accepted(3)),
    ])
    expect(together.map((result) => result.ok)).toEqual([false, true, false])
    expect(await frames(journal)).toEqual(known([accepted(1), received(1)]))
    disk.freeBytes = 0
    expect(await journal.append(printed(1))).toMatchObject({ ok: false, fault: 'disk-full' })
    await journal.close()
    expect(await open(disk)).toMatchObject({ ok: true, frames: 2 })
  })
})

it('written journals stay readable when nothing but their segments is left', async () => {
  const disk = await written(
    Array.from({ length: 20 }, (_, n) => accepted(n + 1)),
    { segmentBytes: 1500 },
  )
  const bare = memoryDisk()
  for (const path of disk.paths()) if (path.endsWith('.bmj')) bare.put(path, contentOf(disk, path))
  expect(await frames((await opened(bare)).journal)).toEqual(await frames((await opened(disk)).journal))
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../protocol/frames.ts'
import type { JournalEntry } from './entry.ts'
import type { Journal, OpenResult } from './journal.ts'
import { Ledger } from './ledger.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT, accepted, printed, quarantined, received, requeued } from './sample-frames.ts'
import { contentOf, FIRST, following, frames, known, offsets, open, opened, written } from './test-journal.ts'

/** What the journal promises, for histories and accidents that nobody thought of. */

/** A history that a terminal could have: what is done to submission n only after it was accepted. */
const histories = fc
  .array(fc.tuple(fc.constantFrom('accept', 'print', 'receive', 'quarantine', 'requeue'), fc.nat()), {
    minLength: 1,
    maxLength: 14,
  })
  .map((steps) => {
    const list: Frame[] = []
    let count = 0
    for (const [what, pick] of steps) {
      const n = (pick % Math.max(1, count)) + 1
      if (what === 'accept' || count === 0) list.push(accepted(++count, `envelope ${'é'.repeat(pick % 90)}`))
      else list.push({ print: printed, receive: received, quarantine: quarantined, requeue: requeued }[what](n))
    }
    return list
  })

const others = (entries: readonly JournalEntry[]) =>
  entries.filter((entry) => !(entry.known && entry.frame.type === 'damage-seen'))

/** A source of choices from a list of numbers, for the memory disk; the list is fast-check's to shrink. */
function chooser(numbers: readonly number[]): (limit: number) => number {
  let next = 0
  return (limit) => (numbers[next++ % Math.max(1, numbers.length)] ?? 0) % limit
}

async function follow(disk: MemoryDisk): Promise<{ result: Extract<OpenResult, { ok: true }>; ledger: Ledger }> {
  const ledger = new Ledger()
  return { ledger, result: await opened(disk, following(ledger)) }
}

describe('a journal file', () => {
  it('cut at any byte gives the frames before the cut, and tells of the rest', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(), async (list, where) => {
        const full = contentOf(await written(list))
        const length = where % (full.length + 1)
        const disk = memoryDisk()
        disk.put(FIRST, full.subarray(0, length))
        const { journal } = (await follow(disk)).result
        const starts = [...offsets(full), full.length]
        const whole = Math.max(0, starts.filter((start) => start <= length).length - 2)
        const after = await frames(journal)
        expect(others(after)).toEqual(known(list).slice(0, whole))
        expect(after.length - whole).toBe(starts.includes(length) ? 0 : 1)
      }),
      { numRuns: 120 },
    )
  })

  it('with any byte changed opens, loses no other frame, gives no number twice, and is never silent', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(), fc.integer({ min: 1, max: 255 }), async (list, where, mask) => {
        const disk = await written(list)
        const starts = offsets(contentOf(disk))
        const at = where % contentOf(disk).length
        disk.flip(FIRST, at, mask)
        const broken = starts.findLastIndex((start) => start <= at)
        const { result, ledger } = await follow(disk)
        expect(result.damage.length).toBe(1)
        const kept = known(list).filter((entry) => entry.sequence !== broken)
        expect(others(await frames(result.journal)).slice(0, kept.length)).toEqual(kept)
        const given = list.reduce(
          (most, frame) => (frame.type === 'accepted' ? Math.max(most, frame.deviceSequence) : most),
          0,
        )
        expect(ledger.nextDeviceSequence).toBeGreaterThan(given)
        await result.journal.append(accepted(ledger.nextDeviceSequence))
        await result.journal.close()
        const again = await follow(disk)
        expect([again.result.damage, again.ledger.damage.length]).toEqual([[], 1])
      }),
      { numRuns: 150 },
    )
  })

  it('with any bytes changed in any segment or index opens, and what it gives back is what was written', async () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(histories, flips, async (list, changes) => {
        const disk = await written(list, { segmentBytes: 1200 })
        const indexing = (await opened(disk)).journal
        await indexing.settled()
        await indexing.close()
        const paths = disk.paths()
        const whole = new Map(paths.map((path) => [path, Buffer.from(contentOf(disk, path))]))
        const versions = (path: string) => offsets(whole.get(path) ?? Buffer.alloc(0)).map((start) => start + 3)
        for (const [file, offset, mask] of changes) {
          const path = paths[file % paths.length] ?? FIRST
          const { length } = contentOf(disk, path)
          // A version byte may say "a later program wrote this" (damage.test.ts).
          const isVersion = path.endsWith('.bmj') && versions(path).includes(offset % Math.max(1, length))
          if (length > 0 && !isVersion) disk.flip(path, offset % length, mask)
        }
        const { result } = await follow(disk)
        const all = known(list)
        for (const entry of others(await frames(result.journal))) expect(entry).toEqual(all[entry.sequence - 1])
        for (const frame of list) {
          if (frame.type !== 'accepted') continue
          const read = await result.journal.readAccepted(frame.submissionId)
          if (read.ok) expect(read.frame).toEqual(frame)
        }
        await result.journal.close()
        expect((await follow(disk)).result.damage).toEqual([])
      }),
      { numRuns: 120 },
    )
  })
})

/** Does what a terminal does, in an order and with accidents from a list of numbers; keeps what it was promised. */
async function live(journal: Journal, promised: Frame[], below: (limit: number) => number): Promise<void> {
  const first = promised.length + 1
  for (let n = first; n < first + 6; n++) {
    const action = below(6)
    if (action === 0) await journal.rotate()
    if (action === 1 && journal.segments()[0]?.closed === true) await journal.purge(1, AT)
    // A number of its own for each try, as the intake gives it: none is ever used again.
    const frame = accepted(promised.length * 20 + n + below(5) * 1000)
    const result = await journal.append(frame)
    if (result.ok) promised.push(frame)
  }
}

describe('a terminal whose power is cut at any operation, again and again', () => {
  it('has every frame that it was promised, in order, and no damage but torn tails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 60 }), async (numbers) => {
        const below = chooser(numbers)
        const promised: Frame[] = []
        let disk = memoryDisk({ record: false })
        for (let life = 0; life < 4; life++) {
          let left = 3 + below(40)
          let after: MemoryDisk | undefined
          disk.before = () => {
            left -= 1
            if (left > 0) return
            after ??= disk.powerCutBy(below)
            throw diskError('EIO')
          }
          const running = await open(disk, { segmentBytes: 1500 })
          if (running.ok) await live(running.journal, promised, below)
          disk = after ?? disk.powerCutBy(below)
          const { result, ledger } = await follow(disk)
          const got = (await frames(result.journal)).filter((entry) => entry.known && entry.frame.type === 'accepted')
          const ids = got.map((entry) =>
            entry.known && entry.frame.type === 'accepted' ? entry.frame.submissionId : '',
          )
          const wanted = promised.map((frame) => (frame.type === 'accepted' ? frame.submissionId : ''))
          expect(ids.filter((id) => wanted.includes(id))).toEqual(wanted)
          expect(result.damage.filter(({ kind }) => kind === 'broken')).toEqual([])
          for (const frame of promised) {
            if (frame.type !== 'accepted') continue
            const read = await result.journal.readAccepted(frame.submissionId)
            if (ledger.bySubmission(frame.submissionId)?.purged === true)
              expect(read).toMatchObject({ fault: 'purged' })
            else expect(read).toMatchObject({ ok: true, frame })
          }
          await result.journal.settled()
          await result.journal.close()
          // Frames that nobody was answered for may have become durable: they count from now on.
          promised.length = 0
          for (const entry of got) {
            if (!entry.known || entry.frame.type !== 'accepted') continue
            const { envelopeBytes: _, ...fact } = entry.frame
            const read = await result.journal.readAccepted(fact.submissionId)
            promised.push(read.ok ? read.frame : { ...fact, envelope: 'purged' })
          }
        }
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

describe('the ledger', () => {
  it('is the same after any restart, whether from segments, from indexes or from both', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.nat(), { maxLength: 4 }), async (list, stops) => {
        const disk = memoryDisk()
        const straight = new Ledger()
        for (const entry of known(list)) straight.apply(entry)
        let journal = (await opened(disk)).journal
        for (const [index, frame] of list.entries()) {
          if (stops.some((stop) => stop % list.length === index)) {
            await journal.rotate()
            if (index % 2 === 0) await journal.settled()
            await journal.close()
            journal = (await opened(disk)).journal
          }
          await journal.append(frame)
        }
        await journal.close()
        const { ledger } = await follow(disk)
        expect(stateOf(ledger)).toEqual(stateOf(straight))
      }),
      { numRuns: 60 },
    )
  })
})

function stateOf(ledger: Ledger): unknown {
  const { waiting, quarantined: held, received: done, size, hubEpoch, mark, nextDeviceSequence, lastSequence } = ledger
  return { items: [...ledger.items()], waiting, held, done, size, hubEpoch, mark, nextDeviceSequence, lastSequence }
}

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AcceptedFrame, Frame } from '../protocol/frames.ts'
import { ColumnsDraft } from './columns-draft.ts'
import { parseColumns } from './columns-file.ts'
import type { FactEntry, JournalEntry } from './entry.ts'
import { entriesIn, type FactColumns } from './fact-columns.ts'
import { Ledger } from './ledger.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT, accepted, EPOCH, printed, quarantined, received, requeued, submissionId } from './sample-frames.ts'
import { contentOf, DIR, following, ID, known, opened } from './test-journal.ts'

const FIRST_COLUMNS = `${DIR}/journal-000001.col`
const INDEX_SHA256 = 'c'.repeat(64)
const hash = (n: number) => createHash('sha256').update(`chunk ${n}`).digest('hex')
const receiptOf = (receivedAt: string) => `h.${Buffer.from(JSON.stringify({ receivedAt })).toString('base64url')}.s`

/** Frames of every kind, some written as we never write them. */
const frame = fc
  .tuple(
    fc.constantFrom(
      'accept',
      'odd',
      'chunks',
      'print',
      'receive',
      'told',
      'batch',
      'hold',
      'requeue',
      'epoch',
      'purge',
    ),
    fc.integer({ min: 1, max: 7 }),
    fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }),
  )
  .map(([what, n, date]): Frame => {
    const at = date.toISOString()
    const item = (of: number) => ({ submissionId: submissionId(of), hubSequence: of * 3 })
    switch (what) {
      case 'accept':
        return { ...accepted(n), at }
      case 'odd':
        return { ...accepted(n), submissionId: submissionId(n).toUpperCase(), draftId: submissionId(n + 50) }
      case 'chunks':
        return { ...accepted(n), chunks: [1, 2, 3].slice(n % 4).map((of) => ({ sha256: hash(of), bytes: of })) }
      case 'print':
        return { ...printed(n), at }
      case 'receive':
        return { ...received(n), at }
      case 'told':
        return { ...received(n), receipt: receiptOf(at) } as Frame
      case 'batch': {
        const items = [n, n + 1, n + 2].map(item)
        return { type: 'batch-received', at, receipt: receiptOf(AT), hubEpoch: EPOCH, items }
      }
      case 'hold':
        return quarantined(n)
      case 'requeue':
        return { ...requeued(n), by: `人 ${n}` } as Frame
      case 'epoch':
        return { type: 'epoch-seen', at, hubEpoch: submissionId(n), why: 'changed' }
      default:
        return { type: 'purged', at, fromSequence: n, throughSequence: n + 4, submissions: 2 }
    }
  })
const histories = fc.array(frame, { maxLength: 30 }).map((list) => {
  const entries: JournalEntry[] = known(list)
  const sequence = list.length + 1
  return [...entries, { sequence, known: false as const, type: 'unheard-of', body: { type: 'unheard-of', deep: [1] } }]
})

/** As if the entries stood in a segment of their own, each frame 100 bytes long. */
function fileOf(entries: readonly JournalEntry[]): Buffer {
  const draft = new ColumnsDraft()
  for (const entry of entries) draft.add(entry.sequence * 100, entry)
  const firstSequence = entries[0]?.sequence ?? 1
  const facts = { journalId: ID, segment: 1, firstSequence, lastSequence: entries.at(-1)?.sequence ?? 0 }
  const hashes = { previousHash: 'a'.repeat(64), lastHash: 'b'.repeat(64) }
  return draft.bytes({ ...facts, ...hashes, bytes: 5_000_000_000, frames: entries.length + 1 }, INDEX_SHA256)
}
function columnsOf(entries: readonly JournalEntry[]): FactColumns {
  const read = parseColumns(fileOf(entries))
  if (!read.ok) throw new Error(read.fault)
  return read.columns
}

/** Without the receipt's text, as columns give an entry back; those that they do not hold keep theirs. */
function slim(entry: FactEntry): unknown {
  if (!entry.known || !('receipt' in entry.frame)) return entry
  const { receipt: _, ...rest } = entry.frame
  return { ...entry, frame: rest }
}

function stateOf(ledger: Ledger): unknown {
  const { waiting, quarantined: held, received: done, purged, size, hubEpoch, mark, unfitFrames, lastSequence } = ledger
  const { nextDeviceSequence, epochSeenSequence } = ledger
  const items = [...ledger.items()]
  const found = items.map(({ submissionId: id, draftId, ticket }) => [
    ledger.bySubmission(id),
    ledger.byDraft(draftId),
    ledger.byTicket(ticket)?.submissionId,
    ledger.requeuesOf(id),
  ])
  const counts = { waiting, held, done, purged, size, unfitFrames, lastSequence, nextDeviceSequence, epochSeenSequence }
  return {
    items,
    found,
    hubEpoch,
    mark,
    ...counts,
    offers: [...ledger.toReoffer()],
    chunks: [...ledger.chunkSha256s()],
  }
}

describe('columns', () => {
  it('give back the entries that they were made of, receipts’ texts apart', () => {
    fc.assert(
      fc.property(histories, (entries) => {
        const read = [...entriesIn(columnsOf(entries))]
        expect(read.map(({ entry }) => slim(entry))).toEqual(entries.map(slim))
        expect(read.map(({ offset }) => offset)).toEqual(entries.map(({ sequence }) => sequence * 100))
      }),
    )
  })

  it('hold what comes by the thousand, and keep the rest as it is', () => {
    const many = [
      accepted(1),
      printed(1),
      received(1),
      requeued(1),
      { ...received(1), receipt: receiptOf(AT) } as Frame,
    ]
    expect(columnsOf(known(many)).others).toEqual([])
    const [plain] = known([accepted(2)])
    if (plain?.known !== true) throw new Error('not known')
    // Of a later program: nobody here knows the field, and nobody may lose it.
    const later: JournalEntry = { ...plain, frame: Object.assign({ language: 'ug' }, plain.frame) }
    expect([...entriesIn(columnsOf([later]))].map(({ entry }) => entry)).toEqual([later])
  })

  it('keep what no program knew then, for one that does', () => {
    const body = { ...received(2) }
    const entries = [...entriesIn(columnsOf([{ sequence: 2, known: false, type: 'received', body }]))]
    expect(entries.map(({ entry }) => entry)).toEqual(known([accepted(1), received(2)]).slice(1))
  })

  it('make the same ledger as their frames one by one', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(), { maxLength: 3 }), (entries, cuts) => {
        const straight = new Ledger()
        const fast = new Ledger()
        for (const entry of entries) straight.apply(entry)
        const ends = [...cuts.map((cut) => cut % entries.length), entries.length].sort((a, b) => a - b)
        let from = 0
        for (const end of ends) {
          if (end > from) fast.applyAll(columnsOf(entries.slice(from, end)))
          from = end
        }
        expect(stateOf(fast)).toEqual(stateOf(straight))
      }),
    )
  })

  it('tell an id in capitals from the same in small letters', () => {
    const small = { ...accepted(1), submissionId: submissionId(1).replace('a1b2', 'abcd') }
    const capital = { ...accepted(2), submissionId: small.submissionId.toUpperCase() }
    const ledger = new Ledger()
    ledger.applyAll(columnsOf(known([small, capital])))
    const ids = [small, capital].map((each) => ledger.bySubmission(each.submissionId)?.submissionId)
    expect(ids).toEqual([small.submissionId, capital.submissionId])
    expect(ledger.bySubmission(small.submissionId.replace('abcd', 'aBcD'))).toBeUndefined()
  })

  it('with any byte changed, cut anywhere or of another order of bytes are not believed', () => {
    const whole = fileOf(known([accepted(1), received(1), quarantined(1)]))
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at)
      expect(parseColumns(flipped)).toEqual({ ok: false, fault: 'damaged' })
      expect(parseColumns(whole.subarray(0, at))).toEqual({ ok: false, fault: 'damaged' })
    }
    const swapped = Buffer.from(whole)
    swapped.subarray(4, 8).reverse()
    createHash('sha256')
      .update(swapped.subarray(0, -32))
      .digest()
      .copy(swapped, swapped.length - 32)
    expect(parseColumns(swapped)).toEqual({ ok: false, fault: 'damaged' })
    // Wherever in memory a disk puts them.
    const askew = Buffer.concat([Buffer.alloc(3), whole]).subarray(3)
    expect(parseColumns(askew)).toEqual(parseColumns(whole))
  })
})

/** Three closed segments, {1, 2}, {3}, {receipt of 1 and 2}, and an active one. */
async function rotated(disk: MemoryDisk): Promise<void> {
  const { journal } = await opened(disk)
  for (const list of [[accepted(1), accepted(2)], [accepted(3)], [received(1), received(2)]]) {
    for (const each of list) await journal.append(each)
    await journal.rotate()
  }
  await journal.append(printed(3))
  await journal.settled()
  await journal.close()
}
const readIn = (disk: MemoryDisk) =>
  new Set(disk.done.filter(({ operation }) => operation === 'read').map(({ path }) => path.slice(DIR.length + 1)))

describe('a start', () => {
  it('reads columns instead of indexes, and knows the same', async () => {
    const disk = memoryDisk()
    await rotated(disk)
    const fromIndexes = new Ledger()
    const slow = await opened(disk, { onEntry: (entry) => fromIndexes.apply(entry) })
    await slow.journal.close()
    disk.done.length = 0
    const ledger = new Ledger()
    const { journal, frames } = await opened(disk, following(ledger))
    expect([frames, slow.frames, readIn(disk)]).toEqual([
      6,
      6,
      new Set([1, 2, 3].map((n) => `journal-00000${n}.col`).concat('journal-000004.bmj')),
    ])
    expect(stateOf(ledger)).toEqual(stateOf(fromIndexes))
    expect(await journal.readAccepted(submissionId(2))).toMatchObject({ ok: true, frame: accepted(2) })
    expect(journal.segments().map((each) => each.submissionIds)).toEqual([
      [1, 2].map(submissionId),
      [submissionId(3)],
      [],
      [],
    ])
  })

  it('writes the columns that an earlier program did not, or that were damaged, once it is done', async () => {
    const disk = memoryDisk()
    await rotated(disk)
    const good = Buffer.from(contentOf(disk, FIRST_COLUMNS))
    for (const bad of [undefined, Buffer.from(good).fill(0, 60, 61), good.subarray(0, 100), Buffer.alloc(0)]) {
      if (bad === undefined) await disk.remove(FIRST_COLUMNS)
      else disk.put(FIRST_COLUMNS, bad)
      const ledger = new Ledger()
      const { journal, damage } = await opened(disk, following(ledger))
      expect([damage, ledger.size, ledger.received]).toEqual([[], 3, 2])
      await journal.settled()
      await journal.close()
      expect(contentOf(disk, FIRST_COLUMNS)).toEqual(good)
    }
  })

  it('does without columns that cannot be read or written', async () => {
    const disk = memoryDisk()
    await rotated(disk)
    disk.before = (_, path) => {
      if (path.includes('.col')) throw diskError('EIO')
    }
    const ledger = new Ledger()
    const { journal, damage } = await opened(disk, following(ledger))
    await journal.settled()
    expect([damage, ledger.size, ledger.received]).toEqual([[], 3, 2])
  })

  it('does not believe columns of a segment that grew behind them, nor of an index that was made anew', async () => {
    const shorter = memoryDisk()
    await rotated(shorter)
    const stale = contentOf(shorter, FIRST_COLUMNS)
    // As left by a program that knows no columns: it wrote on, made the index anew, and then purged.
    const disk = memoryDisk()
    const { journal } = await opened(disk)
    for (const list of [[accepted(1), accepted(2), accepted(3)], [accepted(4)]]) {
      for (const each of list) await journal.append(each)
      await journal.rotate()
    }
    await journal.append(accepted(5))
    await journal.settled()
    await journal.close()
    const startWithStale = async () => {
      disk.put(FIRST_COLUMNS, stale)
      const ledger = new Ledger()
      const { journal: again, damage } = await opened(disk, following(ledger))
      await again.settled()
      expect([ledger.size, damage]).toEqual([5, []])
      expect(contentOf(disk, FIRST_COLUMNS)).not.toEqual(stale)
      return again
    }
    const purging = await startWithStale()
    expect(await purging.purge(1, AT)).toMatchObject({ ok: true, submissions: 3 })
    await purging.close()
    await (await startWithStale()).close()
  })

  it('knows a purged segment by its columns', async () => {
    const disk = memoryDisk()
    await rotated(disk)
    const purging = (await opened(disk)).journal
    expect(await purging.purge(1, AT)).toMatchObject({ ok: true, submissions: 2 })
    await purging.close()
    disk.done.length = 0
    const ledger = new Ledger()
    const { journal, damage } = await opened(disk, following(ledger))
    expect([damage, ledger.purged, ledger.size, [...readIn(disk)].includes('journal-000001.col')]).toEqual([
      [],
      2,
      3,
      true,
    ])
    expect(journal.segments()[0]).toMatchObject({ purged: true, damaged: false })
    const late: AcceptedFrame = accepted(ledger.nextDeviceSequence)
    expect(await journal.append(late)).toMatchObject({ ok: true })
  })
})

import { beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '../sync/envelope/sha256.ts'
import { decodeFrame, encodeFrame, GENESIS_HASH, HEADER_BYTES } from '../sync/journal/framing.ts'
import { diskError, type MemoryDisk, memoryDisk } from '../sync/journal/memory-disk.ts'
import { accepted, received } from '../sync/journal/sample-frames.ts'
import { laterCell, openStorage, type Storage } from './storage.ts'
import { logBook, NOW, settle } from './testing/fixtures.ts'

const MIB = 1 << 20
const CHUNK = Buffer.from('a sealed chunk')
let disk: MemoryDisk
let book: ReturnType<typeof logBook>
let tick: () => void

beforeEach(() => {
  disk = memoryDisk()
  book = logBook()
  tick = () => undefined
})
async function open(): Promise<Storage> {
  const opened = await openStorage('/data', book.log, {
    disk,
    reserveBytes: MIB,
    marks: {
      noAttachments: { belowBytes: 8 * MIB, againBytes: 9 * MIB },
      noSpace: { belowBytes: 2 * MIB, againBytes: 3 * MIB },
    },
    every(_, act) {
      tick = act
      return () => {
        tick = () => undefined
      }
    },
  })
  if (!opened.ok) throw new Error(opened.detail)
  await opened.storage.spaceKnown
  return opened.storage
}
const free = async (bytes: number) => {
  disk.freeBytes = bytes
  tick()
  await settle()
}

test('as the disk fills, first attachments stop, then intake; as it empties both open again, without a restart', async () => {
  disk.freeBytes = 20 * MIB
  const storage = await open()
  expect(storage.spaceLevel.get()).toBe('open')
  const seen: string[] = []
  storage.spaceLevel.subscribe((level) => seen.push(level))
  for (const mib of [7, 1, 2.5, 4, 20]) await free(mib * MIB)
  expect(seen).toEqual(['no-attachments', 'no-space', 'no-attachments', 'open'])
  expect(book.of('space-changed').map((each) => each.intake)).toEqual(seen)
  await storage.close()
})

test('on a full disk a receipt still finds room, a new submission does not', async () => {
  disk.freeBytes = 20 * MIB
  const storage = await open()
  await storage.journal.append(accepted(1))
  disk.freeBytes = 0
  expect(await storage.journal.append(accepted(2))).toMatchObject({ ok: false, fault: 'disk-full' })
  expect(await storage.journal.append(received(1))).toMatchObject({ ok: true })
  expect(storage.spaceLevel.get()).toBe('no-space')
  await storage.close()
})

test('chunks that no submission needs any more are gone after a start, the others stay', async () => {
  disk.freeBytes = 20 * MIB
  const first = await open()
  const needed = { sha256: sha256Hex(CHUNK), bytes: CHUNK }
  const orphan = { sha256: sha256Hex('orphan'), bytes: Buffer.from('orphan') }
  await first.attachments.put([needed, orphan])
  await first.journal.append({ ...accepted(1), chunks: [{ sha256: needed.sha256, bytes: CHUNK.length }] })
  await first.close()
  const second = await open()
  expect(await second.attachments.list()).toEqual([needed.sha256])
  await second.journal.append(received(1))
  await second.journal.rotate()
  const purged = await second.journal.purge(1, NOW)
  expect(purged).toMatchObject({ ok: true, chunks: [needed.sha256] })
  // The power went before they were removed.
  await second.close()
  const third = await open()
  expect(await third.attachments.list()).toEqual([])
  await third.close()
})

/** A sealed chunk that the first of three submissions lists, and one that nobody does; then the terminal is off. */
async function twoChunks(): Promise<string> {
  disk.freeBytes = 20 * MIB
  const first = await open()
  const sha256 = sha256Hex(CHUNK)
  await first.attachments.put([
    { sha256, bytes: CHUNK },
    { sha256: sha256Hex('orphan'), bytes: Buffer.from('orphan') },
  ])
  await first.journal.append({ ...accepted(1), chunks: [{ sha256, bytes: CHUNK.length }] })
  await first.journal.append(accepted(2))
  await first.journal.append(accepted(3))
  await first.close()
  return '/data/journal/journal-000001.bmj'
}

const notSwept = () => book.of('journal-note').filter((note) => note.journal === 'attachments-not-swept')

test('chunks of a submission that damage hides are never swept, at no later start either', async () => {
  const path = await twoChunks()
  disk.flip(path, (disk.content(path)?.indexOf('envelope 1') ?? 0) + 3, 1)
  for (let start = 1; start <= 2; start++) {
    const storage = await open()
    expect(storage.ledger.size).toBe(2)
    expect(await storage.attachments.list()).toHaveLength(2)
    await storage.close()
  }
  const why = { kept: 2, unknownFrames: 0, brokenPlaces: 1, damagedSegments: 1 }
  expect(notSwept()).toMatchObject([why, why])
})

test('chunks of a submission that only a later program understands are not swept; that one finds them', async () => {
  const path = await twoChunks()
  const original = Buffer.from(disk.content(path) ?? '')
  const frames: Buffer[] = []
  let previous: Uint8Array = GENESIS_HASH
  for (let at = 0; at < original.length; ) {
    const decoded = decodeFrame(original.subarray(at))
    if (decoded.kind !== 'frame') throw new Error(decoded.kind)
    const body = decoded.body.toString()
    const later = body.includes(sha256Hex(CHUNK)) ? body.replace('"application"', '"later-kind"') : body
    const { bytes, hash } = encodeFrame(previous, later)
    frames.push(bytes)
    previous = Buffer.from(hash)
    at += HEADER_BYTES + decoded.body.length
  }
  disk.put(path, Buffer.concat(frames))
  const back = await open()
  expect([back.ledger.size, (await back.attachments.list()).length]).toEqual([2, 2])
  expect(notSwept()).toMatchObject([{ kept: 2, unknownFrames: 1, brokenPlaces: 0 }])
  await back.close()
  disk.put(path, original)
  const again = await open()
  expect(await again.attachments.list()).toEqual([sha256Hex(CHUNK)])
  await again.close()
})

test('damage that is found at start is said with its tickets', async () => {
  disk.freeBytes = 20 * MIB
  const first = await open()
  for (const n of [1, 2, 3]) await first.journal.append(accepted(n))
  await first.close()
  const [path = ''] = (await disk.list('/data/journal')).filter((name) => name.endsWith('.bmj'))
  const file = await disk.open(`/data/journal/${path}`, { write: true, create: false })
  const content = await file.read(0, await file.size())
  await file.write(Buffer.from('X'), content.indexOf('envelope 2'))
  await file.sync()
  await file.close()
  const second = await open()
  expect(book.of('journal-damaged')).toMatchObject([{ kind: 'broken', tickets: [accepted(2).ticket] }])
  expect(second.ledger.size).toBe(2)
  await second.close()
})

test('a later cell tells the newest value once, after the turn', () => {
  const planned: (() => void)[] = []
  const seen: number[] = []
  const later = laterCell(0, (run) => planned.push(run))
  later.cell.subscribe((value) => seen.push(value))
  for (const value of [1, 2, 3]) later.set(value)
  expect(seen).toEqual([])
  for (const run of planned.splice(0)) run()
  expect(seen).toEqual([3])
  later.set(4)
  for (const run of planned.splice(0)) run()
  expect(seen).toEqual([3, 4])
})

test('scenario 13: a start on a disk without a byte of room takes the reserve: what waits here must get out', async () => {
  disk.freeBytes = 20 * MIB
  const before = await open()
  await before.journal.append(accepted(1))
  await before.close()
  disk.freeBytes = 0
  const lock = disk.lock.bind(disk)
  // The lock is a file too.
  disk.lock = async (path) => {
    if (disk.freeBytes === 0) throw diskError('ENOSPC')
    return lock(path)
  }
  const storage = await open()
  expect(storage.ledger.waiting).toBe(1)
  expect(storage.ledger.size).toBe(1)
  expect(await storage.journal.append(received(1))).toMatchObject({ ok: true })
  await storage.close()
})

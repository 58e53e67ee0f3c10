import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openAttachments } from './attachments.ts'
import { diskError, type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { createSpace, type SpaceLevel } from './space.ts'

const DIR = '/data/attachments'
const log = () => undefined
const chunk = (text: string) => {
  const bytes = Buffer.from(text)
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

describe('sealed chunks', () => {
  it('are durable under their hash once put, and come back checked', async () => {
    const disk = memoryDisk()
    const store = await openAttachments(disk, DIR, log)
    const chunks = [chunk('one'), chunk('two')]
    expect(await store.put(chunks)).toEqual({ ok: true })
    const after = await openAttachments(disk.powerCut(), DIR, log)
    expect([...(await after.list())].sort()).toEqual(chunks.map(({ sha256 }) => sha256).sort())
    expect(await after.read(chunk('two').sha256)).toEqual({ ok: true, bytes: Buffer.from('two') })
    // Idempotent: what is there and good is not written again.
    disk.done.length = 0
    await store.put(chunks)
    expect(disk.done.some(({ operation }) => operation === 'write')).toBe(false)
  })

  it('tell missing, damaged and unreadable apart, and a damaged one can be put again', async () => {
    const disk = memoryDisk()
    const store = await openAttachments(disk, DIR, log)
    const { sha256, bytes } = chunk('content')
    expect(await store.read(sha256)).toMatchObject({ ok: false, fault: 'missing' })
    await store.put([{ sha256, bytes }])
    disk.flip(`${DIR}/${sha256}`, 3, 4)
    expect(await store.read(sha256)).toMatchObject({ ok: false, fault: 'damaged' })
    await store.put([{ sha256, bytes }])
    expect(await store.read(sha256)).toMatchObject({ ok: true })
    disk.before = (operation) => {
      if (operation === 'read') throw diskError('EIO')
    }
    expect(await store.read(sha256)).toEqual({ ok: false, fault: 'unreadable', detail: 'EIO' })
    await expect(store.put([{ sha256, bytes: Buffer.from('other') }])).rejects.toThrow(RangeError)
    await expect(store.read('../journal/journal-000001.bmj')).rejects.toThrow(RangeError)
    await expect(store.remove(['..'])).rejects.toThrow(RangeError)
  })

  it('leave nothing behind on a disk that fills up', async () => {
    const disk = memoryDisk()
    const store = await openAttachments(disk, DIR, log)
    disk.freeBytes = 7
    expect(await store.put([chunk('three'), chunk('fourth')])).toEqual({
      ok: false,
      fault: 'disk-full',
      detail: 'ENOSPC',
    })
    expect([disk.paths(), disk.freeBytes]).toEqual([[], 7])
  })

  it('that no submission needs are swept, drafts of a crash too', async () => {
    const disk = memoryDisk()
    const store = await openAttachments(disk, DIR, log)
    const kept = chunk('kept')
    await store.put([kept, chunk('orphan')])
    disk.put(`${DIR}/${chunk('half').sha256}.tmp`, Buffer.from('ha'))
    disk.put(`${DIR}/README`, Buffer.from('not ours'))
    expect(await store.sweep((sha256) => sha256 === kept.sha256)).toBe(2)
    expect(disk.powerCut().paths()).toEqual([`${DIR}/${kept.sha256}`, `${DIR}/README`].sort())
    expect(await store.remove([kept.sha256, chunk('gone').sha256])).toBe(0)
    expect(await store.list()).toEqual([])
  })

  it('are whole or not there after a power cut at any operation', async () => {
    for (const keep of [() => 0, () => 1, (limit: number) => limit - 1]) {
      for (let stopAt = 1; ; stopAt++) {
        const disk = memoryDisk()
        const store = await openAttachments(disk, DIR, log)
        let left = stopAt
        let cut: MemoryDisk | undefined
        disk.before = () => {
          left -= 1
          if (left === 0) cut = disk.powerCutBy(keep)
        }
        const put = await store.put([chunk('first'), chunk('second')])
        const after = await openAttachments(cut ?? disk.powerCutBy(keep), DIR, log)
        for (const sha256 of await after.list()) expect(await after.read(sha256)).toMatchObject({ ok: true })
        if (cut !== undefined) continue
        expect([put.ok, (await after.list()).length]).toEqual([true, 2])
        break
      }
    }
  })
})

const MARKS = { noAttachments: { belowBytes: 1000, againBytes: 1300 }, noSpace: { belowBytes: 300, againBytes: 500 } }

function spaceOn(disk: MemoryDisk) {
  const levels: SpaceLevel[] = []
  let tick: (() => void) | undefined
  const clock = {
    every(_: number, act: () => void) {
      tick = act
      return () => {
        tick = undefined
      }
    },
  }
  const space = createSpace({
    disk,
    dir: '/data',
    clock,
    log,
    reserveBytes: 2000,
    marks: MARKS,
    onLevel: (level) => levels.push(level),
  })
  return { space, levels, tick: () => tick }
}

describe('the watch over free space', () => {
  it('scenario 13: closes in two steps and opens again by itself, not at the same mark', async () => {
    const disk = memoryDisk()
    disk.freeBytes = 10_000
    const { space, levels, tick } = spaceOn(disk)
    await space.start()
    expect([space.level, space.freeBytes, disk.content('/data/reserve.bin')?.length]).toEqual(['open', 8000, 2000])
    const at = async (free: number) => {
      disk.freeBytes = free
      return space.check()
    }
    const seen = []
    for (const free of [1000, 999, 1299, 300, 299, 499, 500, 1299, 1300]) seen.push(await at(free))
    expect(seen).toEqual([
      'open',
      'no-attachments',
      'no-attachments',
      'no-attachments',
      'no-space',
      'no-space',
      'no-attachments',
      'no-attachments',
      'open',
    ])
    expect(levels).toEqual(['no-attachments', 'no-space', 'no-attachments', 'open'])
    disk.freeBytes = 10
    tick()?.()
    await space.check()
    expect(space.level).toBe('no-space')
    space.stop()
    expect(tick()).toBeUndefined()
  })

  it('has a reserve that gives room once, and is laid again when there is room for both', async () => {
    const disk = memoryDisk()
    disk.freeBytes = 5000
    const { space } = spaceOn(disk)
    await space.start()
    disk.freeBytes = 0
    expect([await space.release(), disk.freeBytes, space.level]).toEqual([true, 2000, 'no-space'])
    expect(await space.release()).toBe(false)
    disk.freeBytes = 2299
    expect([await space.check(), disk.content('/data/reserve.bin')]).toEqual(['no-space', undefined])
    disk.freeBytes = 4000
    expect([await space.check(), disk.freeBytes]).toEqual(['open', 2000])
    // It survives a restart and is not written again.
    const after = disk.powerCut()
    after.done.length = 0
    await spaceOn(after).space.start()
    expect(after.done.some(({ operation }) => operation === 'write')).toBe(false)
  })

  it('does not leave half a reserve on a disk that lied about its room', async () => {
    const disk = memoryDisk()
    disk.freeBytes = 1500
    disk.free = async () => 10_000
    const { space } = spaceOn(disk)
    await space.start()
    expect([space.level, disk.paths(), disk.freeBytes]).toEqual(['no-space', [], 1500])
  })

  it('turns nobody away because a disk does not tell its room', async () => {
    const disk = memoryDisk()
    disk.free = async () => {
      throw diskError('EIO')
    }
    const { space } = spaceOn(disk)
    await space.start()
    expect([space.level, space.freeBytes]).toEqual(['open', null])
  })
})

describe('the memory disk', () => {
  it('keeps what was synced, and of the rest only what could have been written, whatever is chosen', async () => {
    const write = fc.record({
      kind: fc.constantFrom('write', 'truncate', 'sync'),
      at: fc.nat({ max: 40 }),
      length: fc.integer({ min: 1, max: 20 }),
      byte: fc.integer({ min: 1, max: 255 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 20 }),
        fc.array(fc.nat(), { minLength: 1 }),
        async (steps, numbers) => {
          const disk = memoryDisk()
          const file = await disk.open('/d/file', { write: true, create: true })
          await disk.syncDir('/d')
          let written = Buffer.alloc(0)
          let durable = written
          for (const { kind, at, length, byte } of steps) {
            if (kind === 'sync') {
              await file.sync()
              durable = written
            } else if (kind === 'truncate') {
              await file.truncate(at)
              written = Buffer.concat([written, Buffer.alloc(40)]).subarray(0, at)
            } else {
              await file.write(Buffer.alloc(length, byte), at)
              const grown = Buffer.alloc(Math.max(written.length, at + length))
              written.copy(grown)
              grown.fill(byte, at, at + length)
              written = grown
            }
            expect(disk.content('/d/file')).toEqual(written)
            expect(disk.powerCut().content('/d/file')).toEqual(durable)
          }
          expect(disk.powerCutBy(() => 1).content('/d/file')).toEqual(written)
          let next = 0
          const some = disk.powerCutBy((limit) => (numbers[next++ % numbers.length] ?? 0) % limit).content('/d/file')
          if (written === durable) expect(some).toEqual(durable)
          else expect(some?.length).toBeLessThanOrEqual(60)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('forgets names that no syncDir made durable, each by itself', async () => {
    const make = async () => {
      const disk = memoryDisk()
      disk.put('/d/old', Buffer.from('old'))
      for (const name of ['a', 'b']) await (await disk.open(`/d/${name}`, { write: true, create: true })).close()
      await disk.rename('/d/old', '/d/new')
      return disk
    }
    const disk = await make()
    expect(disk.paths()).toEqual(['/d/a', '/d/b', '/d/new'])
    expect(disk.powerCut().paths()).toEqual(['/d/old'])
    expect(disk.powerCutBy(() => 0).paths()).toEqual(['/d/a', '/d/b', '/d/new'])
    const fates = [1, 0, 1]
    expect(disk.powerCutBy(() => fates.shift() ?? 0).paths()).toEqual(['/d/b', '/d/old'])
    await disk.syncDir('/d')
    await disk.remove('/d/a')
    expect([disk.paths(), disk.powerCut().paths()]).toEqual([
      ['/d/b', '/d/new'],
      ['/d/a', '/d/b', '/d/new'],
    ])
  })

  it('stays as full as it was', async () => {
    const disk = memoryDisk()
    disk.freeBytes = 100
    const file = await disk.open('/d/file', { write: true, create: true })
    await disk.syncDir('/d')
    await file.write(Buffer.alloc(60), 0)
    await expect(file.write(Buffer.alloc(60), 60)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect([disk.freeBytes, disk.powerCut().freeBytes]).toEqual([0, 100])
    await file.sync()
    await disk.remove('/d/file')
    expect(disk.freeBytes).toBe(100)
    expect(disk.powerCut().freeBytes).toBe(0)
  })
})

import type { SmallFiles } from '../../electron/small-files.ts'
import type { Disk } from '../../sync/journal/disk.ts'
import { diskError, type MemoryDisk, memoryDisk } from '../../sync/journal/memory-disk.ts'
import type { FaultKind } from './faults.ts'
import { type SimProcess, type WallClock, wallClock } from './process.ts'
import type { SeededRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** A terminal's hardware: what stays when its programs die. */
export interface Machine {
  readonly clock: WallClock
  /** The disk as it is; another object after each power cut. */
  readonly disk: MemoryDisk
  /** Makes all disk operations from now on this program's: they take time, and may fail. */
  mountFor(process: SimProcess): Disk
  /** Small files beside the journal (electron/small-files.ts), each replaced as a whole. */
  files(process: SimProcess, folder: string): SmallFiles
  /** The machine loses its power: what was not synced is kept, lost or torn, each by itself. */
  powerCut(): void
  /** The program died, the machine did not: its locks fall, its files are as it left them. */
  programDied(): void
  /** Factor on the time that operations take. */
  slowness: number
  /** Share of operations that fail with EIO. */
  errorRate: number
  /** Bytes that other programs took away; given back by setting it to 0. */
  fill(leaveBytes: number): void
  empty(): void
}

export interface MachineParts {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly startUnixMs: number
  readonly freeBytes: number
  readonly minMs: number
  readonly maxMs: number
  /** The safeguard that `--break no-fsync` takes away: syncs of files answer and do nothing. */
  readonly neverSyncs: boolean
  readonly onFault: (kind: FaultKind) => void
}

export function createMachine(parts: MachineParts): Machine {
  const { random, scheduler } = parts
  const small = new Map<string, string>()
  let disk = memoryDisk({ record: false })
  disk.freeBytes = parts.freeBytes
  let takenByOthers = 0
  let locks: (() => Promise<void>)[] = []
  const delay = () => random.logarithmic(parts.minMs, parts.maxMs) * machine.slowness

  const machine: Machine = {
    clock: wallClock(scheduler, parts.startUnixMs),
    get disk() {
      return disk
    },
    slowness: 1,
    errorRate: 0,
    mountFor(process) {
      disk.before = async (operation) => {
        await process.sleep(delay(), `disk ${operation}`)
        if (machine.errorRate === 0 || !random.chance(machine.errorRate)) return
        parts.onFault('disk-error')
        throw diskError('EIO')
      }
      const mounted = disk
      return {
        makeDir: mounted.makeDir,
        list: mounted.list,
        remove: mounted.remove,
        rename: mounted.rename,
        syncDir: mounted.syncDir,
        free: mounted.free,
        async open(path, options) {
          const file = await mounted.open(path, options)
          return parts.neverSyncs ? { ...file, sync: () => process.sleep(delay(), 'disk sync that is none') } : file
        },
        async lock(path) {
          const lock = await mounted.lock(path)
          if (lock.ok) locks.push(lock.release)
          return lock
        },
      }
    },
    files(process, folder) {
      const place = (file: string) => `/${folder}/${file}`
      return {
        place,
        async read(file) {
          await process.sleep(delay(), `disk reads ${file}`)
          return small.get(place(file))
        },
        async write(file, text) {
          await process.sleep(delay(), `disk writes ${file}`)
          if (disk.freeBytes < text.length) throw diskError('ENOSPC')
          small.set(place(file), text)
        },
      }
    },
    powerCut() {
      locks = []
      disk = disk.powerCutBy((limit) => random.int(0, limit - 1))
    },
    programDied() {
      for (const release of locks) void release()
      locks = []
    },
    fill(leaveBytes) {
      const taken = Math.max(0, disk.freeBytes - leaveBytes)
      takenByOthers += taken
      disk.freeBytes -= taken
    },
    empty() {
      disk.freeBytes += takenByOthers
      takenByOthers = 0
    },
  }
  return machine
}

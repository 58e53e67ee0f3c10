import { join } from 'node:path'
import { type Disk, diskErrorCode } from './disk.ts'
import type { Log } from './log.ts'

/** What free space allows; the words are also ones of IntakeState (electron/bridge/queue.contract.ts). */
export type SpaceLevel = 'open' | 'no-attachments' | 'no-space'

export interface SpaceOptions {
  readonly disk: Disk
  /** Folder of the reserve file, on the journal's file system. */
  readonly dir: string
  readonly clock: SpaceClock
  readonly log: Log
  /** Room kept for receipts when the disk is full. */
  readonly reserveBytes?: number
  readonly marks?: SpaceMarks
  /** Called when the level changes. */
  readonly onLevel?: (level: SpaceLevel) => void
}

/** What it needs of a clock; `every` returns how to stop. */
export interface SpaceClock {
  every(intervalMs: number, act: () => void): () => void
}

/** Free bytes beside the reserve: below the first of a pair a level begins, at the second it ends. */
export interface SpaceMarks {
  readonly noAttachments: { readonly belowBytes: number; readonly againBytes: number }
  readonly noSpace: { readonly belowBytes: number; readonly againBytes: number }
}

export interface Space {
  readonly level: SpaceLevel
  /** As last measured; null before, and while the disk does not tell. */
  readonly freeBytes: number | null
  /** Lays the reserve, measures for the first time and goes on every minute. */
  start(): Promise<void>
  /** Measures now, lays the reserve again when there is room for it, and tells the level. */
  check(): Promise<SpaceLevel>
  /**
   * Gives the reserve up, because something that must be written met a full disk (`JournalOptions.reserve`); intake
   * closes until it is laid again. True when that made room.
   */
  release(): Promise<boolean>
  stop(): void
}

const MIB = 1 << 20
/** queue-and-sync.md section 8.2: enough for tens of thousands of receipts. */
const RESERVE_BYTES = 64 * MIB
/** A submission with attachments can be hundreds of MiB; one without is below one. */
const MARKS: SpaceMarks = {
  noAttachments: { belowBytes: 1024 * MIB, againBytes: 1280 * MIB },
  noSpace: { belowBytes: 128 * MIB, againBytes: 192 * MIB },
}
/** queue-and-sync.md section 8.2: each minute. */
const CHECK_EVERY_MS = 60_000
const RESERVE_NAME = 'reserve.bin'
/** The reserve is written in pieces, so that the disk serves others in between. */
const PIECE_BYTES = MIB
/** Not zeros: some file systems keep no blocks for those. */
const FILLING = 0xb7

export function createSpace(options: SpaceOptions): Space {
  const { disk, dir, log } = options
  const reserveBytes = options.reserveBytes ?? RESERVE_BYTES
  const marks = options.marks ?? MARKS
  const path = join(dir, RESERVE_NAME)
  let level: SpaceLevel = 'open'
  let freeBytes: number | null = null
  let isLaid = false
  let stopTicking: (() => void) | undefined
  /** One thing at a time: laying and releasing must not cross. */
  let work: Promise<unknown> = Promise.resolve()

  function alone<T>(act: () => Promise<T>): Promise<T> {
    const done = work.then(act)
    work = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  /** The disk's error code when it fails; a level can be told all the same. */
  async function trying(what: string, act: () => Promise<void>): Promise<string | undefined> {
    try {
      await act()
      return undefined
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      log('warn', 'space-not-managed', { what, code })
      return code
    }
  }

  async function isThere(): Promise<boolean> {
    let found = false
    await trying('look for reserve', async () => {
      found = (await disk.list(dir)).includes(RESERVE_NAME)
    })
    return found
  }

  async function measure(): Promise<void> {
    const failed = await trying('measure', async () => {
      freeBytes = await disk.free(dir)
    })
    if (failed !== undefined) freeBytes = null
  }

  async function lay(): Promise<void> {
    const failed = await trying('lay reserve', async () => {
      const file = await disk.open(path, { write: true, create: true })
      try {
        const size = await file.size()
        if (size > reserveBytes) await file.truncate(reserveBytes)
        const piece = Buffer.alloc(Math.min(PIECE_BYTES, reserveBytes), FILLING)
        for (let at = size; at < reserveBytes; at += piece.length) {
          await file.write(piece.subarray(0, Math.min(piece.length, reserveBytes - at)), at)
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await disk.syncDir(dir)
    })
    isLaid = failed === undefined
    // Half a reserve would only make the disk fuller.
    if (!isLaid) await trying('remove reserve', () => disk.remove(path))
  }

  function judged(): SpaceLevel {
    // Unknown room is no reason to turn citizens away: a full disk shows itself at the write.
    const free = freeBytes ?? Number.POSITIVE_INFINITY
    const under = ({ belowBytes, againBytes }: SpaceMarks['noSpace'], isUnder: boolean) =>
      free < (isUnder ? againBytes : belowBytes)
    if (!isLaid || under(marks.noSpace, level === 'no-space')) return 'no-space'
    return under(marks.noAttachments, level !== 'open') ? 'no-attachments' : 'open'
  }

  function settle(): SpaceLevel {
    const next = judged()
    if (next === level) return level
    log(next === 'open' ? 'info' : 'warn', 'space-level', { from: level, to: next, freeBytes })
    level = next
    options.onLevel?.(level)
    return level
  }

  async function check(): Promise<SpaceLevel> {
    await measure()
    if (!isLaid && (freeBytes === null || freeBytes >= reserveBytes + marks.noSpace.belowBytes)) {
      await lay()
      await measure()
    }
    return settle()
  }

  return {
    get level() {
      return level
    },
    get freeBytes() {
      return freeBytes
    },
    async start() {
      await alone(async () => {
        await trying('look for reserve', async () => {
          const names = await disk.list(dir)
          if (!names.includes(RESERVE_NAME)) return
          const file = await disk.open(path, { write: false, create: false })
          try {
            isLaid = (await file.size()) === reserveBytes
          } finally {
            await file.close()
          }
          // Its blocks are free for the new one.
          if (!isLaid) await disk.remove(path)
        })
        await check()
      })
      stopTicking ??= options.clock.every(CHECK_EVERY_MS, () => void alone(check))
    },
    check: () => alone(check),
    release: () =>
      alone(async () => {
        // Before start() it was not looked for yet: a start may need it.
        if (!isLaid && !(await isThere())) return false
        isLaid = false
        const failed = await trying('release reserve', async () => {
          await disk.remove(path)
          await disk.syncDir(dir)
        })
        await measure()
        settle()
        return failed === undefined
      }),
    stop() {
      stopTicking?.()
      stopTicking = undefined
    },
  }
}

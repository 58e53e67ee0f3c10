import { z } from 'zod'
import type { Log } from './events.ts'
import { jsonOrUndefined, type SmallFiles } from './small-files.ts'

/**
 * The latest time that this machine's clock has shown, over restarts: a clock that stands before it was set back, and
 * then nobody can say how late it is. Small steps back are a clock being put right.
 */
export interface LatestTime {
  /** Looks at the clock; what is new is on disk soon, and at the latest with the next look. */
  see(unixMs: number): void
  isSetBack(unixMs: number): boolean
  /** Somebody who is believed says what time it is, and that ends all doubt: on disk when it resolves. */
  setTo(unixMs: number): Promise<void>
  /** Resolves when nothing is being written. */
  settled(): Promise<void>
}

/** A clock that the network puts right may go back by so much. */
export const SET_BACK_SLACK_MS = 10 * 60_000
/** Written no more often than this: what a power cut may take is less than the slack. */
const KEEP_EVERY_MS = 60_000

const FILE = 'latest-time.json'
const StoredSchema = z.object({ latestUnixMs: z.int().min(0) })

export async function openLatestTime({ files, log }: { files: SmallFiles; log: Log }): Promise<LatestTime> {
  const text = await files.read(FILE)
  const stored = text === undefined ? undefined : StoredSchema.safeParse(jsonOrUndefined(text))
  if (stored?.success === false) log('latest-time-lost', { source: 'disk', detail: `${FILE} cannot be read` })
  let latestMs = stored?.data?.latestUnixMs ?? 0
  let keptMs = latestMs
  let writing: Promise<void> = Promise.resolve()

  function write(): Promise<void> {
    const ms = latestMs
    const turn = writing.then(async () => {
      await files.write(FILE, JSON.stringify({ latestUnixMs: ms }))
      keptMs = ms
    })
    writing = turn.catch((error: unknown) => log('latest-time-lost', { source: 'write', detail: String(error) }))
    return turn
  }

  return {
    see(unixMs) {
      if (unixMs <= latestMs) return
      latestMs = Math.trunc(unixMs)
      if (latestMs - keptMs < KEEP_EVERY_MS) return
      keptMs = latestMs
      // What could not be written is logged, and tried again in a minute.
      void write()
    },
    isSetBack: (unixMs) => unixMs < latestMs - SET_BACK_SLACK_MS,
    setTo(unixMs) {
      latestMs = Math.trunc(unixMs)
      return write()
    },
    settled: () => writing,
  }
}

import { type Clock, errorText, type Log, withLimit } from './clock.ts'

/** An open or a delete of IndexedDB that was blocked never settles. */
export const OPEN_LIMIT_MS = 15_000
/** Failures in a row after which the store counts as unusable, so that main takes the drain. */
export const UNUSABLE_AFTER = 3
/** Between two tries to open again: soon at first, then now and then. */
export const REOPEN_MS = [0, 1_000, 5_000, 30_000, 60_000] as const
/** A store that held this long was good: failures before it no longer count. */
export const GOOD_AFTER_MS = 60_000

export type Opened<T> = { value: T; close(): Promise<void> }

export type StoreSource<T> = {
  open(): Promise<Opened<T>>
  /** Deletes all that is there; the next open starts empty. */
  destroy(): Promise<void>
}

export type Keeper<T> = {
  start(): void
  /** The store failed under this value: rebuild it. Later calls with the same value do nothing. */
  failed(value: T, error: unknown): void
  close(): Promise<void>
}

export type KeeperOptions<T> = {
  source: StoreSource<T>
  clock: Clock
  log: Log
  onReady: (value: T) => void
  /** The value may no longer be used. */
  onLost: (why: string) => void
  /** Failed too often in a row (said again at every further failure); tries go on, onReady follows when one succeeds. */
  onUnusable: (why: string) => void
  /** Awaited after onLost, before the store is closed: its users stop first. */
  beforeClose?: () => Promise<void>
}

/**
 * Keeps one store open. Any failure closes it, deletes it and opens an empty one, which the feed then fills from the
 * journal; after UNUSABLE_AFTER failures in a row it says so and goes on trying now and then.
 */
export function createKeeper<T>(options: KeeperOptions<T>): Keeper<T> {
  const { source, clock, log, onReady, onLost, onUnusable, beforeClose = async () => undefined } = options
  let current: { opened: Opened<T>; sinceMs: number } | null = null
  let failures = 0
  let destroyFirst = false
  let closed = false
  let working: Promise<void> = Promise.resolve()
  let cancelTimer: () => void = () => undefined

  function openAfter(delayMs: number): void {
    if (closed) return
    cancelTimer()
    cancelTimer = clock.after(delayMs, () => {
      working = working.then(openOnce)
    })
  }

  async function openOnce(): Promise<void> {
    if (closed || current !== null) return
    try {
      if (destroyFirst) await withLimit(clock, OPEN_LIMIT_MS, 'delete', source.destroy())
      destroyFirst = false
      const opening = source.open()
      const opened = await withLimit(clock, OPEN_LIMIT_MS, 'open', opening).catch((error: unknown) => {
        // One that opens after all must not stay open beside its successor.
        opening.then(
          (late) => closeQuietly(late),
          () => undefined,
        )
        throw error
      })
      if (closed) return await closeQuietly(opened)
      current = { opened, sinceMs: clock.monotonic() }
      onReady(opened.value)
    } catch (error) {
      fail(errorText(error))
    }
  }

  function fail(why: string): void {
    failures++
    destroyFirst = true
    log('queue-store-failed', { failures, why })
    if (failures >= UNUSABLE_AFTER) onUnusable(why)
    openAfter(REOPEN_MS[Math.min(failures, REOPEN_MS.length) - 1] ?? 0)
  }

  async function closeQuietly(opened: Opened<T>): Promise<void> {
    try {
      await withLimit(clock, OPEN_LIMIT_MS, 'close', opened.close())
    } catch (error) {
      log('queue-store-close-failed', { why: errorText(error) })
    }
  }

  return {
    start: () => openAfter(0),
    failed(value, error) {
      if (current === null || current.opened.value !== value) return
      const { opened, sinceMs } = current
      current = null
      if (clock.monotonic() - sinceMs >= GOOD_AFTER_MS) failures = 0
      const why = errorText(error)
      onLost(why)
      working = working.then(async () => {
        await beforeClose()
        await closeQuietly(opened)
        fail(why)
      })
    },
    async close() {
      closed = true
      cancelTimer()
      await working
      if (current !== null) await closeQuietly(current.opened)
      current = null
    },
  }
}

/** The same object, but every rejection of its methods is also reported. A call that hangs is reported as well. */
export function watched<T extends object>(
  target: T,
  clock: Clock,
  limitMs: number,
  report: (error: unknown) => void,
): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const member: unknown = Reflect.get(object, key, receiver)
      if (typeof member !== 'function') return member
      return async (...parameters: unknown[]) => {
        try {
          const answer: unknown = Reflect.apply(member, object, parameters)
          return await withLimit(clock, limitMs, String(key), Promise.resolve(answer))
        } catch (error) {
          report(error)
          throw error
        }
      }
    },
  })
}

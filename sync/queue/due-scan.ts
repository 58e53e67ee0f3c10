import type { Busy } from './busy.ts'
import { errorText, type Log } from './clock.ts'
import { HUGE_BYTES, MAX_BATCH, MAX_FLIGHTS } from './drain-decision.ts'
import type { DuePlace, QueueItem, QueueStore } from './queue-store.ts'

/** Documents read at once: what all lanes can take. */
export const SCAN_PAGE = MAX_FLIGHTS * MAX_BATCH
/** A page that was read is used up within this time, or read again: what changed since is seen then. */
export const SCAN_AGE_MS = 15_000
/** One look reads no more pages than this; the next look goes on behind them. */
const MAX_PAGES = 8
/**
 * Below the first the next pages are read while flights are in the air, up to the second: the projection writes what
 * arrives into the same store, and a look that had to wait for its transactions would keep the lanes empty. Three MB.
 */
const LOW_ITEMS = 4 * SCAN_PAGE
const HIGH_ITEMS = 12 * SCAN_PAGE
/** Huge ones fly one at a time; more of them in hand would only take memory. */
const MAX_HUGE = 4

/**
 * Reads the due items of a long queue in pages, each once in a while, so that a backlog of a hundred thousand costs no
 * more memory and no more time a look than one of a thousand.
 */
export type DueScan = {
  /** The due items in hand that are not busy: at least `small` small ones, unless there are no more or MAX_PAGES are read. */
  look(now: number, nowMs: number, small: number): Promise<QueueItem[]>
  /** Reads on in the background when little is in hand; what fails here is read again by the next look. */
  readAhead(now: number): void
  /** These leave or have just been given another moment: they are not offered before the store is read again. */
  took(ids: readonly string[]): void
  /** Is there more behind what was looked at? */
  readonly more: boolean
  /** The next look begins at the front again. */
  restart(): void
  /** Resolves when nothing reads in the background. */
  idle(): Promise<void>
}

export function createDueScan(store: Pick<QueueStore, 'due'>, busy: Busy, log: Log): DueScan {
  let inHand: QueueItem[] = []
  let place: DuePlace | null = null
  let ended = true
  let again = false
  let startedMs = 0
  let reading: Promise<void> | null = null
  /** Taken while a page was being read: the page may show them as they were. */
  const barred = new Set<string>()

  async function readPage(now: number): Promise<void> {
    barred.clear()
    const page = await store.due(now, SCAN_PAGE, place)
    const end = page.at(-1)
    ended = page.length < SCAN_PAGE || end === undefined
    const through =
      end === undefined || ended ? { nextAttemptAt: now, deviceSequence: Number.POSITIVE_INFINITY } : placeOf(end)
    busy.confirm(page, place, through)
    let huge = inHand.filter((item) => item.bytes >= HUGE_BYTES).length
    for (const item of page) {
      if (busy.has(item.id) || barred.has(item.id)) continue
      if (item.bytes < HUGE_BYTES || huge++ < MAX_HUGE) inHand.push(item)
    }
    place = through
  }

  /** The place moves only with a page that came, so after a fault the next look reads the same page and throws. */
  async function ahead(now: number): Promise<void> {
    try {
      while (!ended && inHand.length < HIGH_ITEMS) await readPage(now)
    } catch (error) {
      log('drain-read-ahead-failed', { error: errorText(error) })
    } finally {
      reading = null
    }
  }

  const smallInHand = () => inHand.filter((item) => item.bytes < HUGE_BYTES && !busy.has(item.id)).length

  return {
    get more() {
      return !ended
    },
    async look(now, nowMs, small) {
      const old = () => again || Math.abs(nowMs - startedMs) >= SCAN_AGE_MS
      if (old() || smallInHand() < small) await reading
      inHand = inHand.filter((item) => !busy.has(item.id))
      if (old() || (ended && smallInHand() < small)) {
        inHand = []
        place = null
        ended = false
        again = false
        startedMs = nowMs
      }
      for (let pages = 0; pages < MAX_PAGES && !ended && smallInHand() < small; pages++) await readPage(now)
      return [...inHand]
    },
    readAhead(now) {
      if (reading === null && !ended && inHand.length < LOW_ITEMS) reading = ahead(now)
    },
    took(ids) {
      const gone = new Set(ids)
      inHand = inHand.filter((item) => !gone.has(item.id))
      for (const id of ids) barred.add(id)
    },
    restart() {
      again = true
    },
    async idle() {
      await reading
    },
  }
}

function placeOf({ nextAttemptAt, deviceSequence }: QueueItem): DuePlace {
  return { nextAttemptAt, deviceSequence }
}

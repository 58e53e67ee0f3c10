import type { DuePlace, QueueItem } from './queue-store.ts'

/**
 * Items that may not leave again yet: those in the air, and those of which a hint said that they arrived while the
 * journal's feed has yet to say so. Nothing here matters: forgetting it all costs a few sends that main answers at once.
 */
export type Busy = {
  has(id: string): boolean
  /** How many wait for the feed. */
  readonly unconfirmed: number
  /** In the air, until then at most. Moments are monotonic. */
  fly(id: string, untilMs: number): void
  /** A hint said that it is done with (or that main does not know it). */
  awaitFeed(item: QueueItem, untilMs: number): void
  free(id: string): void
  expire(nowMs: number): void
  /**
   * The store showed `page` between these two places of its order and nothing else there: what waited for the feed and
   * has its place between them is no longer due, so the feed has spoken.
   */
  confirm(page: readonly QueueItem[], after: DuePlace | null, through: DuePlace): void
}

export function createBusy(): Busy {
  const flying = new Map<string, number>()
  const awaiting = new Map<string, { untilMs: number; place: DuePlace }>()
  return {
    has: (id) => flying.has(id) || awaiting.has(id),
    get unconfirmed() {
      return awaiting.size
    },
    fly(id, untilMs) {
      flying.set(id, untilMs)
    },
    awaitFeed({ id, nextAttemptAt, deviceSequence }, untilMs) {
      flying.delete(id)
      awaiting.set(id, { untilMs, place: { nextAttemptAt, deviceSequence } })
    },
    free(id) {
      flying.delete(id)
      awaiting.delete(id)
    },
    expire(nowMs) {
      for (const [id, untilMs] of flying) if (nowMs >= untilMs) flying.delete(id)
      for (const [id, { untilMs }] of awaiting) if (nowMs >= untilMs) awaiting.delete(id)
    },
    confirm(page, after, through) {
      if (awaiting.size === 0) return
      const shown = new Set(page.map((item) => item.id))
      for (const [id, { place }] of awaiting) {
        const inside = (after === null || comparePlaces(place, after) > 0) && comparePlaces(place, through) <= 0
        if (inside && !shown.has(id)) awaiting.delete(id)
      }
    },
  }
}

function comparePlaces(a: DuePlace, b: DuePlace): number {
  return a.nextAttemptAt - b.nextAttemptAt || a.deviceSequence - b.deviceSequence
}

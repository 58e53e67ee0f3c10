import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import type { QueueItem, QueueStore, Reschedule } from '../sync/queue/queue-store.ts'
import { createSortedList } from '../sync/queue/sorted-list.ts'

/** A submission that was tried and waits for its next try. */
interface Tried extends Reschedule {
  readonly deviceSequence: number
  /** How often it had been queued again when it was tried: once more, and the next try is its first. */
  readonly requeues: number
}

const inOrder = (a: Tried, b: Tried) =>
  a.nextAttemptAt - b.nextAttemptAt || a.deviceSequence - b.deviceSequence || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
/** Of what was never tried. */
const AT_ONCE = 0

/** What a drain asks of a queue store. */
export type LedgerStore = Pick<QueueStore, 'get' | 'due' | 'later' | 'reschedule'>

/**
 * The queue that main drains from, as the journal's ledger shows it now: nothing is copied, so a queue of any length costs
 * no memory. Only tries that failed are kept here, and forgotten with it.
 */
export function createLedgerStore(ledger: Ledger): LedgerStore {
  const tried = new Map<string, Tried>()
  const byMoment = createSortedList(inOrder)

  function forget(old: Tried): void {
    tried.delete(old.id)
    byMoment.delete(old)
  }

  /** Undefined, and forgotten, when it does not wait any more or waits anew. */
  function stillTried(id: string): Tried | undefined {
    const known = tried.get(id)
    if (known === undefined) return undefined
    if (ledger.bySubmission(id)?.state === 'queued' && ledger.requeuesOf(id) === known.requeues) return known
    forget(known)
    return undefined
  }

  /** Those that were tried, from a moment on; at most `limit` that still wait. */
  function triedFrom(place: (each: Tried) => number, limit: number, throughMs = Number.POSITIVE_INFINITY): QueueItem[] {
    const found: QueueItem[] = []
    const over: Tried[] = []
    for (const each of byMoment.from(place)) {
      if (found.length >= limit || each.nextAttemptAt > throughMs) break
      const item = ledger.bySubmission(each.id)
      if (item?.state === 'queued' && ledger.requeuesOf(each.id) === each.requeues) found.push(itemOf(item, each))
      else over.push(each)
    }
    for (const each of over) forget(each)
    return found
  }

  /** Those that were never tried, behind a device sequence. */
  function untriedAfter(deviceSequence: number, limit: number): QueueItem[] {
    const found: QueueItem[] = []
    for (const id of ledger.waitingIds(deviceSequence)) {
      if (found.length >= limit) break
      const item = stillTried(id) === undefined ? ledger.bySubmission(id) : undefined
      if (item !== undefined) found.push(itemOf(item))
    }
    return found
  }

  return {
    async get(ids) {
      return [...new Set(ids)].flatMap((id) => {
        const item = ledger.bySubmission(id)
        return item === undefined || item.purged ? [] : [itemOf(item, stillTried(id))]
      })
    },
    async due(now, limit, after = null) {
      const untried =
        now < AT_ONCE || (after !== null && after.nextAttemptAt > AT_ONCE)
          ? []
          : untriedAfter(after?.deviceSequence ?? 0, limit)
      const behind = (each: Tried) =>
        after !== null && (each.nextAttemptAt - after.nextAttemptAt || each.deviceSequence - after.deviceSequence) <= 0
          ? -1
          : 1
      return [...untried, ...triedFrom(behind, limit - untried.length, now)]
    },
    async later(after, limit) {
      const untried = after < AT_ONCE ? untriedAfter(0, limit) : []
      const behind = (each: Tried) => (each.nextAttemptAt <= after ? -1 : 1)
      return [...untried, ...triedFrom(behind, limit - untried.length)]
    },
    async reschedule(changes) {
      for (const { id, attempts, nextAttemptAt } of changes) {
        const item = ledger.bySubmission(id)
        if (item?.state !== 'queued') continue
        const old = tried.get(id)
        if (old !== undefined) forget(old)
        const { deviceSequence } = item
        // Behind those that were never tried, whatever the clock says.
        const moment = Math.max(AT_ONCE + 1, nextAttemptAt)
        const next = { id, attempts, nextAttemptAt: moment, deviceSequence, requeues: ledger.requeuesOf(id) }
        tried.set(id, next)
        byMoment.add(next)
      }
    },
  }
}

function itemOf(item: LedgerItem, tried?: Tried): QueueItem {
  const { submissionId: id, deviceSequence, state, acceptedAt, itemId, ticket, bytes, reason, journalSequence } = item
  const { attempts = 0, nextAttemptAt = AT_ONCE } = tried ?? {}
  const shown = { id, deviceSequence, state, acceptedAt, itemId, ticket, bytes, reason, journalSequence }
  return { ...shown, attempts, nextAttemptAt, extra: {} }
}

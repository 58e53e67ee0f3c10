import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'

/** Every day, unless the hub's settings say otherwise. */
export const RECONCILE_EVERY_MS = 24 * 60 * 60_000
const PAGE_ITEMS = 1000
/** More than one terminal takes in while nobody looks. */
const BEYOND = 10_000
/** So many ids of one finding are named in the log. */
const NAMED = 20

export interface Reconciled {
  /** ISO instant, of this terminal's clock. */
  readonly at: string
  /** Queued again, because the hub did not have them. */
  readonly requeued: number
  /** Received here, purged here, not held there: nobody can bring them back but a person with a backup. */
  readonly lost: number
  /** Held there with another hash. */
  readonly mismatched: number
  /** Held there, unknown here. */
  readonly unlisted: number
}

export interface ReconcileParts {
  readonly terminalId: string
  readonly journal: Pick<Journal, 'append'>
  readonly ledger: Ledger
  readonly hub: Pick<HubClient, 'reconcile'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet'>
  readonly nowIso: () => string
  readonly log: Log
}

/**
 * Compares with the hub, page by page in the order of device sequences, what this terminal ever took in
 * (queue-and-sync.md section 8, Reconcile). Null when it could not be carried through; it is then begun again later.
 */
export async function reconcile(parts: ReconcileParts): Promise<Reconciled | null> {
  const { terminalId, ledger, hub, trust, log, nowIso } = parts
  const found = { requeued: 0, lost: 0, mismatched: 0, unlisted: 0 }
  const last = ledger.nextDeviceSequence - 1
  let from = 1
  for (const page of pages(ledger, last)) {
    const keySet = trust.keySet()
    if (keySet === undefined) return null
    const facts = {
      terminalId,
      fromDeviceSequence: from,
      throughDeviceSequence: page.through,
      items: page.items.map((item) => ({
        deviceSequence: item.deviceSequence,
        submissionId: item.submissionId,
        sha256: item.envelopeSha256,
        state: item.purged ? ('purged' as const) : item.state,
      })),
    }
    const answered = await hub.reconcile(facts, trust.deviceKey, keySet)
    if (answered.outcome !== 'answered') return null
    const { missing, mismatched } = answered.answer
    // What was taken in and delivered while the question was on its way is no stranger.
    const unlisted = answered.answer.unlisted.filter((each) => ledger.bySubmission(each.submissionId) === undefined)
    const gone = await heed(missing, parts)
    if (gone === null) return null
    found.requeued += gone.requeued
    found.lost += gone.lost.length
    found.mismatched += mismatched.length
    found.unlisted += unlisted.length
    if (gone.lost.length > 0) log('reconcile-lost', { submissions: gone.lost.length, ids: gone.lost.slice(0, NAMED) })
    if (mismatched.length > 0) {
      log('reconcile-mismatched', { submissions: mismatched.length, ids: mismatched.slice(0, NAMED) })
    }
    if (unlisted.length > 0) {
      const ids = unlisted.slice(0, NAMED).map((each) => each.submissionId)
      log('reconcile-unlisted', { submissions: unlisted.length, ids })
    }
    from = page.through + 1
  }
  log('reconciled', { compared: ledger.size, ...found })
  return { at: nowIso(), ...found }
}

/** What the hub lacks although we believed it delivered: offered again, or said loudly when nothing is left to offer. */
async function heed(
  missing: readonly string[],
  { journal, ledger, nowIso }: ReconcileParts,
): Promise<{ readonly requeued: number; readonly lost: readonly string[] } | null> {
  const lost: string[] = []
  let requeued = 0
  for (const submissionId of missing) {
    // As it stands now: it may have been delivered or purged while the question was on its way.
    const item = ledger.bySubmission(submissionId)
    if (item?.state !== 'received') continue
    if (item.purged) {
      lost.push(submissionId)
      continue
    }
    const frame = { type: 'requeued', at: nowIso(), submissionId, by: 'reconcile' } as const
    if (!(await journal.append(frame)).ok) return null
    requeued++
  }
  return { requeued, lost }
}

/**
 * At most a thousand items a page; the ranges leave no number out and go on beyond our last one, so that the hub names
 * what only it has: submissions that damage took from this terminal.
 */
function* pages(
  ledger: Ledger,
  last: number,
): Generator<{ readonly items: readonly LedgerItem[]; readonly through: number }> {
  let items: LedgerItem[] = []
  for (const item of ledger.items()) {
    if (item.deviceSequence > last) break
    items.push(item)
    if (items.length < PAGE_ITEMS) continue
    yield { items, through: item.deviceSequence }
    items = []
  }
  yield { items, through: last + BEYOND }
}

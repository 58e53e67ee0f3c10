import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import type { Health, QueueRow } from './bridge/maintenance.contract.ts'
import type { MaintenanceParts } from './bridge/maintenance.handler.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { Delivery } from './delivery.ts'
import type { Log } from './events.ts'
import { MAIN } from './lease.ts'
import type { Attempts } from './main-drain.ts'

/** Places of damage shown at once; the newest matter most. */
const DAMAGE_SHOWN = 100

export interface MaintenanceViewParts {
  readonly ledger: Ledger
  readonly journal: Pick<Journal, 'append'>
  readonly delivery: Pick<Delivery, 'stand' | 'reconciled' | 'lease' | 'drain'>
  readonly intakeState: () => IntakeState
  readonly lineBoard: () => Health['lineBoard']
  readonly oneTimePrints: () => Health['oneTimePrints']
  readonly freeBytes: () => number | null
  readonly nowIso: () => string
  readonly log: Log
}

/** The maintainers' view of queue and machine, straight from the journal's ledger. */
export function createMaintenanceView({
  ledger,
  journal,
  delivery,
  intakeState,
  lineBoard,
  oneTimePrints,
  freeBytes,
  nowIso,
  log,
}: MaintenanceViewParts): Pick<MaintenanceParts, 'queueRows' | 'health' | 'requeue'> {
  return {
    async queueRows({ state, before, limit }) {
      const { items, more } = ledger.page({ state, before, limit })
      const tries = await delivery.drain.attempts(items.map((item) => item.submissionId))
      return { rows: items.map((item) => rowOf(item, tries)), more }
    },

    health(): Health {
      const stand = delivery.stand.get()
      return {
        freeBytes: freeBytes(),
        intake: intakeState(),
        lineBoard: lineBoard(),
        oneTimePrints: oneTimePrints(),
        drainOwner: delivery.lease.owner.get() === MAIN ? 'main' : 'sync-worker',
        backedUpThrough: stand?.backedUpThrough ?? null,
        hubEpoch: stand?.hubEpoch ?? ledger.hubEpoch,
        lastReconciledAt: delivery.reconciled.get()?.at ?? null,
        damage: ledger.damage.slice(-DAMAGE_SHOWN).map(({ at, kind, segment, offset, tickets }) => ({
          at,
          kind,
          place: `${segment}:${offset}`,
          tickets,
        })),
      }
    },

    async requeue(submissionIds) {
      let requeued = 0
      for (const submissionId of new Set(submissionIds)) {
        if (ledger.bySubmission(submissionId)?.state !== 'quarantined') continue
        const frame = { type: 'requeued', at: nowIso(), submissionId, by: 'maintainer' } as const
        if ((await journal.append(frame)).ok) requeued++
      }
      log('requeued', { requeued, by: 'maintainer' })
      return requeued
    },
  }
}

function rowOf(item: LedgerItem, tries: ReadonlyMap<string, Attempts> | null): QueueRow {
  const known = item.state === 'queued' ? tries?.get(item.submissionId) : undefined
  return {
    submissionId: item.submissionId,
    deviceSequence: item.deviceSequence,
    ticket: item.ticket,
    itemId: item.itemId,
    acceptedAt: item.acceptedAt,
    state: item.state,
    reason: item.reason,
    detail: item.detail,
    attempts: known?.attempts ?? null,
    // A moment before 1970 means "at once" as much as 0 does.
    nextAttemptAt: known === undefined ? null : Math.max(0, Math.round(known.nextAttemptAt)),
    bytes: item.bytes,
    printedAt: item.printedAt,
    receivedAt: item.receivedAt,
  }
}

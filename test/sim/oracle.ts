import type { FactEntry } from '../../sync/journal/entry.ts'
import type { Frame } from '../../sync/protocol/frames.ts'

/**
 * What must be true, told by somebody who sees everything: all promises made to citizens, all rows that the hub ever
 * committed, all frames that any journal ever made durable. It shares no code and no state with what it judges.
 */
export const VIOLATIONS = [
  'lost',
  'undelivered',
  'two-rows-for-one-id',
  'two-rows-for-one-promise',
  'two-promises-for-one-draft',
  'promised-ahead-of-journal',
  'receipt-without-row',
  'purged-before-backup',
  'silent-damage',
  'row-without-chunks',
  'hub-holds-other-bytes',
  'hub-sequence-out-of-order',
  'queue-differs-from-journal',
  'unexpected-error',
] as const
export type ViolationKind = (typeof VIOLATIONS)[number]
export interface Violation {
  readonly kind: ViolationKind
  readonly atMs: number
  readonly detail: string
}

export interface Promised {
  readonly terminalId: string
  readonly draftId: string
  readonly submissionId: string
  readonly ticket: string
  readonly deviceSequence: number
  readonly sha256: string
  readonly atMs: number
}

export interface HubRow {
  readonly submissionId: string
  readonly sha256: string
  readonly terminalId: string
  readonly deviceSequence: number
  readonly hubEpoch: string
  readonly hubSequence: number
  readonly receiptSha256: string
}

/** What a terminal says of a submission when it is asked: its own word, to be held against the truth. */
export type TerminalWord =
  | { readonly state: 'queued' | 'received' | 'quarantined'; readonly reason: string | null; readonly purged: boolean }
  | { readonly state: 'unknown' }

export interface Oracle {
  readonly violations: readonly Violation[]
  readonly promises: ReadonlyMap<string, Promised>
  /** Rows that the hub holds now. */
  readonly rows: ReadonlyMap<string, HubRow>
  violated(kind: ViolationKind, detail: string): void
  /** A citizen was just told "accepted"; `durable` is the hash of the envelope that a power cut now would leave. */
  promised(promise: Promised, durable: string | undefined): void
  /** The hub just committed these. */
  committed(rows: readonly HubRow[]): void
  /** The hub just put these, which it holds, under a receipt of this epoch. */
  renewed(hubEpoch: string, submissionIds: readonly string[]): void
  /** A backup was taken and the hub was told so. */
  backedUp(): void
  /** The hub's data is a copy of an earlier moment. */
  restored(submissionIds: readonly string[]): void
  /** A terminal's journal made this frame durable. */
  framed(terminalId: string, entry: FactEntry): void
  /** Submissions whose bytes were hit where they lay, as the terminal itself said: by ticket, by range, or by quarantine. */
  readonly damagedIds: ReadonlySet<string>
  /** Terminals on whose disks bits flipped. Elsewhere no damage excuses anything: a power cut takes only what nobody promised. */
  readonly flippedTerminals: Set<string>
  /** Submissions that the hub must refuse: quarantine is their place. */
  readonly refusable: Set<string>
  /** Terminals whose key was revoked: the hub may refuse all of theirs. */
  readonly refusableTerminals: Set<string>
}

export function createOracle(nowMs: () => number): Oracle {
  const violations: Violation[] = []
  const promises = new Map<string, Promised>()
  const byDraft = new Map<string, string>()
  const draftOf = new Map<string, string>()
  const sequenceOf = new Map<string, { readonly terminalId: string; readonly sequence: number }>()
  const rows = new Map<string, HubRow>()
  /** Every row that was ever committed, by id: a backup could bring it back. */
  const history = new Map<string, HubRow[]>()
  const rowOfDraft = new Map<string, string>()
  const inBackup = new Set<string>()
  let lastSequence = 0
  const damagedIds = new Set<string>()
  const flippedTerminals = new Set<string>()
  const refusable = new Set<string>()
  const refusableTerminals = new Set<string>()
  const ticketOf = new Map<string, string>()

  function violated(kind: ViolationKind, detail: string): void {
    violations.push({ kind, atMs: nowMs(), detail })
  }

  function received(terminalId: string, submissionId: string, hubEpoch: string, hubSequence: number): void {
    const held = history.get(submissionId) ?? []
    if (held.some((row) => row.hubEpoch === hubEpoch && row.hubSequence === hubSequence)) return
    violated('receipt-without-row', `${terminalId} has a receipt for ${submissionId} (${hubEpoch}, ${hubSequence})`)
  }

  function purged(terminalId: string, from: number, through: number): void {
    for (const [submissionId, at] of sequenceOf) {
      if (at.terminalId !== terminalId || at.sequence < from || at.sequence > through) continue
      if (!inBackup.has(submissionId) && !damagedIds.has(submissionId)) {
        violated('purged-before-backup', `${terminalId} purged ${submissionId}, which is in no backup`)
      }
    }
  }

  function damageSeen(terminalId: string, seen: Extract<Frame, { type: 'damage-seen' }>): void {
    if (!flippedTerminals.has(terminalId)) return
    const tickets = new Set(seen.tickets)
    const through = seen.throughSequence ?? Number.POSITIVE_INFINITY
    for (const [submissionId, at] of sequenceOf) {
      if (at.terminalId !== terminalId) continue
      const inRange = at.sequence >= seen.fromSequence && at.sequence <= through
      if (inRange || tickets.has(ticketOf.get(submissionId) ?? '')) damagedIds.add(submissionId)
    }
  }

  return {
    violations,
    promises,
    rows,
    damagedIds,
    flippedTerminals,
    refusable,
    refusableTerminals,
    violated,
    promised(promise, durable) {
      const before = byDraft.get(promise.draftId)
      if (before !== undefined && before !== promise.submissionId && !damagedIds.has(before)) {
        violated('two-promises-for-one-draft', `${promise.draftId}: ${before} and ${promise.submissionId}`)
      }
      byDraft.set(promise.draftId, promise.submissionId)
      // Said again, perhaps long after it was delivered and purged: that was judged when it was said first.
      if (promises.has(promise.submissionId)) return
      promises.set(promise.submissionId, promise)
      // The first answer was lost, and by now the hub has it in a backup and the terminal has purged it: kept, not early.
      if (durable === undefined && inBackup.has(promise.submissionId)) return
      if (durable === undefined) {
        violated('promised-ahead-of-journal', `${promise.terminalId} promised ${promise.submissionId}`)
      } else if (durable !== promise.sha256) {
        violated('promised-ahead-of-journal', `${promise.submissionId} lies on disk as other bytes`)
      }
    },
    committed(added) {
      for (const row of added) {
        if (row.hubSequence !== lastSequence + 1) {
          violated('hub-sequence-out-of-order', `${row.hubSequence} after ${lastSequence}`)
        }
        lastSequence = row.hubSequence
        if (rows.has(row.submissionId)) violated('two-rows-for-one-id', `${row.submissionId} at ${row.hubSequence}`)
        const draftId = draftOf.get(row.submissionId)
        const other = draftId === undefined ? undefined : rowOfDraft.get(draftId)
        if (other !== undefined && other !== row.submissionId && rows.has(other) && !damagedIds.has(other)) {
          violated('two-rows-for-one-promise', `draft ${draftId}: ${other} and ${row.submissionId}`)
        }
        const promise = promises.get(row.submissionId)
        if (promise !== undefined && promise.sha256 !== row.sha256) {
          violated('hub-holds-other-bytes', `${row.submissionId}: promised ${promise.sha256}, held ${row.sha256}`)
        }
        rows.set(row.submissionId, row)
        history.set(row.submissionId, [...(history.get(row.submissionId) ?? []), row])
        if (draftId !== undefined) rowOfDraft.set(draftId, row.submissionId)
      }
    },
    renewed(hubEpoch, submissionIds) {
      for (const submissionId of submissionIds) {
        const row = rows.get(submissionId)
        if (row === undefined) violated('receipt-without-row', `the hub signs anew for ${submissionId}`)
        else history.set(submissionId, [...(history.get(submissionId) ?? []), { ...row, hubEpoch }])
      }
    },
    backedUp() {
      for (const id of rows.keys()) inBackup.add(id)
    },
    restored(submissionIds) {
      const kept = new Set(submissionIds)
      lastSequence = submissionIds.length
      for (const id of [...rows.keys()]) if (!kept.has(id)) rows.delete(id)
      // Some other copy that nobody would restore from any more does not count.
      for (const id of [...inBackup]) if (!kept.has(id)) inBackup.delete(id)
    },
    framed(terminalId, { sequence, ...entry }) {
      if (!entry.known) return
      const { frame } = entry
      switch (frame.type) {
        case 'accepted':
          draftOf.set(frame.submissionId, frame.draftId)
          sequenceOf.set(frame.submissionId, { terminalId, sequence })
          ticketOf.set(frame.submissionId, frame.ticket)
          break
        case 'quarantined':
          if (frame.reason === 'damaged' && flippedTerminals.has(terminalId)) damagedIds.add(frame.submissionId)
          break
        case 'damage-seen':
          damageSeen(terminalId, frame)
          break
        case 'received':
          received(terminalId, frame.submissionId, frame.hubEpoch, frame.hubSequence)
          break
        case 'batch-received':
          for (const item of frame.items) received(terminalId, item.submissionId, frame.hubEpoch, item.hubSequence)
          break
        case 'purged':
          purged(terminalId, frame.fromSequence, frame.throughSequence)
          break
        default:
          break
      }
    },
  }
}

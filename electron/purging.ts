import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import { planPurge } from '../sync/journal/plan-purge.ts'
import type { ChunkStore } from './chunk-sending.ts'
import type { HubStandSeen } from './contact.ts'
import type { Log } from './events.ts'

/** Sealed payloads stay at least so long after the hub's receipt, unless the hub's settings say otherwise. */
export const MINIMUM_RETENTION_MS = 24 * 60 * 60_000
/** A hub that names no backup for so long, while payloads wait for one, is an alarm. */
export const STUCK_AFTER_MS = 7 * 24 * 60 * 60_000
const SAY_STUCK_EVERY_MS = 24 * 60 * 60_000

export interface PurgingParts {
  readonly journal: Pick<Journal, 'segments' | 'rotate' | 'purge'>
  readonly ledger: Ledger
  readonly attachments: Pick<ChunkStore, 'remove'>
  readonly stand: () => HubStandSeen | null
  readonly minimumRetentionMs: () => number
  readonly clock: { now(): number; monotonic(): number }
  readonly log: Log
}

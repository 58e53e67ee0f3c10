import type { Suite } from '../sync/envelope/suite.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { Clock as QueueClock } from '../sync/queue/clock.ts'
import type { CaseBook } from './cases.ts'
import type { Cell } from './cell.ts'
import type { ChunkStore } from './chunk-sending.ts'
import type { Log } from './events.ts'
import type { FeedSources } from './feed.ts'
import type { Flights } from './flights.ts'
import type { Lease } from './lease.ts'
import type { Packages } from './packages.ts'
import type { Trust } from './trust.ts'

/** What delivery needs of the signed packages (electron/packages.ts over files, a model in the simulation). */
export type DeliveryPackages = Pick<Packages, 'have' | 'take' | 'settings' | 'listing'>

export interface DeliveryOptions {
  readonly terminalId: string
  /** Of the program, for the hub's fleet view. */
  readonly version: string
  readonly journal: Journal
  /** Must follow the journal through its `onEntry`. */
  readonly ledger: Ledger
  /** Set to the journal's last sequence after each durable frame. */
  readonly journalHead: Cell<number>
  readonly attachments: ChunkStore
  readonly hub: HubClient
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet' | 'enrolled' | 'refresh'>
  readonly packages: DeliveryPackages
  readonly cases: CaseBook
  /** Wall clock, monotonic clock, one timer. */
  readonly clock: QueueClock
  /** An even random number 0 ≤ x < 1, for the drain's jitter. */
  readonly random: () => number
  readonly suite: Suite
  /** Of the disk that holds the journal; null when it is not known. */
  readonly freeBytes: () => number | null
  readonly log: Log
}

/** All that delivers, composed: the shells, the bridge and the simulation use exactly this. */
export interface Delivery {
  readonly connection: Cell<Connection>
  readonly flights: Flights
  readonly lease: Lease
  /** For the sync worker's channel. */
  readonly feed: FeedSources
  /** What the hub last said of its backups, with its epoch; null before the first contact of this run. */
  readonly stand: Cell<HubStandSeen | null>
  /** Of this run; null before the first. */
  readonly reconciled: Cell<Reconciled | null>
  start(): void
  /** No new flight leaves and no timer is left. Resolves when nothing of it reads or writes the journal any more. */
  stop(): Promise<void>
}

export interface HubStandSeen {
  readonly hubEpoch: string
  readonly hubSequence: number
  readonly backedUpThrough: number | null
}

export interface Reconciled {
  /** ISO instant. */
  readonly at: string
  /** Received here, purged here, not held there: nobody can bring them back but a person. */
  readonly lost: number
  readonly mismatched: number
}

export type CreateDelivery = (options: DeliveryOptions) => Delivery

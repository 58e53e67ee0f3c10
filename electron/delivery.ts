import type { Suite } from '../sync/envelope/suite.ts'
import { connectionAfter } from '../sync/hub-client/call-failure.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { Clock as QueueClock } from '../sync/queue/clock.ts'
import type { CaseBook } from './cases.ts'
import { type Cell, createCell } from './cell.ts'
import type { ChunkStore } from './chunk-sending.ts'
import { confirmHeld } from './confirming.ts'
import { createConnectionWatch } from './connection.ts'
import { createContact, type HubStandSeen } from './contact.ts'
import type { Log } from './events.ts'
import type { FeedSources } from './feed.ts'
import { createFlights, type Flights } from './flights.ts'
import { createLease, type Lease } from './lease.ts'
import { createMainDrain, type MainDrain } from './main-drain.ts'
import type { Packages } from './packages.ts'
import { createPulling } from './pulling.ts'
import { createPurging } from './purging.ts'
import { RECONCILE_EVERY_MS, type Reconciled, reconcile } from './reconciling.ts'
import { reoffer } from './reoffer.ts'
import type { StaffListKeeper } from './staff-list.ts'
import { createTasks } from './tasks.ts'
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
  /** Who may help at this terminal; no list is pulled without it. */
  readonly staffList?: Pick<StaffListKeeper, 'have' | 'take'>
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
  /** Of main's own drain; null while a sync worker drains. */
  readonly drain: Pick<MainDrain, 'attempts'>
  start(): void
  /**
   * No new flight leaves and no timer is left. What is still on its way finds the journal closed: its receipt is fetched
   * again by the next run.
   */
  stop(): Promise<void>
}

/** After an answer that cannot be proven the hub's keys are asked for again, but not more often than this. */
const KEYS_DOUBTED_EVERY_MS = 60_000
/** The first comparison of a run: not in the first rush, and not at the same minute on all terminals. */
const RECONCILE_FIRST_MS = 10 * 60_000
const RECONCILE_SPREAD_MS = 50 * 60_000
const PURGE_EVERY_MS = 60 * 60_000
const SCRUB_FIRST_MS = 60 * 60_000
const SCRUB_EVERY_MS = 24 * 60 * 60_000

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, ledger, hub, trust, packages, clock, log } = options
  const nowIso = () => new Date(clock.now()).toISOString()
  const driverClock = { nowMs: clock.monotonic, after: clock.after }
  const tasks = createTasks(clock.after, log)
  const reconciled = createCell<Reconciled | null>(null)

  const contact = createContact(options)
  const pulling = createPulling({ ...options, monotonicMs: clock.monotonic })
  const purging = createPurging({
    ...options,
    stand: contact.stand.get,
    hubNowUnixMs: contact.hubNowUnixMs,
    confirm: (items) => confirmHeld(items, { ...options, nowIso }),
    minimumRetentionMs: () => packages.settings.get()?.content.minimumRetentionMs,
  })

  let keysAskedAtMs = Number.NEGATIVE_INFINITY
  let keysFetched = false
  let reconcileAtMs = clock.monotonic() + RECONCILE_FIRST_MS + options.random() * RECONCILE_SPREAD_MS
  /** All was offered again: compare once the queue is empty. */
  let reconcileWhenEmpty = false
  /** Something is left to offer again: after a change of epoch, and when the disk did not take all of it. */
  let reofferDue = false
  let purgedFor = ''

  async function refreshKeys(): Promise<void> {
    keysAskedAtMs = clock.monotonic()
    keysFetched = true
    await trust.refresh(hub)
  }
  /** An answer could not be proven: the hub may have other keys by now. */
  async function keysDoubted(): Promise<void> {
    if (clock.monotonic() - keysAskedAtMs >= KEYS_DOUBTED_EVERY_MS) await refreshKeys()
  }

  const connection = createConnectionWatch({
    clock: driverClock,
    log,
    async ping() {
      // Without keys nothing can be proven; why there are none yet tells a cut line from a stranger.
      const why = trust.keySet() === undefined ? await trust.refresh(hub) : undefined
      const keySet = trust.keySet()
      if (keySet === undefined) return connectionAfter(why ?? 'not-our-hub')
      const pinged = await hub.ping(keySet)
      if (pinged.connection !== 'connected' && pinged.failed.why === 'bad-receipt') await keysDoubted()
      return pinged.connection
    },
    onContact: met,
  })

  /**
   * Everything that follows from reaching the hub, one after the other. Each by itself, so that a full disk, which keeps
   * newer keys and packages out, does not keep the purge from making room.
   */
  async function met(): Promise<void> {
    if (!keysFetched || !trust.enrolled()) await tasks.run('keys', refreshKeys)
    const made = await contact.make()
    if (made.outcome === 'answered') {
      if (made.epochChanged) {
        reofferDue = true
        reconcileWhenEmpty = true
      }
      if (made.answer.keySetVersion > (trust.keySet()?.version ?? 0)) await tasks.run('keys', refreshKeys)
    }
    // Before anything that may take long: the drain is to have it.
    if (reofferDue) await tasks.run('reoffer', reofferAll)
    if (made.outcome === 'answered') await tasks.run('pull', () => pulling.after(made.answer))
    await tasks.run('reconcile', reconcileIfDue)
    const stand = contact.stand.get()
    const backup = `${stand?.hubEpoch}:${stand?.backedUpThrough}`
    if (stand === null || purgedFor === backup) return
    purgedFor = backup
    await tasks.run('purge', purging.purge)
  }

  async function reofferAll(): Promise<void> {
    reofferDue = false
    const { complete, requeued } = await reoffer(journal, ledger, nowIso, log)
    if (!complete) reofferDue = true
    if (requeued > 0) reconcileWhenEmpty = true
  }

  async function reconcileIfDue(): Promise<void> {
    const isTime = clock.monotonic() >= reconcileAtMs
    if (!isTime && !(reconcileWhenEmpty && ledger.waiting === 0)) return
    if (!trust.enrolled()) return
    const outcome = await reconcile({ ...options, nowIso })
    if (outcome === null) return
    reconciled.set(outcome)
    reconcileWhenEmpty = false
    const everyMs = packages.settings.get()?.content.reconcileEveryMs ?? RECONCILE_EVERY_MS
    reconcileAtMs = clock.monotonic() + everyMs
  }

  const flights = createFlights({
    ...options,
    connection,
    nowIso,
    noticed: contact.noticed,
    keysDoubted: () => void tasks.run('keys', keysDoubted),
  })
  const lease = createLease(driverClock, log)
  const feed: FeedSources = {
    journal,
    ledger,
    journalHead: options.journalHead,
    connection: connection.connection,
    listing: packages.listing,
  }
  const drain = createMainDrain({
    lease,
    flights,
    ledger,
    journalHead: options.journalHead,
    connection: connection.connection,
    clock,
    random: options.random,
    log: (event, detail) => log('main-drain', { drain: event, ...detail }),
  })

  return {
    connection: connection.connection,
    flights,
    lease,
    feed,
    stand: contact.stand,
    reconciled,
    drain,
    start() {
      // A crash may have come in the middle of it; the hub need not be there for it.
      void tasks.run('reoffer', reofferAll)
      tasks.every('purge', PURGE_EVERY_MS, PURGE_EVERY_MS, purging.purge)
      tasks.every('scrub', SCRUB_FIRST_MS, SCRUB_EVERY_MS, () => scrub(journal, () => tasks.stopped, log))
      connection.start()
      drain.start()
    },
    async stop() {
      tasks.stop()
      connection.stop()
      lease.stop()
      await drain.stop()
    },
  }
}

/** Reads the closed segments again, one at a time; what is damaged is journalled by the journal itself. */
async function scrub(journal: Pick<Journal, 'scrub'>, isOver: () => boolean, log: Log): Promise<void> {
  for await (const { file, damage, unreadable } of journal.scrub()) {
    if (damage.length > 0) log('scrub-damage', { file, tickets: damage.flatMap((each) => each.tickets) })
    if (unreadable !== null) log('journal-note', { journal: 'scrub-unreadable', file, code: unreadable })
    if (isOver()) return
  }
}

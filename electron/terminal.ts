import { join } from 'node:path'
import { createDeviceHost, type SpawnHost } from '../drivers/host/host-client.ts'
import { realClock } from '../drivers/transport/clock.ts'
import { connectionAfter } from '../sync/hub-client/call-failure.ts'
import { createHubClient } from '../sync/hub-client/hub-client.ts'
import { openJournal } from '../sync/journal/journal.ts'
import { Ledger } from '../sync/journal/ledger.ts'
import type { Provisioning } from '../sync/protocol/keys.ts'
import type { CatalogueView, QueueView } from '../sync/protocol/queue-view.ts'
import type { Devices } from './bridge/devices.contract.ts'
import { devicesHandlers } from './bridge/devices.handler.ts'
import { identityHandlers } from './bridge/identity.handler.ts'
import { maintenanceHandlers } from './bridge/maintenance.handler.ts'
import { printingHandlers } from './bridge/printing.handler.ts'
import { queueHandlers } from './bridge/queue.handler.ts'
import { sessionHandlers } from './bridge/session.handler.ts'
import { submissionsHandlers } from './bridge/submissions.handler.ts'
import { openWorkerChannel } from './bridge/worker.handler.ts'
import { createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { createConnectionWatch } from './connection.ts'
import type { Log } from './events.ts'
import type { FeedSources } from './feed.ts'
import { createFlights } from './flights.ts'
import { createHubLog } from './hub-log.ts'
import { createIntake, type Intake } from './intake.ts'
import { journalRefusal } from './journal-refusal.ts'
import { createLease } from './lease.ts'
import { createMainDrain } from './main-drain.ts'
import { openPackages } from './packages.ts'
import { createReceiptPrinting } from './receipt-printing.ts'
import type { Settings } from './settings.ts'
import { inWords, localDate } from './time.ts'
import { openTrust } from './trust.ts'

/** The usual panel, hung upright. */
const PORTRAIT = { widthPx: 1080, heightPx: 1920 }

export interface TerminalOptions {
  readonly dataDir: string
  readonly settings: Settings
  readonly provisioning: Provisioning
  readonly version: string
  readonly spawnHost: SpawnHost
  readonly log: Log
}

export type TerminalResult =
  | { readonly ok: true; readonly terminal: Terminal }
  | { readonly ok: false; readonly fault: string; readonly detail: string }

/** What the shells serve: two routers, and word of the page coming and going. */
export interface Terminal {
  readonly bridge: ReturnType<typeof bridgeRouter>
  /** A channel for one sync worker; call `closed` when it goes. */
  openWorker(): ReturnType<typeof openWorkerChannel>
  /** The panel's pixels, for the shell's window. */
  readonly screen: { readonly widthPx: number; readonly heightPx: number }
  /** For measurements and tests inside main. */
  readonly intake: Intake
  /** A page's bridge opened; call the answer when it closes. */
  pageConnected(): () => void
  stop(): Promise<void>
}

/**
 * Puts a terminal together from its settings (design.md section 2). Everything that outlives a page is here; the
 * shells only carry.
 */
export async function startTerminal(options: TerminalOptions): Promise<TerminalResult> {
  const { dataDir, settings, provisioning, log } = options
  const { terminalId } = provisioning
  const nowIso = () => new Date().toISOString()
  const today = () => localDate(new Date())

  const trusted = await openTrust({ dir: join(dataDir, 'trust'), provisioning, log })
  if (!trusted.ok) {
    log('trust-refused', { fault: trusted.fault, detail: trusted.detail })
    return { ok: false, fault: trusted.fault, detail: trusted.detail }
  }
  const { trust } = trusted
  const ledger = new Ledger()
  const journalHead = createCell(0)
  const journalDir = join(dataDir, 'journal')
  const opened = await openJournal({
    dir: journalDir,
    log: (level, event, detail) =>
      log(level === 'error' ? 'journal-refused' : 'journal-note', { journal: event, ...detail }),
    onEntry(entry) {
      ledger.apply(entry)
      journalHead.set(entry.sequence)
    },
  })
  if (!opened.ok) {
    const detail = journalRefusal(opened, journalDir)
    log('journal-refused', { fault: opened.fault, detail })
    return { ok: false, fault: `journal-${opened.fault}`, detail }
  }
  const { journal } = opened
  log('journal-opened', { frames: opened.frames, tornBytes: opened.repaired.tornBytes, waiting: ledger.waiting })

  const packages = await openPackages(join(dataDir, 'packages'), trust.keySet(), log)
  const session = createCardSession({ clock: realClock, nowIso, today, log })
  const hub = createHubClient({
    baseUrl: provisioning.hubUrl,
    log: createHubLog(log, realClock.nowMs),
  })

  const connection = createConnectionWatch({
    clock: realClock,
    log,
    async ping() {
      // Without keys nothing can be proven; why there are none yet tells a cut line from a stranger.
      const why = trust.keySet() === undefined ? await trust.refresh(hub) : undefined
      const keySet = trust.keySet()
      return keySet === undefined ? connectionAfter(why ?? 'not-our-hub') : (await hub.ping(keySet)).connection
    },
    async onContact() {
      await trust.refresh(hub)
      const keySet = trust.keySet()
      if (keySet === undefined) return
      const answer = await hub.getCatalogue({ keySet, have: packages.catalogue.get()?.manifest ?? null })
      if (answer.outcome === 'verified')
        await packages.take({ ...answer, kind: 'catalogue', content: answer.catalogue })
    },
  })

  const devices = createCell<Devices>({
    idCardReader: settings.devices['id-card-reader'] === undefined ? null : { state: 'connecting' },
    receiptPrinter: settings.devices['receipt-printer'] === undefined ? null : { state: 'connecting' },
  })
  const host = createDeviceHost({
    spawn: options.spawnHost,
    devices: settings.devices,
    clock: realClock,
    log: (_level, event, detail) => log('device-host', { host: event, ...detail }),
    onReader(event) {
      if (event.event === 'state') devices.set({ ...devices.get(), idCardReader: event.state })
      session.onReader(event)
    },
    onPrinter(event) {
      if (event.type === 'state') devices.set({ ...devices.get(), receiptPrinter: event.state })
    },
  })

  const intake = createIntake({ terminalId, journal, ledger, session, trust, packages, nowIso, today, log })
  const receipts = createReceiptPrinting({
    host,
    hasPrinter: settings.devices['receipt-printer'] !== undefined,
    journal,
    ledger,
    intake,
    session,
    packages,
    settings,
    terminalId,
    nowIso,
    inWords,
    log,
  })
  const flights = createFlights({ terminalId, journal, ledger, hub, trust, connection, nowIso, log })
  const lease = createLease(realClock, log)
  const feed: FeedSources = { journal, journalHead, connection: connection.connection, listing: packages.listing }
  const drain = createMainDrain({
    lease,
    flights,
    feed,
    clock: { now: () => Date.now(), monotonic: () => performance.now(), after: realClock.after },
    random: Math.random,
    log: (event, detail) => log('main-drain', { drain: event, ...detail }),
  })

  const queueView = createCell<QueueView>(view())
  function view(): QueueView {
    return {
      connection: connection.connection.get(),
      waiting: ledger.waiting,
      oldestAcceptedAt: ledger.oldestWaiting()?.acceptedAt ?? null,
      quarantined: ledger.quarantined,
      received: ledger.received,
    }
  }
  journalHead.subscribe(() => queueView.set(view()))
  connection.connection.subscribe(() => queueView.set(view()))
  const catalogueView = createCell<CatalogueView | null>(null)
  const showCatalogue = () => {
    const held = packages.catalogue.get()
    catalogueView.set(held === null ? null : { version: held.manifest.version, catalogue: held.catalogue })
  }
  packages.catalogue.subscribe(showCatalogue)
  showCatalogue()

  host.start()
  connection.start()
  drain.start()
  log('terminal-started', { terminalId, version: options.version })

  let pages = 0
  return {
    ok: true,
    terminal: {
      screen: {
        widthPx: settings.panel.widthPx ?? PORTRAIT.widthPx,
        heightPx: settings.panel.heightPx ?? PORTRAIT.heightPx,
      },
      intake,
      bridge: bridgeRouter({
        identity: identityHandlers(session),
        devices: devicesHandlers(devices),
        submissions: submissionsHandlers({ intake, ledger, journalHead, nowUnixMs: Date.now }),
        printing: printingHandlers(receipts),
        queue: queueHandlers(queueView, catalogueView),
        session: sessionHandlers(session),
        maintenance: maintenanceHandlers(
          {
            terminalId,
            version: options.version,
            place: settings.place,
            hall: settings.hall,
            staff: settings.staff,
            pxPerMm: settings.panel.pxPerMm,
          },
          log,
        ),
      }),
      openWorker: () => openWorkerChannel({ lease, feed, flights }),
      pageConnected() {
        pages++
        session.pageConnected(true)
        let counted = true
        return () => {
          if (counted) pages--
          counted = false
          if (pages === 0) session.pageConnected(false)
        }
      },
      async stop() {
        connection.stop()
        lease.stop()
        await drain.stop()
        await host.stop()
        await journal.close()
        log('terminal-stopped', { terminalId })
      },
    },
  }
}

type BridgeAreas = {
  identity: ReturnType<typeof identityHandlers>
  devices: ReturnType<typeof devicesHandlers>
  submissions: ReturnType<typeof submissionsHandlers>
  printing: ReturnType<typeof printingHandlers>
  queue: ReturnType<typeof queueHandlers>
  session: ReturnType<typeof sessionHandlers>
  maintenance: ReturnType<typeof maintenanceHandlers>
}

function bridgeRouter(areas: BridgeAreas): BridgeAreas {
  return areas
}

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { HOSTED_CLASSES, type HostedClass } from '../drivers/host/classes.ts'
import { createDeviceHost, type SpawnHost } from '../drivers/host/host-client.ts'
import type { Bank } from '../drivers/host/messages.ts'
import { realClock } from '../drivers/transport/clock.ts'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { createHubClient } from '../sync/hub-client/hub-client.ts'
import type { Provisioning } from '../sync/protocol/keys.ts'
import { openAgentRation } from './agent-ration.ts'
import { createBindingIntake } from './binding-intake.ts'
import { bindingsHandlers } from './bridge/bindings.handler.ts'
import { codesHandlers } from './bridge/codes.handler.ts'
import type { Devices } from './bridge/devices.contract.ts'
import { devicesHandlers } from './bridge/devices.handler.ts'
import { feedbackHandlers } from './bridge/feedback.handler.ts'
import { handoverHandlers } from './bridge/handover.handler.ts'
import { identityHandlers } from './bridge/identity.handler.ts'
import { maintenanceHandlers } from './bridge/maintenance.handler.ts'
import { personHandlers } from './bridge/person.handler.ts'
import { printingHandlers } from './bridge/printing.handler.ts'
import { proxyHandlers } from './bridge/proxy.handler.ts'
import { queueHandlers } from './bridge/queue.handler.ts'
import { scanningHandlers } from './bridge/scanning.handler.ts'
import { sessionHandlers } from './bridge/session.handler.ts'
import { speechHandlers } from './bridge/speech.handler.ts'
import { staffHandlers } from './bridge/staff.handler.ts'
import { submissionsHandlers } from './bridge/submissions.handler.ts'
import { openWorkerChannel } from './bridge/worker.handler.ts'
import { createCardSession } from './card-session.ts'
import { openCases } from './cases.ts'
import { createCell } from './cell.ts'
import { createCodeDesk } from './code-desk.ts'
import { CODE_LIMITS, createCodeSignIn } from './code-sign-in.ts'
import { createDelivery } from './delivery.ts'
import { devicesOf, planOf, withBank } from './device-view.ts'
import type { Log } from './events.ts'
import { type FaceCompare, faceCompareOf } from './face-compare.ts'
import { createFeedbackIntake } from './feedback-intake.ts'
import { createHandoverDesk } from './handover-desk.ts'
import { slipAbout } from './handover-paper.ts'
import { createHubLog } from './hub-log.ts'
import { createIntake, type Intake } from './intake.ts'
import { createIntakeGate } from './intake-gate.ts'
import { createLineBoardKeeper, isGiver } from './line-board.ts'
import { createMainsWatch } from './mains-watch.ts'
import { createMaintenanceView } from './maintenance-view.ts'
import { type OneTimePrints, openOneTimePrints } from './one-time-prints.ts'
import { openPackages } from './packages.ts'
import { createPersonBook, PERSON_LIMITS } from './person-book.ts'
import { createPrincipalSeat } from './principal-seat.ts'
import { createReadinessView } from './readiness.ts'
import { createReceiptPrinting } from './receipt-printing.ts'
import { createRescueExport } from './rescue-export.ts'
import { createScanning } from './scanning.ts'
import { createSealedLine } from './sealed-line.ts'
import type { Settings } from './settings.ts'
import { folderFiles } from './small-files.ts'
import { createSocialSecurityDesk } from './social-security-desk.ts'
import { createSpeaker } from './speaker.ts'
import { createStaffDoor } from './staff-door.ts'
import { openStaff } from './staff-parts.ts'
import { isPin } from './staff-pin.ts'
import { openStorage } from './storage.ts'
import { inWords, localDate, msToMidnight } from './time.ts'
import { openTrust } from './trust.ts'
import { createTryRation, LOOK_UP_LIMITS } from './try-ration.ts'
import { liveViews } from './views.ts'
import { createWitnessDesk } from './witness-desk.ts'

/** The usual panel, hung upright. */
const PORTRAIT = { widthPx: 1080, heightPx: 1920 }
const TOKEN_BYTES = 24
const NO_DEVICES = { members: [], chosen: 0 }
/**
 * How a shell ends after a power cut: EX_TEMPFAIL of sysexits.h, "try again later". A service manager knows by it that
 * nothing is broken and that the machine may be switched off.
 */
export const POWER_EXIT_CODE = 75

export interface TerminalOptions {
  readonly dataDir: string
  readonly settings: Settings
  readonly provisioning: Provisioning
  readonly version: string
  readonly spawnHost: SpawnHost
  readonly log: Log
  /** Room kept for receipts on a full disk; the journal's own measure when not given. */
  readonly reserveBytes?: number
  /** Compares faces, where the settings allow it; nothing here brings one. */
  readonly faceCompare?: FaceCompare
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
  /** For pages that print what may be printed once. */
  readonly oneTimePrints: OneTimePrints
  /**
   * Resolves when mains power was gone for too long: the shell stops the terminal and ends with POWER_EXIT_CODE. Never
   * otherwise.
   */
  readonly powerEnded: Promise<void>
  /** Other device addresses from now on. */
  useDevices(devices: Settings['devices']): void
  /** A page's bridge opened; call the answer when it closes. */
  pageConnected(): () => void
  stop(): Promise<void>
}

/**
 * Puts a terminal together from its settings (design.md section 2). Everything that outlives a page is here; the
 * shells only carry.
 */
export async function startTerminal(options: TerminalOptions): Promise<TerminalResult> {
  const { dataDir, settings, provisioning, version, log } = options
  const { terminalId } = provisioning
  const suite = joseSuite
  const nowIso = () => new Date().toISOString()
  const today = () => localDate(new Date())
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), after: realClock.after }

  const trusted = await openTrust({ dir: join(dataDir, 'trust'), provisioning, log })
  if (!trusted.ok) {
    log('trust-refused', { fault: trusted.fault, detail: trusted.detail })
    return { ok: false, fault: trusted.fault, detail: trusted.detail }
  }
  const { trust } = trusted
  const { reserveBytes } = options
  const stored = await openStorage(dataDir, log, reserveBytes === undefined ? {} : { reserveBytes })
  if (!stored.ok) return stored
  const { journal, ledger, journalHead, attachments, space, spaceLevel } = stored.storage
  const packages = await openPackages(join(dataDir, 'packages'), trust.keySet(), log)
  const cases = await openCases(await folderFiles(join(dataDir, 'cases')), log)
  const staff = await openStaff({
    files: await folderFiles(join(dataDir, 'packages')),
    ...{ terminalId, keySet: trust.keySet(), journal, ledger, clock, nowIso, log },
    beep: () => lineBoard.beepForCall(),
  })
  const agents = await openAgentRation({
    files: await folderFiles(join(dataDir, 'agents')),
    ...{ randomBytes: suite.randomBytes, today, after: realClock.after, log },
    msToMidnight: () => msToMidnight(new Date()),
  })
  const seat = createPrincipalSeat({ nowIso, today, log })
  const session = createCardSession({
    ...{ clock: realClock, nowIso, today, log, seat },
    onNewPage: staff.desk.newPage,
    onVisitOver() {
      staff.desk.visitOver()
      handovers.visitOver()
      scanning.forget()
      persons.forget()
    },
  })
  const hub = createHubClient({ baseUrl: provisioning.hubUrl, log: createHubLog(log, realClock.nowMs) })
  const freeBytes = () => space.freeBytes

  /** As checkPersonNumber asks: of a province that the catalogue has. */
  const isOurDivision = (division: string) =>
    packages.catalogue.get()?.catalogue.divisions.some(({ code }) => code.slice(0, 2) === division.slice(0, 2)) ?? false
  const epochMs = () => performance.timeOrigin + performance.now()

  const delivery = createDelivery({
    ...{ terminalId, version, journal, ledger, journalHead, attachments, hub, trust, packages, cases },
    staffList: staff.list,
    ...{ clock, random: Math.random, suite, freeBytes, log },
  })

  const persons = createPersonBook({
    ...{ terminalId, session, hub, trust, packages, clock: realClock, nowIso, today, log },
    connection: delivery.connection,
    isStaffHelping: staff.desk.isHelping,
    ration: createTryRation(PERSON_LIMITS, clock.monotonic),
  })
  const mains = createMainsWatch({ clock: realClock, ...mainsSettings(settings), log })
  const intakeState = createIntakeGate(spaceLevel, mains.mains)
  const hasPage = createCell(false)

  let plan = planOf(settings.devices)
  const banks: Partial<Record<HostedClass, Bank>> = {}
  const devices = createCell<Devices>(devicesOf(plan))
  const codeDesk = createCodeDesk(log)
  /** As the page judges it (renderer/kiosk/shell/badge.ts): one that is just connecting is not gone. */
  const canRead = () => {
    const reader = devices.get().conditions['id-card-reader']
    return reader !== undefined && reader.severity !== 'alarm'
  }
  const host = createDeviceHost({
    spawn: options.spawnHost,
    devices: plan,
    clock: realClock,
    log: (_level, event, detail) => log('device-host', { host: event, ...detail }),
    onBank(device, bank) {
      banks[device] = bank
      devices.set(withBank(devices.get(), device, bank))
      if (device === 'line-board') lineBoard.onBank(bank)
      if (isGiver(device)) lineBoard.onGiver(device, bank)
      // Its page is told of the reader's state by the visit, between the cards.
      const { idCardReader } = devices.get()
      if (device === 'id-card-reader' && idCardReader !== null)
        session.onReader({ event: 'state', state: idCardReader })
    },
    onEvent({ device, event }) {
      if (device === 'id-card-reader') {
        session.onReader(event)
        if (event.event === 'card') lineBoard.onCardRead()
      } else if (device === 'smart-card') {
        socialSecurity.onReader(event)
      } else if (device === 'code-scanner') {
        // A badge's secret never reaches the page.
        if (event.event !== 'code' || !staff.desk.takeCode(event.text)) codeDesk.onScanner(event)
      } else if (device === 'line-board') {
        lineBoard.onEvent(event)
      } else if (device === 'document-printer' && event.event === 'settled-late') {
        void oneTimePrints.settledLate(event.jobId, event.paper, event.impressions)
      }
    },
  })
  const signingIn = { session, isOurDivision, nowIso, today, nowMs: epochMs, log }
  const codes = createCodeSignIn({
    ...{ ...signingIn, terminalId, hub, trust, tries: createTryRation(CODE_LIMITS, clock.monotonic) },
    connection: delivery.connection.get,
  })
  const witnesses = createWitnessDesk({ ...signingIn, staff: staff.desk, canRead })
  const socialSecurity = createSocialSecurityDesk({ ...signingIn, host })
  const lineBoard = createLineBoardKeeper({
    ...{ host, clock: realClock, mains, intake: intakeState, card: session.card, devices, hasPage, log },
    beepAtCard: settings.beepAtCard ?? false,
  })
  const oneTimePrints = await openOneTimePrints({
    files: await folderFiles(join(dataDir, 'one-time-prints')),
    ...{ host, nowIso, log },
  })

  const state = () => intakeState.get().intake
  const scanning = createScanning({
    ...{ host, session, log },
    scanners: () => banks['document-scanner'],
    intakeState: state,
  })
  const later = (run: () => void) => void setImmediate(run)
  const line = createSealedLine({ terminalId, journal, ledger, trust, log, suite, randomInt, later })
  const intake = createIntake({
    ...{ terminalId, journal, ledger, session, trust, packages, attachments, nowIso, today, log, state, line },
    staff: staff.desk,
    ...{ principal: seat.applicant, agents, told: persons.told, binding: persons.binding },
  })
  const feedback = createFeedbackIntake({
    ...{ line, ledger, session, trust, intake, state, packages, nowIso, log },
    staff: staff.desk,
  })
  const bindings = createBindingIntake({
    ...{ line, ledger, session, trust, intake, state, nowIso, today, log },
    ...{ principal: seat.applicant, told: persons.binding, isStaffHelping: staff.desk.isHelping },
  })
  const receipts = createReceiptPrinting({
    ...{ host, journal, ledger, intake, session, packages, settings, terminalId, nowIso, inWords, log },
    hasPrinter: () => devices.get().receiptPrinter !== null,
  })
  const handovers = createHandoverDesk({
    ...{ terminalId, hub, trust, session, host, inWords, clock: realClock, suite, log },
    isConnected: () => delivery.connection.get() === 'connected',
    hasPrinter: () => devices.get().receiptPrinter !== null,
    staffHere: () => staff.desk.view.get().assist?.id,
    slipAbout: (draft) => slipAbout(draft, packages.catalogue.get()?.catalogue ?? null, settings, terminalId),
    nowUnixMs: Date.now,
  })
  const views = liveViews({ ledger, journalHead, connection: delivery.connection, packages })

  const { pinScrypt, exportDir } = settings.maintenance ?? {}
  const door = createStaffDoor({
    checkPin: pinScrypt === undefined ? undefined : (pin) => isPin(pin, pinScrypt),
    lastLockout: ledger.lastLockout,
    newToken: () => suite.randomBytes(TOKEN_BYTES).toString('base64url'),
    ...{ journal, clock, log },
  })
  const maintenance = createMaintenanceView({
    ...{ ledger, journal, delivery, freeBytes, nowIso, log },
    intakeState: () => intakeState.get().intake,
    lineBoard: lineBoard.sensors,
    oneTimePrints: oneTimePrints.stand,
  })
  const exportUnsent = createRescueExport({
    ...{ terminalId, journal, ledger, attachments, deviceKey: trust.deviceKey, nowIso, log },
    dir: exportDir ?? join(dataDir, 'export'),
  })
  const readiness = createReadinessView({
    ...{ host, settings, terminalId, version, nowIso, inWords, log },
    plan: () => plan,
    banks: () => banks,
  })

  faceCompareOf(settings.faceCompare, options.faceCompare, log)
  host.start()
  delivery.start()
  log('terminal-started', { terminalId, version })

  let pages = 0
  return {
    ok: true,
    terminal: {
      screen: {
        widthPx: settings.panel.widthPx ?? PORTRAIT.widthPx,
        heightPx: settings.panel.heightPx ?? PORTRAIT.heightPx,
      },
      intake,
      oneTimePrints,
      powerEnded: mains.ended,
      bridge: bridgeRouter({
        identity: identityHandlers({ session, codes, witnesses }),
        devices: devicesHandlers(devices),
        codes: codesHandlers(codeDesk),
        submissions: submissionsHandlers({
          ...{ intake, ledger, journalHead, cases, nowUnixMs: Date.now },
          lookUps: createTryRation(LOOK_UP_LIMITS, clock.monotonic),
          papers: scanning,
          isStaffHelping: staff.desk.isHelping,
        }),
        feedback: feedbackHandlers(feedback),
        handover: handoverHandlers(handovers),
        person: personHandlers(persons),
        bindings: bindingsHandlers(persons, bindings),
        proxy: proxyHandlers({ session, seat, ration: agents }),
        printing: printingHandlers(receipts),
        scanning: scanningHandlers(scanning),
        queue: queueHandlers(views.queue, views.catalogue, intakeState),
        session: sessionHandlers(session, staff.desk.isHelping),
        staff: staffHandlers(staff.desk),
        speech: speechHandlers(createSpeaker({ clock: realClock, log })),
        maintenance: maintenanceHandlers({
          about: aboutOf(settings, terminalId, version),
          ...{ door, ...maintenance, ...readiness, exportUnsent, log },
        }),
      }),
      openWorker: () => openWorkerChannel(delivery),
      useDevices(named) {
        plan = planOf(named)
        for (const device of HOSTED_CLASSES) {
          // A host that is just being restarted never hears of what is gone.
          if (plan[device] !== undefined) continue
          devices.set(withBank(devices.get(), device, NO_DEVICES))
          if (device === 'line-board') lineBoard.onBank(NO_DEVICES)
        }
        host.plan(plan)
      },
      pageConnected() {
        pages++
        hasPage.set(true)
        session.pageConnected(true)
        let counted = true
        return () => {
          if (counted) pages--
          counted = false
          if (pages > 0) return
          hasPage.set(false)
          session.pageConnected(false)
        }
      },
      async stop() {
        lineBoard.stop()
        agents.stop()
        staff.list.stop()
        handovers.stop()
        await delivery.stop()
        await host.stop()
        await stored.storage.close()
        log('terminal-stopped', { terminalId })
      },
    },
  }
}

function mainsSettings({ power: { graceSeconds, endAtBatteryPercent } = {} }: Settings) {
  return {
    ...(graceSeconds === undefined ? {} : { graceMs: graceSeconds * 1000 }),
    ...(endAtBatteryPercent === undefined ? {} : { endAtBatteryPercent }),
  }
}

function aboutOf({ place, hall, staff, panel }: Settings, terminalId: string, version: string) {
  return { terminalId, version, place, hall, staff, pxPerMm: panel.pxPerMm }
}

type BridgeAreas = {
  identity: ReturnType<typeof identityHandlers>
  devices: ReturnType<typeof devicesHandlers>
  codes: ReturnType<typeof codesHandlers>
  submissions: ReturnType<typeof submissionsHandlers>
  feedback: ReturnType<typeof feedbackHandlers>
  person: ReturnType<typeof personHandlers>
  bindings: ReturnType<typeof bindingsHandlers>
  proxy: ReturnType<typeof proxyHandlers>
  handover: ReturnType<typeof handoverHandlers>
  printing: ReturnType<typeof printingHandlers>
  scanning: ReturnType<typeof scanningHandlers>
  queue: ReturnType<typeof queueHandlers>
  session: ReturnType<typeof sessionHandlers>
  staff: ReturnType<typeof staffHandlers>
  maintenance: ReturnType<typeof maintenanceHandlers>
  speech: ReturnType<typeof speechHandlers>
}

function bridgeRouter(areas: BridgeAreas): BridgeAreas {
  return areas
}

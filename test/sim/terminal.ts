import { openWorkerChannel } from '../../electron/bridge/worker.handler.ts'
import type { CardSession, ReceiptMemory } from '../../electron/card-session.ts'
import { openCases } from '../../electron/cases.ts'
import { createCell } from '../../electron/cell.ts'
import type { ChunkStore } from '../../electron/chunk-sending.ts'
import { createDelivery, type Delivery } from '../../electron/delivery.ts'
import type { Log } from '../../electron/events.ts'
import { createIntake, type Intake } from '../../electron/intake.ts'
import { openPackages } from '../../electron/packages.ts'
import { openTrust } from '../../electron/trust.ts'
import { verifyPackageOf } from '../../sync/envelope/package.ts'
import type { Suite } from '../../sync/envelope/suite.ts'
import type { Fetch } from '../../sync/hub-client/guarded-fetch.ts'
import { createHubClient } from '../../sync/hub-client/hub-client.ts'
import type { JournalEntry } from '../../sync/journal/entry.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import type { Journal } from '../../sync/journal/journal-api.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import type { Provisioning } from '../../sync/protocol/keys.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import type { Clock as QueueClock } from '../../sync/queue/clock.ts'
import { credulous, trusting } from './breaks.ts'
import type { Machine } from './machine.ts'
import type { Break } from './options.ts'
import type { SimProcess } from './process.ts'

export const JOURNAL_DIR = '/journal'

/** A made-up adult of domain.md section 5. */
export const APPLICANT: Applicant = {
  cardType: 'citizen',
  name: '周明远',
  idNumber: '990101198611020033',
  sex: 'male',
  birth: '1986-11-02',
  address: '云洲市南桥区临河路1号',
  validTo: '20360101',
  source: 'id-card-chip',
  readAt: '2026-11-23T02:48:00.000Z',
}

export interface TerminalParts {
  readonly process: SimProcess
  readonly machine: Machine
  readonly provisioning: Provisioning
  readonly suite: Suite
  readonly fetch: Fetch
  readonly random: () => number
  readonly segmentBytes: number
  readonly log: Log
  readonly onEntry: (entry: JournalEntry) => void
  readonly broken: Break | undefined
  /** A submission that the hub must refuse was just sealed. */
  readonly onPoison: (submissionId: string) => void
}

/** The terminal's main process without shell, screen and devices: the production parts, put together as terminal.ts does. */
export interface Terminal {
  readonly journal: Journal
  readonly ledger: Ledger
  readonly intake: Intake
  readonly delivery: Delivery
  openWorker(): ReturnType<typeof openWorkerChannel>
  isReady(): boolean
}

export type BootResult =
  | { readonly ok: true; readonly terminal: Terminal }
  | { readonly ok: false; readonly fault: string; readonly detail: string }

/** As startTerminal of electron/terminal.ts; what it throws ends the process, and the shell starts another. */
export async function bootTerminal(parts: TerminalParts): Promise<BootResult> {
  const { process, machine, provisioning, suite, log } = parts
  const { terminalId } = provisioning
  const nowIso = () => new Date(machine.clock.unixMs()).toISOString()
  const today = () => nowIso().slice(0, 10)
  const clock: QueueClock = {
    now: machine.clock.unixMs,
    monotonic: process.nowMs,
    after: (delayMs, task) => process.after(delayMs, 'timer', task),
  }

  const trusted = await openTrust({ dir: machine.files(process, 'trust'), provisioning, log, suite })
  if (!trusted.ok) return { ok: false, fault: trusted.fault, detail: trusted.detail }
  const { trust } = trusted
  const disk = machine.mountFor(process)
  const ledger = new Ledger()
  const journalHead = createCell(0)
  const opened = await openJournal({
    dir: JOURNAL_DIR,
    disk,
    clock: machine.clock,
    newId: suite.randomUuid,
    segmentBytes: parts.segmentBytes,
    log: (_, event, detail) => log('journal-note', { journal: event, ...detail }),
    onEntry(entry) {
      ledger.apply(entry)
      journalHead.set(entry.sequence)
      parts.onEntry(entry)
    },
  })
  if (!opened.ok) return { ok: false, fault: `journal-${opened.fault}`, detail: opened.detail }
  const { journal } = opened

  const packages = await openPackages(machine.files(process, 'packages'), trust.keySet(), log, (kind, signed, keys) =>
    verifyPackageOf(kind, signed, keys, suite),
  )
  const cases = await openCases(machine.files(process, 'cases'), log)
  const hub = trusting(
    createHubClient({
      baseUrl: provisioning.hubUrl,
      log: (_, event, detail) => log('hub-client', { hub: event, ...detail }),
      fetch: parts.fetch,
      clock: { unixMs: machine.clock.unixMs, after: clock.after },
      suite: parts.broken === 'any-receipt' ? credulous(suite) : suite,
    }),
    parts.broken,
  )
  const delivery = createDelivery({
    terminalId,
    version: '0.0.0-sim',
    journal,
    ledger,
    journalHead,
    attachments: noChunks,
    hub,
    trust,
    packages,
    cases,
    clock,
    random: parts.random,
    suite,
    freeBytes: () => machine.disk.freeBytes,
    log,
  })
  const intake = createIntake({
    terminalId,
    journal,
    ledger,
    session: fixedSession(),
    trust,
    packages,
    nowIso,
    today,
    log,
    suite,
    randomInt: (limit) => Math.floor(parts.random() * limit),
    later: (run) => void process.after(0, 'later', run),
  })
  delivery.start()
  return {
    ok: true,
    terminal: {
      journal,
      ledger,
      intake,
      delivery,
      isReady: () => trust.enrolled() && packages.catalogue.get() !== null,
      openWorker: () => openWorkerChannel(delivery),
    },
  }
}

const noChunks: ChunkStore = {
  read: async (sha256) => ({ ok: false, fault: 'missing', detail: sha256 }),
  remove: async () => undefined,
}

/** Somebody always stands there with a card. */
function fixedSession(): Pick<CardSession, 'applicant' | 'visit' | 'keepReceipt' | 'receiptOf'> {
  const receipts = new Map<string, ReceiptMemory>()
  return {
    applicant: () => APPLICANT,
    visit: () => 1,
    keepReceipt: (_, submissionId, memory) => void receipts.set(submissionId, memory),
    receiptOf: (submissionId) => receipts.get(submissionId),
  }
}

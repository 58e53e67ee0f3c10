import { openWorkerChannel } from '../../electron/bridge/worker.handler.ts'
import type { CardSession, ReceiptMemory } from '../../electron/card-session.ts'
import { openCases } from '../../electron/cases.ts'
import { createDelivery, type Delivery } from '../../electron/delivery.ts'
import type { Log } from '../../electron/events.ts'
import { createIntake, type Intake } from '../../electron/intake.ts'
import { openPackages } from '../../electron/packages.ts'
import { laterCell } from '../../electron/storage.ts'
import { openTrust } from '../../electron/trust.ts'
import { verifyPackageOf } from '../../sync/envelope/package.ts'
import type { Suite } from '../../sync/envelope/suite.ts'
import type { Fetch } from '../../sync/hub-client/guarded-fetch.ts'
import { createHubClient } from '../../sync/hub-client/hub-client.ts'
import { openAttachments } from '../../sync/journal/attachments.ts'
import type { FactEntry } from '../../sync/journal/entry.ts'
import { entriesIn } from '../../sync/journal/fact-columns.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import type { Journal } from '../../sync/journal/journal-api.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { createSpace, type SpaceMarks } from '../../sync/journal/space.ts'
import type { Provisioning } from '../../sync/protocol/keys.ts'
import { signInBy } from '../../sync/protocol/sign-in.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import type { Clock as QueueClock } from '../../sync/queue/clock.ts'
import { credulous, trusting } from './breaks.ts'
import type { Machine } from './machine.ts'
import type { Break } from './options.ts'
import type { SimProcess } from './process.ts'
import type { SeededRandom } from './random.ts'
import { createSealing } from './sealing.ts'

export const JOURNAL_DIR = '/journal'
export const ATTACHMENTS_DIR = '/attachments'
/** As electron/storage.ts has them, a thousand times smaller: so are the disks here. */
const RESERVE_BYTES = 64 << 10
const SPACE_MARKS: SpaceMarks = {
  noAttachments: { belowBytes: 1 << 20, againBytes: 1280 << 10 },
  noSpace: { belowBytes: 128 << 10, againBytes: 192 << 10 },
}

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
  readonly random: SeededRandom
  readonly segmentBytes: number
  readonly log: Log
  readonly onEntry: (entry: FactEntry) => void
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
  const journalHead = laterCell(0, (run) => void process.after(0, 'tells the head', run))
  const note = (_: unknown, event: string, detail: Record<string, unknown>) =>
    log('journal-note', { journal: event, ...detail })
  const space = createSpace({
    disk,
    dir: JOURNAL_DIR,
    clock: {
      every(intervalMs, act) {
        let cancel: () => void = () => undefined
        const tick = () => {
          act()
          cancel = process.after(intervalMs, 'looks at its space', tick)
        }
        cancel = process.after(intervalMs, 'looks at its space', tick)
        return () => cancel()
      },
    },
    log: note,
    reserveBytes: RESERVE_BYTES,
    marks: SPACE_MARKS,
  })
  const opened = await openJournal({
    dir: JOURNAL_DIR,
    disk,
    reserve: space,
    clock: machine.clock,
    newId: suite.randomUuid,
    segmentBytes: parts.segmentBytes,
    log: note,
    onEntry(entry) {
      ledger.apply(entry)
      journalHead.set(entry.sequence)
      parts.onEntry(entry)
    },
    onColumns(columns) {
      ledger.applyAll(columns)
      journalHead.set(columns.facts.lastSequence)
      for (const { entry } of entriesIn(columns)) parts.onEntry(entry)
    },
  })
  if (!opened.ok) return { ok: false, fault: `journal-${opened.fault}`, detail: opened.detail }
  const { journal } = opened
  const attachments = await openAttachments(disk, ATTACHMENTS_DIR, note)
  const needed = new Set(
    [...ledger.items()].flatMap((item) => (item.purged ? [] : item.chunks.map((chunk) => chunk.sha256))),
  )
  await attachments.sweep((sha256) => needed.has(sha256))
  await space.start()

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
    journalHead: journalHead.cell,
    attachments,
    hub,
    trust,
    packages,
    cases,
    clock,
    random: parts.random.next,
    suite,
    freeBytes: () => space.freeBytes,
    log,
  })
  const sealing = createSealing({
    suite,
    trust,
    journal,
    attachments,
    random: parts.random,
    onPoison: parts.onPoison,
  })
  const intake = createIntake({
    terminalId,
    ...sealing,
    ledger,
    session: fixedSession(),
    packages,
    nowIso,
    today,
    log,
    state: () => space.level,
    randomInt: (limit) => parts.random.int(0, limit - 1),
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

/** Somebody always stands there with a card. */
function fixedSession(): Pick<CardSession, 'applicant' | 'signIn' | 'visit' | 'keepReceipt' | 'receiptOf'> {
  const receipts = new Map<string, ReceiptMemory>()
  return {
    applicant: () => APPLICANT,
    signIn: () => signInBy('id-card'),
    visit: () => 1,
    keepReceipt: (_, submissionId, memory) => void receipts.set(submissionId, memory),
    receiptOf: (submissionId) => receipts.get(submissionId),
  }
}

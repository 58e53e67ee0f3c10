import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { createCardSession } from '../../electron/card-session.ts'
import { createCell } from '../../electron/cell.ts'
import { openStack } from '../../electron/dev/stack.ts'
import { createLog } from '../../electron/events.ts'
import { createIntake, type Intake } from '../../electron/intake.ts'
import { localDate } from '../../electron/time.ts'
import type { Disk, DiskFile } from '../../sync/journal/disk.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { nodeDisk } from '../../sync/journal/node-disk.ts'
import { type Provisioning, ProvisioningSchema, type RsaJwk } from '../../sync/protocol/keys.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import { type Enrolled, enrolAt } from './enrolled.ts'

/**
 * The terminal's intake with everything that belongs to it, put together as electron/terminal.ts does: a hub's own key
 * set and catalogue, an enrolled device key, a journal on the real disk with its ledger and the cells that watch it, the
 * log, and a card in the visit. No device, no page, no drain. Marks are set where the parts meet.
 */

/** When, in milliseconds of performance.now(), the running submission passed each place; disk times added up. */
export interface Marks {
  /** The number was taken: the last before sealing. */
  numberedMs: number
  signMs: number
  signedMs: number
  appendMs: number
  appendedMs: number
  writeTookMs: number
  syncTookMs: number
  writtenBytes: number
  syncs: number
}

/** What a terminal has from its hub. */
export type IntakeTrust = Enrolled & { readonly provisioning: Provisioning }

export interface IntakeParts {
  readonly intake: Intake
  readonly marks: Marks
  readonly item: ServiceItem
  readonly applicant: Applicant
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
  readonly journalDir: string
  /** Checks what lies on disk: how many were accepted, and whether this one can be read back unharmed. */
  verify(submissionId: string): Promise<{ readonly accepted: number; readonly envelopeBytes: number | undefined }>
  /** Submissions in the ledger. */
  size(): number
  close(): Promise<void>
}

const CARD_OF = 'zhou-mingyuan'

export async function openIntake(dir: string, enrolled: IntakeTrust, disk: Disk = nodeDisk): Promise<IntakeParts> {
  await mkdir(dir, { recursive: true })
  const nowIso = () => new Date().toISOString()
  const today = () => localDate(new Date())
  const logFile = createWriteStream(join(dir, 'terminal.log'))
  const log = createLog(logFile)
  const { provisioning, trust, packages, sealKey, item } = enrolled

  const marks: Marks = {
    numberedMs: 0,
    signMs: 0,
    signedMs: 0,
    appendMs: 0,
    appendedMs: 0,
    writeTookMs: 0,
    syncTookMs: 0,
    writtenBytes: 0,
    syncs: 0,
  }
  const ledger = new MarkedLedger(marks)
  const journalHead = createCell(0)
  const waiting = createCell(0)
  journalHead.subscribe(() => waiting.set(ledger.waiting))
  const journalDir = join(dir, 'journal')
  const opened = await openJournal({
    dir: journalDir,
    disk: markedDisk(disk, marks),
    log: (_level, event, detail) => log('journal-note', { journal: event, ...detail }),
    onEntry(entry) {
      ledger.apply(entry)
      journalHead.set(entry.sequence)
    },
  })
  if (!opened.ok) throw new Error(`the journal did not open: ${opened.fault} ${opened.detail}`)
  const { journal } = opened

  const session = createCardSession({ clock: realClock, nowIso, today, log })
  session.onReader(sampleCard())
  const applicant = session.applicant()
  if (applicant === undefined) throw new Error('no card in the visit')

  const { deviceKey } = trust
  const intake = createIntake({
    terminalId: provisioning.terminalId,
    ledger,
    packages,
    nowIso,
    today,
    log,
    session,
    trust: {
      ...trust,
      deviceKey: {
        ...deviceKey,
        async sign(payload, typ, extraHeader) {
          marks.signMs = performance.now()
          const signed = await deviceKey.sign(payload, typ, extraHeader)
          marks.signedMs = performance.now()
          return signed
        },
      },
    },
    journal: {
      ...journal,
      async append(frame) {
        marks.appendMs = performance.now()
        const result = await journal.append(frame)
        marks.appendedMs = performance.now()
        return result
      },
    },
  })

  return {
    intake,
    marks,
    item,
    applicant,
    sealKey,
    journalDir,
    size: () => ledger.size,
    async verify(submissionId) {
      const read = await journal.readAccepted(submissionId)
      return {
        accepted: ledger.size,
        envelopeBytes: read.ok ? Buffer.byteLength(read.frame.envelope) : undefined,
      }
    },
    async close() {
      await journal.close()
      await new Promise((resolve) => logFile.end(resolve))
    },
  }
}

/** Enrols with a real hub; it is gone again before anything is measured. */
export async function enrolForIntake(dir: string): Promise<IntakeTrust> {
  const stack = await openStack({ dataDir: join(dir, 'stack'), log: 'ignore' })
  try {
    const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(stack.provisioningFile, 'utf8')))
    return { provisioning, ...(await enrolAt(dir, provisioning, () => undefined)) }
  } finally {
    await stack.close()
  }
}

class MarkedLedger extends Ledger {
  readonly #marks: Marks

  constructor(marks: Marks) {
    super()
    this.#marks = marks
  }

  override get nextDeviceSequence(): number {
    this.#marks.numberedMs = performance.now()
    return super.nextDeviceSequence
  }
}

/** A disk, with what it did to the journal counted and timed. */
function markedDisk(disk: Disk, marks: Marks): Disk {
  function marked(file: DiskFile): DiskFile {
    return {
      ...file,
      async write(bytes, position) {
        const beganMs = performance.now()
        await file.write(bytes, position)
        marks.writeTookMs += performance.now() - beganMs
        marks.writtenBytes += bytes.length
      },
      async sync() {
        const beganMs = performance.now()
        await file.sync()
        marks.syncTookMs += performance.now() - beganMs
        marks.syncs += 1
      },
    }
  }
  return {
    ...disk,
    open: async (path, options) => marked(await disk.open(path, options)),
  }
}

function sampleCard() {
  const person = samplePerson(CARD_OF)
  if (person === undefined) throw new Error(`no sample person ${CARD_OF}`)
  const nowMs = performance.timeOrigin + performance.now()
  return {
    event: 'card' as const,
    readId: 'bench',
    card: { cardType: person.cardType, fields: person.fields },
    wlt: '',
    timing: { foundAtMs: nowMs, fieldsAtMs: nowMs },
  }
}

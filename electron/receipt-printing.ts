import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { ReceiptDocument } from '../drivers/receipt-printer/document.ts'
import type { PrintResult } from '../drivers/receipt-printer/states.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import { bindingPaper } from './binding-paper.ts'
import type { PrintReceiptAnswer } from './bridge/printing.contract.ts'
import type { CardSession } from './card-session.ts'
import { rememberCatalogues } from './catalogues-in-use.ts'
import { complaintPaper } from './complaint-paper.ts'
import type { Log } from './events.ts'
import type { Intake } from './intake.ts'
import type { Packages } from './packages.ts'
import { type ReceiptFacts, receiptPaper } from './receipt-paper.ts'
import type { Settings } from './settings.ts'

/** Prints receipts of accepted submissions, and journals those that the printer confirmed. */
export interface ReceiptPrinting {
  print(submissionId: string, again: boolean): Promise<PrintReceiptAnswer>
}

export interface ReceiptPrintingOptions {
  readonly host: Pick<DeviceHost, 'call'>
  readonly hasPrinter: () => boolean
  readonly journal: Journal
  readonly ledger: Ledger
  readonly intake: Intake
  readonly session: CardSession
  readonly packages: Pick<Packages, 'catalogue'>
  readonly settings: Settings
  readonly terminalId: string
  readonly nowIso: () => string
  /** A moment as people read it: 2026 年 11 月 23 日 10:47, in the terminal's time zone. */
  readonly inWords: (iso: string) => string
  readonly log: Log
}

/** Kinds of submissions that no item of a catalogue stands for. */
const WITHOUT_ITEM: readonly string[] = ['complaint', 'proxy-binding']

export function createReceiptPrinting(options: ReceiptPrintingOptions): ReceiptPrinting {
  const { host, journal, ledger, intake, session, packages, settings, log } = options
  const catalogues = rememberCatalogues(packages.catalogue)
  const running = new Map<string, Promise<PrintReceiptAnswer>>()
  let copies = 0
  const printed = (jobId: string, document: ReceiptDocument) =>
    host.call('receipt-printer', 'print', { jobId, document })

  async function print(submissionId: string, again: boolean): Promise<PrintReceiptAnswer> {
    const entry = ledger.bySubmission(submissionId)
    const item = entry === undefined ? undefined : catalogues.newest(entry.itemId)
    if (entry === undefined || (item === undefined && !WITHOUT_ITEM.includes(entry.kind)))
      return { kind: 'unknown-submission' }
    if (!options.hasPrinter()) {
      log('receipt-not-printed', { submissionId, fault: 'no-printer' })
      return { kind: 'no-printer' }
    }
    if (entry.printedAt !== null && !again) {
      // Confirmed before and only the answer was lost: a second paper would be one too many.
      return { kind: 'settled', result: { ok: true, settledAtMs: 0 } }
    }
    // Names only while the visit lasts: after that nobody is remembered.
    const { name = null, agentName = null, binding } = session.receiptOf(submissionId) ?? {}
    const paper = (names: Pick<ReceiptFacts, 'name' | 'agentName'>) => {
      const facts = {
        ticket: entry.ticket,
        acceptedAt: options.inWords(entry.acceptedAt),
        delivered: entry.state === 'received',
        qr: intake.accepted(entry).qr,
        terminalId: options.terminalId,
        hall: settings.hall.zh,
        telephone: settings.staff.telephone,
      }
      if (entry.kind === 'proxy-binding') return bindingPaper({ ...facts, ...names }, binding)
      return item === undefined ? complaintPaper(facts) : receiptPaper({ ...facts, item, ...names })
    }
    copies++
    const jobId = `${submissionId}/${copies}`
    let result = await printed(jobId, paper({ name, agentName }))
    if (!result.ok && result.fault === 'glyph-missing') {
      // A rare character in the name: the ticket is what counts, the name is left out.
      result = await printed(`${jobId}/no-name`, paper({ name: null }))
    }
    await settle(entry, result)
    return { kind: 'settled', result }
  }

  async function settle({ submissionId }: LedgerItem, result: PrintResult): Promise<void> {
    if (!result.ok) {
      log('receipt-not-printed', { submissionId, fault: result.fault, paper: result.paper })
      return
    }
    log('receipt-printed', { submissionId })
    const written = await journal.append({ type: 'receipt-printed', at: options.nowIso(), submissionId })
    if (!written.ok) log('receipt-printed', { submissionId, journalled: false, fault: written.fault })
  }

  return {
    print(submissionId, again) {
      const already = running.get(submissionId)
      if (already !== undefined) return already
      const flight = print(submissionId, again).finally(() => running.delete(submissionId))
      running.set(submissionId, flight)
      return flight
    },
  }
}

import type { SigningKey } from '../sync/envelope/signing-key.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { ExportResult } from './bridge/maintenance.handler.ts'
import type { Log } from './events.ts'
import { type BundleSource, bundleItems, writeBundle } from './rescue-bundle.ts'

export interface RescueExportParts {
  readonly terminalId: string
  readonly journal: Pick<Journal, 'journalId' | 'readAccepted'>
  readonly ledger: Pick<Ledger, 'items'>
  readonly attachments: BundleSource['attachments']
  readonly deviceKey: SigningKey
  readonly nowIso: () => string
  /** Where the bundle goes. */
  readonly dir: string
  readonly log: Log
}

/** The maintenance page's export: the unsent submissions as one bundle. */
export function createRescueExport(parts: RescueExportParts): () => Promise<ExportResult> {
  const { terminalId, journal, ledger, attachments, deviceKey, nowIso, dir, log } = parts
  return async () => {
    const source = {
      ...{ terminalId, journalId: journal.journalId, attachments, deviceKey, nowIso },
      items: bundleItems(ledger.items(), false),
      readAccepted: journal.readAccepted,
    }
    const written = await writeBundle(source, dir)
    if (!written.ok) log('rescue-not-exported', { detail: written.detail })
    else log('rescue-exported', { submissions: written.submissions, bytes: written.bytes, damaged: written.damaged })
    return written.ok ? written : { ok: false, fault: written.fault }
  }
}

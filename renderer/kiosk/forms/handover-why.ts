import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import { say } from '../../ui/strings/say.ts'
import { printerSentence } from './sentences.ts'

/** Why no half-filled form can be handed over now; null when one can. Online only, and only with a slip. */
export function whyNoHandover(
  connection: Connection | null,
  devices: Devices | null,
  length: 'why-not' | 'why-not-line',
): string | null {
  if (connection !== 'connected') return say(`handover.${length}.offline`)
  const printer = devices?.receiptPrinter ?? null
  if (printer !== null && (printer.state === 'ready' || printer.state === 'printing')) return null
  return say(`handover.${length}.printer`, { printer: printerSentence(devices) })
}

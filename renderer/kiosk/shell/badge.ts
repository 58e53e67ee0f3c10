import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { StringKey } from '../../ui/strings/say.ts'

/** Whether this machine can finish an item now, before anybody signs in (look.md section 5). */
export type BadgeKind = 'done-here' | 'taken-in' | 'window'

export interface Badge {
  readonly kind: BadgeKind
  /** Why it is not `done-here`. */
  readonly reason: StringKey | null
}

/** A reader that is just connecting is not a reader that is gone; the card page says so if it stays. */
const READER_FIT = new Set(['connecting', 'ready', 'reading'])
/** Recovers by itself within a visit, or works. */
const PRINTER_FIT = new Set(['connecting', 'ready', 'printing', 'head-hot'])

function isFit(need: ServiceItem['needs'][number], devices: Devices): boolean {
  switch (need) {
    case 'id-card-reader':
      return devices.idCardReader !== null && READER_FIT.has(devices.idCardReader.state)
    case 'receipt-printer':
      return devices.receiptPrinter !== null && PRINTER_FIT.has(devices.receiptPrinter.state)
    case 'document-scanner':
    case 'document-printer':
      return false
  }
}

/** Nothing while devices or connection are not known yet: no badge is better than a guessed one. */
export function badgeOf(
  item: Pick<ServiceItem, 'needs' | 'offlinePolicy'>,
  devices: Devices | null,
  connection: Connection | null,
  intake: IntakeState = 'open',
): Badge | null {
  if (devices === null || connection === null) return null
  if (intake === 'no-space') return { kind: 'window', reason: 'reason.no-space' }
  for (const need of item.needs) {
    if (!isFit(need, devices)) return { kind: 'window', reason: `reason.needs-${need}` }
  }
  const connected = connection === 'connected'
  if (item.offlinePolicy === 'C' && !connected) return { kind: 'window', reason: 'reason.needs-network' }
  if (!connected) return { kind: 'taken-in', reason: 'reason.offline' }
  if (item.offlinePolicy === 'B') return { kind: 'taken-in', reason: 'reason.result-later' }
  return { kind: 'done-here', reason: null }
}

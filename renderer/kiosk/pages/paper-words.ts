import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { StringKey } from '../../ui/strings/say.ts'
import type { PaperTrouble } from '../machine/session-types.ts'
import { isFit } from '../shell/badge.ts'

/** A scanner's many faults in the few sentences that a citizen can act on. */
const SENTENCES = {
  'feeder-empty': 'paper-trouble.no-paper',
  jam: 'paper-trouble.jam',
  misfeed: 'paper-trouble.misfeed',
  overloaded: 'paper-trouble.overloaded',
  'cover-open': 'paper-trouble.cover-open',
  busy: 'paper-trouble.busy',
  unplugged: 'paper-trouble.away',
  'no-answer': 'paper-trouble.away',
  'bad-answer': 'paper-trouble.away',
  'tray-full': 'paper-trouble.tray-full',
  'page-too-large': 'paper-trouble.page-too-large',
  'page-too-big': 'paper-trouble.page-too-large',
  'no-card': 'paper-trouble.no-card',
  'no-attachments': 'paper-trouble.no-attachments',
  'more-sheets': 'paper-trouble.more-sheets',
  lost: 'paper-trouble.lost',
} as const satisfies Partial<Record<PaperTrouble, StringKey>>

export function paperTroubleKey(trouble: PaperTrouble): StringKey {
  return trouble in SENTENCES ? SENTENCES[trouble as keyof typeof SENTENCES] : 'paper-trouble.again'
}

/** Why nothing can be scanned here now; null when it can. Devices that are not known yet are no reason. */
export function cannotScanKey(devices: Devices | null, intake: IntakeState): StringKey | null {
  if (intake !== 'open') return 'paper.no-room'
  return devices === null || isFit('document-scanner', devices) ? null : 'paper.no-scanner'
}

import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { assuranceNeeded } from '../../../sync/protocol/sign-in.ts'
import type { StringKey } from '../../ui/strings/say.ts'
import { isClosed } from './intake.ts'
import { canSignIn, NOBODY_PRESENT, type Present, signInWays } from './sign-in-ways.ts'

/** Whether this machine can finish an item now, before anybody signs in (look.md section 5). */
export type BadgeKind = 'done-here' | 'taken-in' | 'window'

export interface Badge {
  readonly kind: BadgeKind
  /** Why it is not `done-here`. */
  readonly reason: StringKey | null
}

/** A device that is just connecting is not one that is gone: its condition is no alarm yet. */
export function isFit(need: ServiceItem['needs'][number], devices: Devices): boolean {
  const condition = devices.conditions[need]
  return condition !== undefined && condition.severity !== 'alarm'
}

/**
 * A paper that may not be missing and that no pledge stands for. Whether the answers will ask for it is not known
 * before sign-in: who says 能办完 must not send people away after the last question.
 */
function hasPaperToScan({ materials = [] }: Judged): boolean {
  return materials.some(({ required, pledgeInstead }) => required && !pledgeInstead)
}

type Judged = Pick<ServiceItem, 'needs' | 'offlinePolicy' | 'materials' | 'assurance'>

/** Nothing while devices or connection are not known yet: no badge is better than a guessed one. */
export function badgeOf(
  item: Judged,
  devices: Devices | null,
  connection: Connection | null,
  intake: IntakeState = 'open',
  present: Present = NOBODY_PRESENT,
): Badge | null {
  if (devices === null || connection === null) return null
  if (isClosed(intake)) return { kind: 'window', reason: `reason.${intake}` }
  const mustScan = item.needs.includes('document-scanner') || hasPaperToScan(item)
  if (mustScan && devices.conditions['document-scanner'] === undefined)
    return { kind: 'window', reason: 'reason.no-document-scanner' }
  const ways = signInWays(item, devices, connection, present)
  for (const need of item.needs) {
    // The reader is there to sign in: another way that is enough for the item stands in for it.
    if (need === 'id-card-reader' && !ways.canRead && canSignIn(item, ways, present)) continue
    if (need === 'id-card-reader' && !ways.canRead && assuranceNeeded(item) === 'high')
      return { kind: 'window', reason: 'reason.needs-chip' }
    if (!isFit(need, devices)) return { kind: 'window', reason: `reason.needs-${need}` }
  }
  if (mustScan && !isFit('document-scanner', devices))
    return { kind: 'window', reason: 'reason.needs-document-scanner' }
  if (mustScan && intake === 'no-attachments') return { kind: 'window', reason: 'reason.no-attachments' }
  // This program prints no results, whatever devices stand there: said before sign-in, not after the last question.
  if (item.needs.includes('document-printer')) return { kind: 'window', reason: 'reason.print-at-window' }
  const connected = connection === 'connected'
  if (item.offlinePolicy === 'C' && !connected) return { kind: 'window', reason: 'reason.needs-network' }
  if (!connected) return { kind: 'taken-in', reason: 'reason.offline' }
  if (item.offlinePolicy === 'B') return { kind: 'taken-in', reason: 'reason.result-later' }
  return { kind: 'done-here', reason: null }
}

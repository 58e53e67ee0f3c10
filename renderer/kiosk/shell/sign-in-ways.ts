import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { ASSURANCE_OF, assuranceNeeded, type SignIn, type SignInWay, suffices } from '../../../sync/protocol/sign-in.ts'
import { say } from '../../ui/strings/say.ts'

/** Who is here, as far as it counts for what may be begun. */
export interface Present {
  /** How the visit's citizen signed in; null before that. */
  readonly signIn: SignIn | null
  /** Staff has joined: only she who is here can be a witness. */
  readonly isHelped: boolean
}
export const NOBODY_PRESENT: Present = { signIn: null, isHelped: false }

type WayOff = 'needs-chip' | 'no-reader' | 'reader-broken' | 'no-scanner' | 'scanner-broken' | 'offline'

/** The ways to sign in for an item, here and now; a way that is off says why. */
export interface SignInWays {
  /** Whether a resident card can be read; one that is just connecting is not broken. */
  readonly canRead: boolean
  readonly socialSecurity: WayOff | null
  readonly code: WayOff | null
  /** Staff is here, and her word is enough for the item. Whether it is needed main says. */
  readonly witness: boolean
}

type Asked = Pick<ServiceItem, 'assurance'>

export function signInWays(
  item: Asked,
  devices: Devices,
  connection: Connection | null,
  { isHelped }: Present,
): SignInWays {
  const needed = assuranceNeeded(item)
  const isEnough = (way: SignInWay) => suffices(ASSURANCE_OF[way], needed)
  const slot = devices.conditions['smart-card']
  const scanner = devices.conditions['code-scanner']
  // A card that lies the wrong way round is mended by whoever put it in.
  const isSlotBroken = slot?.severity === 'alarm' && slot.condition !== 'media-misplaced'
  const slotOff = slot === undefined ? 'no-reader' : isSlotBroken ? 'reader-broken' : null
  const scannerOff =
    scanner === undefined
      ? 'no-scanner'
      : scanner.severity === 'alarm'
        ? 'scanner-broken'
        : connection === 'connected'
          ? null
          : 'offline'
  const reader = devices.conditions['id-card-reader']
  return {
    canRead: reader !== undefined && reader.severity !== 'alarm',
    socialSecurity: isEnough('social-security-card') ? slotOff : 'needs-chip',
    code: isEnough('code') ? scannerOff : 'needs-chip',
    witness: isHelped && isEnough('witness'),
  }
}

/** Whether anybody can sign in for the item here and now, or has. */
export function canSignIn(item: Asked, ways: SignInWays, { signIn }: Present): boolean {
  if (signIn !== null && suffices(signIn.assurance, assuranceNeeded(item))) return true
  return ways.canRead || ways.socialSecurity === null || ways.code === null || ways.witness
}

/** What to use while the reader is broken, in the citizen's words; null while it is not, or when nothing else is left. */
export function otherWaysLine({ canRead, socialSecurity, code, witness }: SignInWays): string | null {
  if (canRead) return null
  const ways = [
    ...(socialSecurity === null ? [say('card.social-security')] : []),
    ...(code === null ? [say('card.code')] : []),
    ...(witness ? [say('card.witness')] : []),
  ]
  return ways.length === 0 ? null : say('item.other-ways', { ways: ways.join(say('list.and')) })
}

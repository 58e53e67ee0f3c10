import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { SmartCardEvent, SmartCardFault } from '../drivers/smart-card/states.ts'
import { socialSecurityApplicant } from '../sync/protocol/identity.ts'
import { signInBy } from '../sync/protocol/sign-in.ts'
import type { SocialSecurityTrouble } from './bridge/identity.contract.ts'
import type { CardSession } from './card-session.ts'
import type { Log } from './events.ts'

/**
 * Signing in with a social-security card: one that is put in is read once (EF05 and EF06 only, without a PIN). One that
 * stays in the slot signs nobody in again: whoever comes next has to put a card in.
 */
export interface SocialSecurityDesk {
  onReader(event: SmartCardEvent): void
}

export interface SocialSecurityDeskOptions {
  readonly host: Pick<DeviceHost, 'call'>
  readonly session: Pick<CardSession, 'admit' | 'tell' | 'visit'>
  /** Whether the catalogue has this division (checkPersonNumber). */
  readonly isOurDivision: (division: string) => boolean
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  /** Monotonic epoch milliseconds. */
  readonly nowMs: () => number
  readonly log: Log
}

export function createSocialSecurityDesk(options: SocialSecurityDeskOptions): SocialSecurityDesk {
  const { host, session, nowIso, today, nowMs, log } = options
  /** The card that lies in the slot: an answer about another one is nobody's. */
  let lying: number | undefined

  function trouble(fault: SmartCardFault): void {
    log('social-security-fault', { fault })
    session.tell({ kind: 'social-security-fault', trouble: TROUBLE_OF[fault] })
  }

  async function read(insertion: number): Promise<void> {
    const visit = session.visit()
    const foundAtMs = nowMs()
    session.tell({ kind: 'reading' })
    const result = await host.call('smart-card', 'readSocialSecurityCard', {})
    // The visit ended while it was read: it belongs to nobody who is here now.
    if (visit !== session.visit()) return
    if (!result.ok) {
      trouble(lying === insertion ? result.fault : 'lifted-early')
      return
    }
    const { fields } = result.card
    const found = socialSecurityApplicant(fields, nowIso(), today(), options.isOurDivision)
    if (!found.ok) {
      log('card-refused', { refusal: found.refusal, cardType: 'social-security' })
      session.tell({ kind: 'social-security-refused', refusal: found.refusal })
      return
    }
    const fieldsAtMs = nowMs()
    log('card-read', { cardType: 'social-security', readMs: Math.round(fieldsAtMs - foundAtMs) })
    session.admit(found.applicant, signInBy('social-security-card'), { foundAtMs, fieldsAtMs })
  }

  return {
    onReader(event) {
      if (event.event === 'card-removed') lying = undefined
      if (event.event !== 'card-inserted') return
      lying = event.insertion
      if (event.atr === null) trouble('mute')
      else void read(event.insertion)
    },
  }
}

const TROUBLE_OF: Readonly<Record<SmartCardFault, SocialSecurityTrouble>> = {
  mute: 'put-in-wrong',
  'no-card': 'lifted-early',
  'lifted-early': 'lifted-early',
  'wrong-card': 'not-this-card',
  'bank-data': 'not-this-card',
  unreadable: 'unreadable',
  'damaged-answer': 'unreadable',
  'no-answer': 'unreadable',
  'in-use': 'reader-broken',
  'no-reader': 'reader-broken',
  'no-service': 'reader-broken',
  'bad-command': 'reader-broken',
  stopped: 'reader-broken',
}

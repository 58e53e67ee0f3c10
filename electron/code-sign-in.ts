import type { HubClient } from '../sync/hub-client/hub-client.ts'
import { namedApplicant } from '../sync/protocol/identity.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { signInBy } from '../sync/protocol/sign-in.ts'
import type { CodeSignIn, CodeSignInRefusal } from './bridge/identity.contract.ts'
import type { CardSession } from './card-session.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'
import type { TryLimit, TryRation } from './try-ration.ts'

/** A phone makes a new code every minute or so; more than this is a machine that guesses. */
export const CODE_LIMITS: readonly TryLimit[] = [
  { tries: 6, withinMs: 60_000 },
  { tries: 60, withinMs: 60 * 60_000 },
]

/**
 * Signing in with a code off the phone. Online only: the code is forwarded to the hub once and kept nowhere, and the
 * person whose it is comes back sealed to this one question.
 */
export interface CodeSignInDesk {
  redeem(text: string): Promise<CodeSignIn>
}

export interface CodeSignInOptions {
  readonly terminalId: string
  readonly hub: Pick<HubClient, 'redeemCode'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet'>
  readonly session: Pick<CardSession, 'admit' | 'applicant' | 'visit'>
  readonly connection: () => Connection
  readonly tries: TryRation
  /** Whether the catalogue has this division (checkPersonNumber). */
  readonly isOurDivision: (division: string) => boolean
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  /** Monotonic epoch milliseconds. */
  readonly nowMs: () => number
  readonly log: Log
}

export function createCodeSignIn(options: CodeSignInOptions): CodeSignInDesk {
  const { terminalId, hub, trust, session, nowIso, today, nowMs, log } = options

  function refuse(why: CodeSignInRefusal): CodeSignIn {
    log('code-sign-in-refused', { why })
    return { outcome: 'refused', why }
  }

  return {
    async redeem(text) {
      if (session.applicant() !== undefined) return refuse('already-signed-in')
      const keySet = trust.keySet()
      if (options.connection() !== 'connected' || keySet === undefined) return refuse('offline')
      if (options.tries() > 0) return refuse('too-many-tries')
      const visit = session.visit()
      const foundAtMs = nowMs()
      const answer = await hub.redeemCode({ terminalId, code: text }, trust.deviceKey, keySet)
      if (answer.outcome === 'code-refused') return refuse(answer.why)
      if (answer.outcome !== 'redeemed') return refuse('no-answer')
      const found = namedApplicant(answer.person, 'code', nowIso(), today(), options.isOurDivision)
      if (!found.ok) return refuse('unusable')
      // The visit ended meanwhile, or a card was put down: whoever is here now is not to be somebody else.
      if (visit !== session.visit() || session.applicant() !== undefined) return refuse('already-signed-in')
      const fieldsAtMs = nowMs()
      log('code-signed-in', { askMs: Math.round(fieldsAtMs - foundAtMs) })
      session.admit(found.applicant, signInBy('code'), { foundAtMs, fieldsAtMs })
      return { outcome: 'signed-in' }
    },
  }
}

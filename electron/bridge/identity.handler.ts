import { implement } from '@orpc/server'
import type { CardSession } from '../card-session.ts'
import { follow } from '../cell.ts'
import type { CodeSignInDesk } from '../code-sign-in.ts'
import type { WitnessDesk } from '../witness-desk.ts'
import { identity } from './identity.contract.ts'

export interface IdentityParts {
  readonly session: Pick<CardSession, 'card'>
  readonly codes: CodeSignInDesk
  readonly witnesses: WitnessDesk
}

/** The page forwards and asks; who signed in, and what that is worth, main says by itself. */
export function identityHandlers({ session, codes, witnesses }: IdentityParts) {
  const os = implement(identity)
  return os.router({
    watchCard: os.watchCard.handler(({ signal }) => follow(session.card, signal)),
    code: os.code.handler(({ input }) => codes.redeem(input.text)),
    mayWitness: os.mayWitness.handler(() => ({ why: witnesses.refusal() ?? null })),
    witness: os.witness.handler(({ input: { name, idNumber } }) => witnesses.vouch({ name, idNumber })),
  })
}

import type { z } from 'zod'
import type { KeySet } from '../protocol/keys.ts'
import { PingAnswerSchema } from '../protocol/receipt.ts'
import { joseSuite } from './jose-suite.ts'
import type { JwsFault } from './jws.ts'
import { verifyHubJws } from './key-set.ts'
import type { SigningKey, Suite } from './suite.ts'

const TYP = 'bm-ping+jws'

export type PingAnswer = z.infer<typeof PingAnswerSchema>
export type PingResult =
  | { readonly ok: true; readonly answer: PingAnswer }
  | { readonly ok: false; readonly fault: JwsFault | 'wrong-nonce'; readonly detail: string }

export function signPing(answer: PingAnswer, key: SigningKey): Promise<string> {
  return key.sign(PingAnswerSchema.parse(answer), TYP)
}

/** Checks that the hub itself answered this very ping: an old answer has another nonce. */
export async function verifyPing(
  jws: string,
  nonce: string,
  keySet: KeySet,
  suite: Suite = joseSuite,
): Promise<PingResult> {
  const verified = await verifyHubJws(jws, keySet, 'ping', TYP, PingAnswerSchema, (answer) => answer.at, suite)
  if (!verified.ok) return verified
  if (verified.payload.nonce !== nonce) return { ok: false, fault: 'wrong-nonce', detail: 'answer to another ping' }
  return { ok: true, answer: verified.payload }
}

import { z } from 'zod'
import type { Ed25519Jwk } from '../protocol/keys.ts'
import { compactParts, firstIssue, jsonOrUndefined, jsonPart } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import type { Suite } from './suite.ts'

export type JwsFault = 'malformed' | 'key-unknown' | 'bad-signature' | 'bad-content'
export type JwsResult<T> =
  | { readonly ok: true; readonly payload: T; readonly kid: string }
  | { readonly ok: false; readonly fault: JwsFault; readonly detail: string }

/** `crit` is refused: it names header fields that we would have to understand. */
export const JwsHeaderSchema = z.looseObject({
  alg: z.literal('EdDSA'),
  typ: z.string(),
  kid: z.string().min(1),
  crit: z.never().optional(),
})

/**
 * Checks a compact JWS: shape, alg EdDSA, typ, a key that `jwkOfKid` knows, signature, content, in this order.
 * `detail` is for the log: no content.
 */
export async function verifyJws<T extends z.ZodType>(
  jws: string,
  jwkOfKid: (kid: string) => Ed25519Jwk | undefined,
  typ: string,
  schema: T,
  suite: Suite = joseSuite,
): Promise<JwsResult<z.infer<T>>> {
  const header = jsonPart(compactParts(jws, 3)?.[0], JwsHeaderSchema)
  if (header === undefined) return { ok: false, fault: 'malformed', detail: 'no compact EdDSA JWS with typ and kid' }
  if (header.typ !== typ) return { ok: false, fault: 'malformed', detail: `typ is not ${typ}` }
  const jwk = jwkOfKid(header.kid)
  if (jwk === undefined) return { ok: false, fault: 'key-unknown', detail: `kid ${header.kid.slice(0, 80)}` }
  const text = await suite.verifiedText(jws, jwk)
  if (text === undefined) return { ok: false, fault: 'bad-signature', detail: `kid ${header.kid.slice(0, 80)}` }
  const parsed = schema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  return { ok: true, payload: parsed.data, kid: header.kid }
}

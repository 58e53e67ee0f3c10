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

export type JwsHeader = z.infer<typeof JwsHeaderSchema>

/** A signer writes the same header again and again: the texts of so many are remembered. */
const MAX_HEADERS = 1000
const headers = new Map<string, JwsHeader>()

/** The header that a JWS begins with; undefined when it is none of ours. The part must be canonical (compactParts). */
export function jwsHeader(part: string | undefined): JwsHeader | undefined {
  if (part === undefined) return undefined
  const known = headers.get(part)
  if (known !== undefined) return known
  const header = jsonPart(part, JwsHeaderSchema)
  if (header === undefined) return undefined
  if (headers.size === MAX_HEADERS) headers.clear()
  headers.set(part, header)
  return header
}

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
  const header = jwsHeader(compactParts(jws, 3)?.[0])
  if (header === undefined) return { ok: false, fault: 'malformed', detail: 'no compact EdDSA JWS with typ and kid' }
  return verifySigned(jws, header, jwkOfKid(header.kid), typ, schema, suite)
}

/** The rest of verifyJws, for a JWS whose shape and header were read already. */
export async function verifySigned<T extends z.ZodType>(
  jws: string,
  { kid, typ: claimedTyp }: JwsHeader,
  jwk: Ed25519Jwk | undefined,
  typ: string,
  schema: T,
  suite: Suite,
): Promise<JwsResult<z.infer<T>>> {
  if (claimedTyp !== typ) return { ok: false, fault: 'malformed', detail: `typ is not ${typ}` }
  if (jwk === undefined) return { ok: false, fault: 'key-unknown', detail: `kid ${kid.slice(0, 80)}` }
  const text = await suite.verifiedText(jws, jwk)
  if (text === undefined) return { ok: false, fault: 'bad-signature', detail: `kid ${kid.slice(0, 80)}` }
  const parsed = schema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  return { ok: true, payload: parsed.data, kid }
}

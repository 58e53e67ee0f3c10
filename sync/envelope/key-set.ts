import type { z } from 'zod'
import { type Ed25519Jwk, Ed25519JwkSchema, type HubKey, type KeySet, KeySetSchema } from '../protocol/keys.ts'
import { compactParts, jsonPart } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import { JwsHeaderSchema, verifyJws } from './jws.ts'
import type { SigningKey, Suite } from './suite.ts'

const TYP = 'bm-key-set+jws'
const RootHeaderSchema = JwsHeaderSchema.extend({ jwk: Ed25519JwkSchema })

export type KeyUse = HubKey['use']
export type KeyOf<U extends KeyUse> = Extract<HubKey, { use: U }>

export type KeySetResult =
  | { readonly ok: true; readonly keySet: KeySet }
  | {
      readonly ok: false
      readonly fault: 'malformed' | 'foreign-root' | 'bad-signature' | 'bad-content'
      readonly detail: string
    }

/** SHA-256 of a root key's 32 raw bytes, as a provisioning file names it. */
export function rootKeySha256(jwk: Ed25519Jwk, suite: Suite = joseSuite): string {
  return suite.sha256Hex(Buffer.from(jwk.x, 'base64url'))
}

/** The key set as the hub hands it out: signed by the offline root, whose public key rides in the header. */
export function signKeySet(keySet: KeySet, root: SigningKey): Promise<string> {
  return root.sign(KeySetSchema.parse(keySet), TYP, { jwk: root.jwk })
}

/** Checks a key set against the one root that this terminal trusts. Comparing versions is the caller's: isNewer. */
export async function verifyKeySet(
  jws: string,
  trustedRootSha256: string,
  suite: Suite = joseSuite,
): Promise<KeySetResult> {
  const header = jsonPart(compactParts(jws, 3)?.[0], RootHeaderSchema)
  if (header === undefined) return { ok: false, fault: 'malformed', detail: 'no JWS with a root key in its header' }
  const root = rootKeySha256(header.jwk, suite)
  if (root !== trustedRootSha256) return { ok: false, fault: 'foreign-root', detail: `root ${root}` }
  const verified = await verifyJws(jws, () => header.jwk, TYP, KeySetSchema, suite)
  if (verified.ok) return { ok: true, keySet: verified.payload }
  const fault = verified.fault === 'key-unknown' ? 'malformed' : verified.fault
  return { ok: false, fault, detail: verified.detail }
}

/** Terminals keep the highest version that they have seen and refuse lower ones (design.md section 4, step 0). */
export function isNewer(offered: KeySet, held: KeySet | undefined): boolean {
  return held === undefined || offered.version > held.version
}

/** The newest key of a use that is valid at `nowIso`: the one whose validity began last. */
export function keyFor<U extends KeyUse>(keySet: KeySet, use: U, nowIso: string): KeyOf<U> | undefined {
  let newest: KeyOf<U> | undefined
  for (const key of keySet.keys) {
    if (!isOfUse(key, use) || !isValidAt(key, nowIso)) continue
    if (newest === undefined || key.from > newest.from) newest = key
  }
  return newest
}

/** The public key of an id and use; with `atIso` only when it was valid then. Ids count per use. */
export function jwkOfKid<U extends KeyUse>(
  keySet: KeySet,
  use: U,
  kid: string,
  atIso?: string,
): KeyOf<U>['jwk'] | undefined {
  const found = keySet.keys.find(
    (key) => isOfUse(key, use) && key.kid === kid && (atIso === undefined || isValidAt(key, atIso)),
  )
  return found?.jwk as KeyOf<U>['jwk'] | undefined
}

/**
 * Checks a JWS of the hub: signed by a key of this use that was valid at the moment which the content names.
 * `momentOf` says which field that is.
 */
export async function verifyHubJws<T extends z.ZodType>(
  jws: string,
  keySet: KeySet,
  use: Exclude<KeyUse, 'seal'>,
  typ: string,
  schema: T,
  momentOf: (payload: z.infer<T>) => string,
  suite: Suite = joseSuite,
): ReturnType<typeof verifyJws<T>> {
  const verified = await verifyJws(jws, (kid) => jwkOfKid(keySet, use, kid), typ, schema, suite)
  if (!verified.ok || jwkOfKid(keySet, use, verified.kid, momentOf(verified.payload)) !== undefined) return verified
  return { ok: false, fault: 'key-unknown', detail: `kid ${verified.kid.slice(0, 80)} was not valid at that moment` }
}

function isOfUse<U extends KeyUse>(key: HubKey, use: U): key is KeyOf<U> {
  return key.use === use
}

/** Instants are written one way (InstantSchema), so texts compare like times. */
function isValidAt(key: HubKey, instant: string): boolean {
  return key.from <= instant && instant < key.to
}

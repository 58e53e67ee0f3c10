import { verifyClaim } from '../envelope/enrolment.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import type { Suite } from '../envelope/suite.ts'
import { type Provisioning, ProvisioningSchema } from '../protocol/keys.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'

/** 192 bits: nobody guesses it, and it still fits on a label as 32 characters. */
const CODE_BYTES = 24

export type EnrolResult =
  | { readonly ok: true; readonly terminalId: string; readonly deviceKid: string }
  | { readonly ok: false; readonly fault: 'bad-claim'; readonly why: string }
  | { readonly ok: false; readonly fault: 'code-used-or-unknown' }

/** A fresh one-time code for a terminal. The store keeps only its hash. */
export async function issueCode(
  store: HubStore,
  terminalId: string,
  sources: HubSources,
  suite: Suite = joseSuite,
): Promise<string> {
  const code = Buffer.from(sources.randomBytes(CODE_BYTES)).toString('base64url')
  const issued = { codeSha256: suite.sha256Hex(code), terminalId, at: instant(sources) }
  await store.transaction((tx) => tx.issueCode(issued))
  return code
}

/** Issues a code and writes the provisioning file of a terminal through `writeNewFile`, which must refuse to overwrite. */
export async function provision(
  store: HubStore,
  wanted: Omit<Provisioning, 'enrolmentCode'> & { readonly path: string },
  sources: HubSources,
  writeNewFile: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const { path, ...rest } = wanted
  // Checked before a code is spent on it: an http:// address of another machine is refused here.
  ProvisioningSchema.omit({ enrolmentCode: true }).parse(rest)
  const enrolmentCode = await issueCode(store, rest.terminalId, sources)
  const file = ProvisioningSchema.parse({ ...rest, enrolmentCode })
  await writeNewFile(path, `${JSON.stringify(file, null, 2)}\n`)
}

/**
 * Registers a device key. A code is good for one key; asking again with the same code and key succeeds, because the
 * first answer may have been lost. Older keys of the terminal stay good until they are revoked: what they signed may
 * still be on its way.
 */
export async function enrol(
  store: HubStore,
  asked: { readonly terminalId: string; readonly claim: string },
  sources: HubSources,
  suite: Suite = joseSuite,
): Promise<EnrolResult> {
  const verified = await verifyClaim(asked.claim, suite)
  if (!verified.ok) return { ok: false, fault: 'bad-claim', why: `${verified.fault}: ${verified.detail}` }
  const { claim, kid } = verified
  const { terminalId } = asked
  if (claim.terminalId !== terminalId) {
    return { ok: false, fault: 'bad-claim', why: 'the path names another terminal than the claim' }
  }
  const codeSha256 = suite.sha256Hex(claim.code)
  return store.transaction(async (tx): Promise<EnrolResult> => {
    const code = await tx.enrolmentCode(codeSha256, terminalId)
    if (code === undefined) return { ok: false, fault: 'code-used-or-unknown' }
    if (code.usedByKid !== null) {
      return code.usedByKid === kid
        ? { ok: true, terminalId, deviceKid: kid }
        : { ok: false, fault: 'code-used-or-unknown' }
    }
    await tx.enrolDevice({ terminalId, kid, jwk: claim.jwk, codeSha256, at: instant(sources) })
    return { ok: true, terminalId, deviceKid: kid }
  })
}

/** Takes all keys of a terminal out of use and its unspent codes with them; says how many keys that were. */
export function revokeTerminal(store: HubStore, terminalId: string, sources: HubSources): Promise<number> {
  return store.transaction((tx) => tx.revokeTerminal(terminalId, instant(sources)))
}

import { sql } from 'kysely'
import { verifyClaim } from '../envelope/enrolment.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { type Provisioning, ProvisioningSchema } from '../protocol/keys.ts'
import type { HubDatabase } from './database.ts'
import { writeNewFile } from './root-key.ts'
import { type HubSources, instant } from './sources.ts'

/** 192 bits: nobody guesses it, and it still fits on a label as 32 characters. */
const CODE_BYTES = 24

export type EnrolResult =
  | { readonly ok: true; readonly terminalId: string; readonly deviceKid: string }
  | { readonly ok: false; readonly fault: 'bad-claim'; readonly why: string }
  | { readonly ok: false; readonly fault: 'code-used-or-unknown' }

/** A fresh one-time code for a terminal. The database keeps only its hash. */
export async function issueCode(db: HubDatabase, terminalId: string, sources: HubSources): Promise<string> {
  const code = Buffer.from(sources.randomBytes(CODE_BYTES)).toString('base64url')
  await db
    .insertInto('enrolment_codes')
    .values({
      code_sha256: sha256Hex(code),
      terminal_id: terminalId,
      issued_at: instant(sources),
      used_at: null,
      used_by_kid: null,
    })
    .execute()
  return code
}

/** Issues a code and writes the provisioning file of a terminal. The file must not exist yet. */
export async function provision(
  db: HubDatabase,
  wanted: Omit<Provisioning, 'enrolmentCode'> & { readonly path: string },
  sources: HubSources,
): Promise<void> {
  const { path, ...rest } = wanted
  // Checked before a code is spent on it: an http:// address of another machine is refused here.
  ProvisioningSchema.omit({ enrolmentCode: true }).parse(rest)
  const enrolmentCode = await issueCode(db, rest.terminalId, sources)
  const file = ProvisioningSchema.parse({ ...rest, enrolmentCode })
  await writeNewFile(path, `${JSON.stringify(file, null, 2)}\n`)
}

/**
 * Registers a device key. A code is good for one key; asking again with the same code and key succeeds, because the
 * first answer may have been lost. Older keys of the terminal stay good until they are revoked: what they signed may
 * still be on its way.
 */
export async function enrol(
  db: HubDatabase,
  asked: { readonly terminalId: string; readonly claim: string },
  sources: HubSources,
): Promise<EnrolResult> {
  const verified = await verifyClaim(asked.claim)
  if (!verified.ok) return { ok: false, fault: 'bad-claim', why: `${verified.fault}: ${verified.detail}` }
  const { claim, kid } = verified
  const { terminalId } = asked
  if (claim.terminalId !== terminalId) {
    return { ok: false, fault: 'bad-claim', why: 'the path names another terminal than the claim' }
  }
  return db.transaction().execute(async (trx): Promise<EnrolResult> => {
    const code = await trx
      .selectFrom('enrolment_codes')
      .select(['used_at', 'used_by_kid'])
      .where('code_sha256', '=', sha256Hex(claim.code))
      .where('terminal_id', '=', terminalId)
      .forUpdate()
      .executeTakeFirst()
    if (code === undefined) return { ok: false, fault: 'code-used-or-unknown' }
    if (code.used_at !== null) {
      return code.used_by_kid === kid
        ? { ok: true, terminalId, deviceKid: kid }
        : { ok: false, fault: 'code-used-or-unknown' }
    }
    const at = instant(sources)
    await trx
      .updateTable('enrolment_codes')
      .set({ used_at: at, used_by_kid: kid })
      .where('code_sha256', '=', sha256Hex(claim.code))
      .execute()
    // A key that was revoked stays revoked: a new code needs a new key.
    await trx
      .insertInto('terminals')
      .values({
        terminal_id: terminalId,
        kid,
        device_jwk: JSON.stringify(claim.jwk),
        enrolled_at: at,
        revoked_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return { ok: true, terminalId, deviceKid: kid }
  })
}

/** Takes all keys of a terminal out of use and its unspent codes with them; says how many keys that were. */
export async function revokeTerminal(db: HubDatabase, terminalId: string, sources: HubSources): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await trx.deleteFrom('enrolment_codes').where('terminal_id', '=', terminalId).where('used_at', 'is', null).execute()
    const revoked = await trx
      .updateTable('terminals')
      .set({ revoked_at: instant(sources) })
      .where('terminal_id', '=', terminalId)
      .where('revoked_at', 'is', null)
      .returning(sql<number>`1`.as('one'))
      .execute()
    return revoked.length
  })
}

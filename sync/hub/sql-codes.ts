import type { Kysely } from 'kysely'
import type { SpentCode } from './code-store.ts'
import type { HubTables } from './tables.ts'

/** The unique key decides which of two at once was first. */
export async function spendCode(db: Kysely<HubTables>, { mark, endsAt, now }: SpentCode): Promise<boolean> {
  await db.deleteFrom('used_codes').where('ends_at', '<=', now).execute()
  const spent = await db
    .insertInto('used_codes')
    .values({ mark, ends_at: endsAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('mark')
    .executeTakeFirst()
  return spent !== undefined
}

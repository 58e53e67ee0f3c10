import type { Kysely } from 'kysely'
import type { AgentDay, AgentPlace } from './store.ts'
import type { HubTables } from './tables.ts'

/** The key of a day: the first who asks makes it. What is older than `forgetBefore` goes. */
export async function agentDayKey(db: Kysely<HubTables>, { day, fresh, forgetBefore }: AgentDay): Promise<string> {
  await db.deleteFrom('agent_places').where('day', '<', forgetBefore).execute()
  await db.deleteFrom('agent_days').where('day', '<', forgetBefore).execute()
  await db
    .insertInto('agent_days')
    .values({ day, key: fresh })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db.selectFrom('agent_days').select('key').where('day', '=', day).executeTakeFirst()
  return row?.key ?? fresh
}

/** Places are numbered, and a number is given once: two openers at the same time cannot give more than there are. */
export async function takeAgentPlace(db: Kysely<HubTables>, place: AgentPlace): Promise<boolean> {
  const { day, agent, submissionId, limit } = place
  for (;;) {
    const taken = await db
      .selectFrom('agent_places')
      .select(['place', 'submission_id'])
      .where('day', '=', day)
      .where('agent', '=', agent)
      .execute()
    if (taken.some((row) => row.submission_id === submissionId)) return true
    if (taken.length >= limit) return false
    const mine = await db
      .insertInto('agent_places')
      .values({ day, agent, place: taken.length + 1, submission_id: submissionId })
      .onConflict((conflict) => conflict.doNothing())
      .returning('place')
      .executeTakeFirst()
    if (mine !== undefined) return true
  }
}

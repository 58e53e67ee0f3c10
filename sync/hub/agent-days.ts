import { createHmac } from 'node:crypto'
import { AGENT_DAY_LIMIT } from '../protocol/proxy.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { chinaDate, type HubSources } from './sources.ts'
import type { HubStore } from './store.ts'

/**
 * How many submissions an agent handed in for others on one day, over all terminals: the hub decides what a terminal can
 * only guess. It counts by the day on which the terminal took it in, in the order in which cases are opened. Who the
 * agent is stays in the envelope: the table holds an HMAC under a random key of that day.
 */

const KEY_BYTES = 32
/** Terminals may be without network for weeks; after this a day's key and counts go (domain.md section 2.5). */
const KEEP_DAYS = 180
const DAY_MS = 86_400_000

export type AgentStore = Pick<HubStore, 'agentDayKey' | 'takeAgentPlace'>

/** Whether this submission is one of the agent's first five of its day; the same submission again is answered the same. */
export async function isWithinAgentLimit(
  { proxy, acceptedAt, submissionId }: Pick<ApplicationPayload, 'proxy' | 'acceptedAt' | 'submissionId'>,
  store: AgentStore,
  sources: HubSources,
): Promise<boolean> {
  if (proxy === undefined) return true
  const day = chinaDate(acceptedAt)
  const oldest = chinaDate(new Date(sources.now() - KEEP_DAYS * DAY_MS).toISOString())
  // One that waited longer than that is still counted with its like.
  const forgetBefore = day < oldest ? day : oldest
  const fresh = Buffer.from(sources.randomBytes(KEY_BYTES)).toString('base64url')
  const key = await store.agentDayKey({ day, fresh, forgetBefore })
  const agent = createHmac('sha256', Buffer.from(key, 'base64url')).update(proxy.agent.idNumber).digest('hex')
  return store.takeAgentPlace({ day, agent, submissionId, limit: AGENT_DAY_LIMIT })
}

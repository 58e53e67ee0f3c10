import { createHmac } from 'node:crypto'
import type { PersonWrites } from './person-store.ts'
import type { HubSources } from './sources.ts'

const KEY_BYTES = 32

/**
 * A person as this hub's tables know her: HMAC-SHA-256 of her number under a random key that only this hub has. The
 * table of cases alone names nobody; who asks with her card finds hers.
 */
export async function personMark(
  idNumber: string,
  store: Pick<PersonWrites, 'personKey'>,
  sources: Pick<HubSources, 'randomBytes'>,
): Promise<string> {
  const key = await store.personKey(Buffer.from(sources.randomBytes(KEY_BYTES)).toString('base64url'))
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(idNumber).digest('hex')
}

import { implement, ORPCError } from '@orpc/server'
import { signPing } from '../envelope/ping.ts'
import { hubContract } from '../protocol/hub-api.ts'
import { type HubDatabase, isDatabaseAway } from './database.ts'
import { enrol } from './enrolment.ts'
import type { HubSigningKeys } from './hub-keys.ts'
import { makeIngest, storedReceipt } from './ingest.ts'
import { newestCatalogue } from './packages.ts'
import { type HubSources, instant } from './sources.ts'

/** Above this many at once the hub says "busy": they would only queue for the sequence lock. */
const MAX_INGESTS_AT_ONCE = 200
/** Long enough for a backlog of that size to pass, short enough for a person who waits. */
const BUSY_RETRY_MS = 2_000
/** A database that restarts needs longer. */
const DATABASE_RETRY_MS = 10_000

export interface RouterParts {
  readonly db: HubDatabase
  readonly signingKeys: HubSigningKeys
  /** Compact JWS over KeySet. */
  readonly keySetJws: string
  readonly sources: HubSources
  /** Called after a submission was taken in for the first time. */
  readonly onArrival: (arrival: { readonly submissionId: string; readonly hubSequence: number }) => void
  readonly maxIngestsAtOnce?: number
}

/** The contract of protocol/hub-api.ts, implemented. */
export function makeRouter(parts: RouterParts) {
  const { db, signingKeys, sources } = parts
  const ingest = makeIngest({ db, receiptKey: signingKeys.receipt, sources })
  const maxAtOnce = parts.maxIngestsAtOnce ?? MAX_INGESTS_AT_ONCE
  let ingestsNow = 0
  const os = implement(hubContract).use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      throw new ORPCError('BUSY', { status: 503, data: { retryAfterMs: DATABASE_RETRY_MS }, cause: error })
    }
  })
  return os.router({
    putSubmission: os.putSubmission.handler(async ({ input, errors }) => {
      if (ingestsNow >= maxAtOnce) throw errors.BUSY({ data: { retryAfterMs: BUSY_RETRY_MS } })
      ingestsNow++
      try {
        const result = await ingest(input)
        if (result.ok) {
          const { receipt, hubSequence } = result
          if (result.isNew) parts.onArrival({ submissionId: input.submissionId, hubSequence })
          return { receipt }
        }
        switch (result.fault) {
          case 'bad-envelope':
            throw errors.BAD_ENVELOPE({ data: { why: result.why } })
          case 'key-unknown':
            throw errors.KEY_UNKNOWN({ data: { why: result.why } })
          case 'upgrade-needed':
            throw errors.UPGRADE_NEEDED({ data: { why: result.why } })
          case 'too-large':
            throw errors.TOO_LARGE({ data: { maxBytes: result.maxBytes } })
          case 'hash-conflict':
            throw errors.HASH_CONFLICT({ data: { held: result.held } })
        }
      } finally {
        ingestsNow--
      }
    }),
    getReceipt: os.getReceipt.handler(async ({ input, errors }) => {
      const held = await storedReceipt(db, input.submissionId)
      if (held === undefined) throw errors.NOT_HELD()
      return { receipt: held.receipt }
    }),
    getKeySet: os.getKeySet.handler(() => ({ keySet: parts.keySetJws })),
    getCatalogue: os.getCatalogue.handler(async ({ input }) => {
      const newest = await newestCatalogue(db)
      if (newest === undefined) throw new Error('this hub has published no catalogue')
      if (input.haveVersion === newest.version && input.haveEpoch === newest.epoch) return { changed: false as const }
      return { changed: true as const, manifest: newest.manifest, content: newest.content }
    }),
    enrol: os.enrol.handler(async ({ input, errors }) => {
      const result = await enrol(db, input, sources)
      if (result.ok) return { terminalId: result.terminalId, deviceKid: result.deviceKid }
      if (result.fault === 'bad-claim') throw errors.BAD_CLAIM({ data: { why: result.why } })
      throw errors.CODE_USED_OR_UNKNOWN()
    }),
    ping: os.ping.handler(async ({ input }) => {
      const { epoch } = await db.selectFrom('hub').select('epoch').executeTakeFirstOrThrow()
      const at = instant(sources)
      return {
        answer: await signPing({ kind: 'ping', nonce: input.nonce, at, hubEpoch: epoch }, signingKeys.ping),
      }
    }),
  })
}

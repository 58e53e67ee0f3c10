import { implement, ORPCError } from '@orpc/server'
import { signPing } from '../envelope/ping.ts'
import { hubContract } from '../protocol/hub-api.ts'
import { batchFault, batchResults } from './batch-answer.ts'
import { answerCasePull } from './case-pull.ts'
import { MAX_OPEN_OFFER_BYTES, takeChunk, takeOffer } from './chunks.ts'
import { answerCodeIdentity } from './code-identity.ts'
import { answerContact, type ContactParts, type SignedAnswer } from './contact.ts'
import { makeDeviceKeys } from './device-keys.ts'
import { enrol } from './enrolment.ts'
import { answerHandoverEnd, answerHandoverPut, answerHandoverTake } from './handovers.ts'
import { type IngestResult, makeIngest } from './ingest.ts'
import { answerReconcile } from './reconcile.ts'
import type { HubRouterParts } from './router-parts.ts'
import { instant } from './sources.ts'
import { answerStaffPull } from './staff-pull.ts'

/** Above this many at once the hub says "busy": they would only queue for their turn. */
const MAX_INGESTS_AT_ONCE = 200
/** Each holds a mebibyte. */
const MAX_CHUNKS_AT_ONCE = 32
/** Long enough for a backlog of that size to pass, short enough for a person who waits. */
const BUSY_RETRY_MS = 2_000
/** A database that restarts needs longer. */
const AWAY_RETRY_MS = 10_000

/** The contract of protocol/hub-api.ts, implemented over a store. */
export function makeHubRouter(parts: HubRouterParts) {
  const { store, keys, sources, suite } = parts
  const deviceKeys = makeDeviceKeys(store)
  const ingest = makeIngest(parts)
  const device: ContactParts = { ...parts, deviceKeys }
  const ingests = atMost(parts.maxIngestsAtOnce ?? MAX_INGESTS_AT_ONCE)
  const chunks = atMost(MAX_CHUNKS_AT_ONCE)
  const maxOpenOfferBytes = parts.maxOpenOfferBytes ?? MAX_OPEN_OFFER_BYTES
  const arrived = (submissionId: string, result: IngestResult) => {
    if (result.ok && result.isNew) parts.onArrival({ submissionId, hubSequence: result.hubSequence })
  }
  const os = implement(hubContract).use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      if (parts.isAway?.(error) !== true) throw error
      throw new ORPCError('BUSY', { status: 503, data: { retryAfterMs: AWAY_RETRY_MS }, cause: error })
    }
  })
  return os.router({
    putSubmission: os.putSubmission.handler(async ({ input, errors }) => {
      const result = await ingests.run(() => ingest.single(input))
      if (result === undefined) throw errors.BUSY({ data: { retryAfterMs: BUSY_RETRY_MS } })
      arrived(input.submissionId, result)
      if (result.ok) return { receipt: result.receipt, hub: await store.stand() }
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
        case 'chunks-missing':
          throw errors.CHUNKS_MISSING({ data: { missing: [...result.missing] } })
      }
    }),
    putBatch: os.putBatch.handler(async ({ input, errors }) => {
      const { submissions } = input
      const why = batchFault(submissions)
      if (why !== undefined) throw errors.BAD_BATCH({ data: { why } })
      const result = await ingests.run(() => ingest.batch(submissions))
      if (result === undefined) throw errors.BUSY({ data: { retryAfterMs: BUSY_RETRY_MS } })
      if (!result.ok) throw errors.BAD_BATCH({ data: { why: result.why } })
      submissions.forEach(({ submissionId }, index) => {
        const each = result.results[index]
        if (each !== undefined) arrived(submissionId, each)
      })
      return { receipt: result.receipt, results: batchResults(submissions, result.results), hub: await store.stand() }
    }),
    offerChunks: os.offerChunks.handler(async ({ input, errors }) => {
      const result = await takeOffer(device, input.claim, maxOpenOfferBytes)
      if (result.ok) return { missing: [...result.missing] }
      if (result.fault === 'too-much-open') {
        // Of this terminal and this submission alone: a 503 would stop all others, a 400 or 401 would put it aside for good.
        throw new ORPCError('TOO_MUCH_OPEN', { status: 409 })
      }
      throw errors[result.fault === 'bad-claim' ? 'BAD_CLAIM' : 'KEY_UNKNOWN']({ data: { why: result.why } })
    }),
    putChunk: os.putChunk.handler(async ({ input, errors }) => {
      const take = async () => takeChunk(device, input.sha256, new Uint8Array(await input.chunk.arrayBuffer()))
      const result = await chunks.run(take)
      if (result === undefined) throw errors.BUSY({ data: { retryAfterMs: BUSY_RETRY_MS } })
      if (result.ok) return { stored: true as const }
      throw result.fault === 'damaged' ? errors.DAMAGED() : errors.NOT_OFFERED()
    }),
    getReceipt: os.getReceipt.handler(async ({ input, errors }) => {
      const held = (await store.held([input.submissionId])).get(input.submissionId)
      if (held === undefined) throw errors.NOT_HELD()
      return { receipt: held.receipt, hub: await store.stand() }
    }),
    contact: os.contact.handler(async ({ input, errors }) =>
      answered(await answerContact(device, input.claim, input.proof), errors),
    ),
    reconcile: os.reconcile.handler(async ({ input, errors }) =>
      answered(await answerReconcile(device, input.claim), errors),
    ),
    pullCases: os.pullCases.handler(async ({ input, errors }) =>
      answered(await answerCasePull(device, input.claim), errors),
    ),
    pullStaffList: os.pullStaffList.handler(async ({ input, errors }) => {
      const result = await answerStaffPull(device, input.claim)
      if (result.ok) return { manifest: result.manifest, content: result.content }
      if (result.fault === 'not-published') throw errors.NOT_PUBLISHED()
      throw errors[result.fault === 'bad-claim' ? 'BAD_CLAIM' : 'KEY_UNKNOWN']({ data: { why: result.why } })
    }),
    putHandover: os.putHandover.handler(async ({ input, errors }) =>
      answered(await answerHandoverPut(device, input.claim), errors),
    ),
    takeHandover: os.takeHandover.handler(async ({ input, errors }) =>
      answered(await answerHandoverTake(device, input.claim), errors),
    ),
    endHandover: os.endHandover.handler(async ({ input, errors }) =>
      answered(await answerHandoverEnd(device, input.claim), errors),
    ),
    redeemCode: os.redeemCode.handler(async ({ input, errors }) =>
      answered(await answerCodeIdentity(device, parts.codeIdentity, input.claim), errors),
    ),
    askPerson: os.askPerson.handler(async ({ input, errors }) => {
      if (parts.personDesk === undefined) throw errors.NOT_SERVED()
      const result = await parts.personDesk(input.claim, deviceKeys)
      if (result.ok) return { answer: result.answer }
      if (result.fault === 'too-many') throw errors.TOO_MANY({ data: { retryAfterMs: result.retryAfterMs } })
      throw errors[result.fault === 'bad-claim' ? 'BAD_CLAIM' : 'KEY_UNKNOWN']({ data: { why: result.why } })
    }),
    getKeySet: os.getKeySet.handler(async () => {
      await keys.refresh()
      return { keySet: keys.current().jws }
    }),
    getPackage: os.getPackage.handler(async ({ input, errors }) => {
      const newest = await store.newestPackage(input.kind)
      if (newest === undefined) throw errors.NOT_PUBLISHED()
      if (input.haveVersion === newest.version && input.haveEpoch === newest.epoch) return { changed: false as const }
      return { changed: true as const, manifest: newest.manifest, content: newest.content }
    }),
    enrol: os.enrol.handler(async ({ input, errors }) => {
      const result = await enrol(store, input, sources, suite)
      if (result.ok) return { terminalId: result.terminalId, deviceKid: result.deviceKid }
      if (result.fault === 'bad-claim') throw errors.BAD_CLAIM({ data: { why: result.why } })
      throw errors.CODE_USED_OR_UNKNOWN()
    }),
    ping: os.ping.handler(async ({ input }) => {
      await keys.refresh()
      const answer = { kind: 'ping' as const, nonce: input.nonce, at: instant(sources), ...(await store.stand()) }
      return { answer: await signPing(answer, keys.current().signing.ping) }
    }),
  })
}

interface DeviceErrors {
  BAD_CLAIM(options: { readonly data: { readonly why: string } }): Error
  KEY_UNKNOWN(options: { readonly data: { readonly why: string } }): Error
}

function answered(result: SignedAnswer, errors: DeviceErrors): { answer: string } {
  if (result.ok) return { answer: result.answer }
  throw errors[result.fault === 'bad-claim' ? 'BAD_CLAIM' : 'KEY_UNKNOWN']({ data: { why: result.why } })
}

/** Runs so many at once; undefined for one too many. */
function atMost(most: number) {
  let running = 0
  return {
    async run<T>(work: () => Promise<T>): Promise<T | undefined> {
      if (running >= most) return undefined
      running++
      try {
        return await work()
      } finally {
        running--
      }
    },
  }
}

import { z } from 'zod'
import { makeClaim } from '../envelope/enrolment.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import { verifyKeySet } from '../envelope/key-set.ts'
import { verifyPackageOf } from '../envelope/package.ts'
import { verifyPing } from '../envelope/ping.ts'
import type { SigningKey, Suite } from '../envelope/suite.ts'
import { BatchReplySchema, type HubStand, MAX_BATCH_BYTES, MAX_BATCH_ITEMS } from '../protocol/hub-api.ts'
import { Sha256Schema } from '../protocol/ids.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { PackageKind } from '../protocol/receipt.ts'
import type {
  BatchAnswer,
  ChunkAnswer,
  EnrolAnswer,
  Have,
  KeySetAnswer,
  PackageAnswer,
  PingResult,
  PutResult,
  Submission,
} from './answers.ts'
import { batchOutcomes } from './batch-outcome.ts'
import { connectionAfter, type Failed, failed } from './call-failure.ts'
import { createCall, isFailed, type Log, narrowRefusal, type Refusal, strangeRefusal } from './caller.ts'
import { type Claims, createClaims, newNonce } from './claims.ts'
import { systemClock } from './clock.ts'
import { RefusalSchema } from './guarded-fetch.ts'
import { proven, refused } from './put-outcome.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export type { Log } from './caller.ts'

export interface HubClientOptions extends TransportOptions {
  readonly log: Log
  /** Cryptography and nonces. */
  readonly suite?: Suite
}

/** The one way out of a terminal. No method throws for what a network or a hub may do: all of it is values. */
export interface HubClient extends Claims {
  /** Hands one submission in; sending it again is harmless. */
  putSubmission(submission: Submission, keySet: KeySet): Promise<PutResult>
  /**
   * Hands many in, all of one terminal; sending them again is harmless.
   * @throws RangeError for none, more than MAX_BATCH_ITEMS, more than MAX_BATCH_BYTES, or one twice: a bug of the caller.
   */
  putBatch(submissions: readonly Submission[], keySet: KeySet): Promise<BatchAnswer>
  /** Sends one sealed chunk that was offered; its hash is its address, so sending it again is harmless. */
  putChunk(chunk: { readonly sha256: string; readonly bytes: Uint8Array }): Promise<ChunkAnswer>
  /** Asks who is there: only our hub can sign the nonce. */
  ping(keySet: KeySet): Promise<PingResult>
  /** The hub's keys, checked against the root that the provisioning file names. Comparing versions is the caller's. */
  getKeySet(rootKeySha256: string): Promise<KeySetAnswer>
  /** The newest package of a kind when the hub has another than we have, checked. */
  getPackage<K extends PackageKind>(kind: K, have: Have, keySet: KeySet): Promise<PackageAnswer<K>>
  /** Registers the terminal's key with the one-time code. */
  enrol(request: { terminalId: string; code: string; deviceKey: SigningKey }): Promise<EnrolAnswer>
}

const ChunksMissingSchema = z.object({ missing: z.array(Sha256Schema).min(1) })
const StoredSchema = z.object({ stored: z.literal(true) })

export function createHubClient(options: HubClientOptions): HubClient {
  const { suite = joseSuite, clock = systemClock } = options
  const call = createCall(options.log)
  const transport = createTransport(options)
  const { hub } = transport
  const nowIso = () => new Date(clock.unixMs()).toISOString()

  return {
    ...createClaims({ hub, call, suite, nowIso }),

    putSubmission: (submission, keySet) =>
      call<PutResult>(
        'putSubmission',
        async () => {
          const { submissionId, sha256, envelope } = submission
          const answer = await hub.putSubmission({ submissionId, sha256, envelope })
          const result = await proven(answer.receipt, submission, keySet, suite)
          return result.outcome === 'failed' ? result : { ...result, ...hinted(answer.hub) }
        },
        putRefused,
      ),

    putBatch(submissions, keySet) {
      checkBatch(submissions)
      return call<BatchAnswer>(
        'putBatch',
        async () => {
          const { status, value } = await transport.putBatch(submissions)
          if (status >= 400) return refusedAs(status, value)
          const reply = BatchReplySchema.safeParse(value)
          if (!reply.success) return failed('not-our-hub', 'an answer of another shape')
          const results = await batchOutcomes(reply.data, submissions, keySet, suite)
          return 'outcome' in results ? results : { outcome: 'answered', results, ...hinted(reply.data.hub) }
        },
        narrowRefusal,
      )
    },

    putChunk: ({ sha256, bytes }) =>
      call<ChunkAnswer>(
        'putChunk',
        async () => {
          const { status, value } = await transport.putChunk(sha256, bytes)
          if (status >= 400) {
            return RefusalSchema.parse(value).code === 'NOT_OFFERED'
              ? { outcome: 'not-offered' }
              : refusedAs(status, value)
          }
          return StoredSchema.safeParse(value).success
            ? { outcome: 'stored' }
            : failed('not-our-hub', 'an answer of another shape')
        },
        narrowRefusal,
      ),

    async ping(keySet) {
      const nonce = newNonce(suite)
      const result = await call<Extract<PingResult, { connection: 'connected' }>>(
        'ping',
        async () => {
          const verified = await verifyPing((await hub.ping({ nonce })).answer, nonce, keySet, suite)
          if (!verified.ok) return failed('bad-receipt', `ping, ${verified.fault}: ${verified.detail}`)
          return { connection: 'connected', hubEpoch: verified.answer.hubEpoch, at: verified.answer.at }
        },
        strangeRefusal,
      )
      return isFailed(result) ? { connection: connectionAfter(result.why), failed: result } : result
    },

    getKeySet: (rootKeySha256) =>
      call<KeySetAnswer>(
        'getKeySet',
        async () => {
          const { keySet: jws } = await hub.getKeySet()
          const verified = await verifyKeySet(jws, rootKeySha256, suite)
          if (verified.ok) return { outcome: 'verified', keySet: verified.keySet, jws }
          return failed('not-our-hub', `key set, ${verified.fault}: ${verified.detail}`)
        },
        strangeRefusal,
      ),

    getPackage: <K extends PackageKind>(kind: K, have: Have, keySet: KeySet) =>
      call<PackageAnswer<K>>(
        'getPackage',
        async () => {
          const known = have === null ? {} : { haveVersion: have.version, haveEpoch: have.hubEpoch }
          const answer = await hub.getPackage({ kind, ...known })
          if (!answer.changed) return { outcome: 'unchanged' }
          const signed = { manifest: answer.manifest, content: answer.content }
          const verified = await verifyPackageOf(kind, signed, keySet, suite)
          if (!verified.ok) return failed('bad-receipt', `${kind}, ${verified.fault}: ${verified.detail}`)
          const { manifest, content } = verified
          if (have !== null && manifest.hubEpoch === have.hubEpoch && manifest.version <= have.version) {
            return { outcome: 'older', version: manifest.version }
          }
          return { outcome: 'verified', manifest, content, signed }
        },
        (refusal) => (refusal.code === 'NOT_PUBLISHED' ? { outcome: 'not-published' } : strangeRefusal(refusal)),
      ),

    enrol: ({ terminalId, code, deviceKey }) =>
      call<EnrolAnswer>(
        'enrol',
        async () => {
          const claim = await makeClaim({ terminalId, code, deviceKey })
          const answer = await hub.enrol({ terminalId, claim })
          if (answer.terminalId !== terminalId || answer.deviceKid !== deviceKey.kid) {
            return failed('not-our-hub', 'it enrolled another terminal or key')
          }
          return { outcome: 'enrolled', deviceKid: answer.deviceKid }
        },
        ({ status, code: name }) => ({
          outcome: status === 403 ? 'code-refused' : 'claim-refused',
          detail: `status ${status} ${name.slice(0, 80)}`,
        }),
      ),
  }
}

function putRefused({ status, code, data }: Refusal): PutResult {
  if (status !== 424) return refused(status, code)
  const named = ChunksMissingSchema.safeParse(data)
  if (named.success) return { outcome: 'chunks-missing', missing: named.data.missing }
  return {
    ...(failed('not-our-hub', `status ${status} ${code.slice(0, 80)}, no chunks named`) satisfies Failed),
    hubWide: false,
  }
}

/** A refusal that guardedAnswer let through. */
function refusedAs(status: number, value: unknown): Failed {
  return narrowRefusal({ status, code: RefusalSchema.parse(value).code, data: undefined })
}

function hinted(stand: HubStand | undefined): { unprovenStand?: HubStand } {
  return stand === undefined ? {} : { unprovenStand: stand }
}

function checkBatch(submissions: readonly Submission[]): void {
  const ids = new Set(submissions.map(({ submissionId }) => submissionId))
  const bytes = submissions.reduce((sum, { envelope }) => sum + envelope.length, 0)
  if (ids.size === 0 || ids.size > MAX_BATCH_ITEMS || bytes > MAX_BATCH_BYTES || ids.size !== submissions.length) {
    throw new RangeError(`no batch: ${submissions.length} submissions, ${ids.size} ids, ${bytes} bytes`)
  }
}

import { randomBytes } from 'node:crypto'
import { createORPCClient, ORPCError } from '@orpc/client'
import { type ContractRouterClient, ValidationError } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { makeClaim } from '../envelope/enrolment.ts'
import { verifyKeySet } from '../envelope/key-set.ts'
import { verifyPackage } from '../envelope/package.ts'
import { verifyPing } from '../envelope/ping.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import { hubContract } from '../protocol/hub-api.ts'
import type { KeySet } from '../protocol/keys.ts'
import type {
  CatalogueAnswer,
  CatalogueRequest,
  EnrolAnswer,
  KeySetAnswer,
  PingResult,
  PutResult,
  Submission,
} from './answers.ts'
import { CallFailure, connectionAfter, type Failed, failed } from './call-failure.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Fetch, guardedFetch } from './guarded-fetch.ts'
import { proven, refused } from './put-outcome.ts'

/** Long enough for 256 KiB over a poor mobile line. */
const TIMEOUT_MS = 20_000
/** The status line must not lie for longer than this (a signed answer counts for 30 s). */
const PING_TIMEOUT_MS = 8_000
/** A receipt or key set is a few KiB. */
const MAX_ANSWER_BYTES = 256 * 1024
/** A catalogue of a few thousand items. */
const MAX_PACKAGE_BYTES = 16 << 20
const NONCE_BYTES = 24

export type Log = (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void

export interface HubClientOptions {
  /** As in the provisioning file: https, or http to this machine. */
  readonly baseUrl: string
  readonly log: Log
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly timeoutMs?: number
  readonly pingTimeoutMs?: number
  readonly maxPackageBytes?: number
  /** A fresh nonce of 16 to 64 characters for each ping. */
  readonly newNonce?: () => string
}

/** The one way out of a terminal. No method throws for what a network or a hub may do: all of it is values. */
export interface HubClient {
  /** Hands one submission in; sending it again is harmless. */
  putSubmission(submission: Submission, keySet: KeySet): Promise<PutResult>
  /** Asks who is there: only our hub can sign the nonce. */
  ping(keySet: KeySet): Promise<PingResult>
  /** The hub's keys, checked against the root that the provisioning file names. Comparing versions is the caller's. */
  getKeySet(rootKeySha256: string): Promise<KeySetAnswer>
  /** The catalogue package when the hub has another than we have, checked. */
  getCatalogue(request: CatalogueRequest): Promise<CatalogueAnswer>
  /** Registers the terminal's key with the one-time code. */
  enrol(request: { terminalId: string; code: string; deviceKey: SigningKey }): Promise<EnrolAnswer>
}

export function createHubClient(options: HubClientOptions): HubClient {
  const { log } = options
  const hub = hubOver(options)
  const newNonce = options.newNonce ?? (() => randomBytes(NONCE_BYTES).toString('base64url'))

  /** Runs a call; a refusal in the hub's words goes to `onRefusal`, all else that went wrong becomes a value. */
  async function call<T>(
    name: string,
    run: () => Promise<T>,
    onRefusal: (status: number, code: string) => T | Failed,
  ): Promise<T | Failed> {
    try {
      return noted(name, await run())
    } catch (error) {
      if (error instanceof CallFailure) return noted(name, error.failed)
      if (error instanceof ValidationError) return noted(name, failed('not-our-hub', 'an answer of another shape'))
      if (error instanceof ORPCError) return noted(name, onRefusal(error.status, error.code))
      throw error
    }
  }

  function noted<T>(name: string, result: T): T {
    if (isFailed(result)) {
      const { why, detail, retryAfterMs } = result
      const strange = why === 'not-our-hub' || why === 'bad-receipt' || why === 'tls'
      log(strange ? 'warn' : 'debug', 'hub-call-failed', { call: name, why, detail, retryAfterMs })
    }
    return result
  }

  /** For calls that the hub has no reason to refuse. */
  const strangeRefusal = (status: number, code: string) => failed('not-our-hub', `status ${status} ${code}`)

  return {
    putSubmission: (submission, keySet) =>
      call<PutResult>(
        'putSubmission',
        async () => {
          const { submissionId, sha256, envelope } = submission
          const { receipt } = await hub.putSubmission({ submissionId, sha256, envelope })
          return proven(receipt, submission, keySet)
        },
        refused,
      ),

    async ping(keySet) {
      const nonce = newNonce()
      const result = await call<Failed | Extract<PingResult, { connection: 'connected' }>>(
        'ping',
        async () => {
          const verified = await verifyPing((await hub.ping({ nonce })).answer, nonce, keySet)
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
          const verified = await verifyKeySet(jws, rootKeySha256)
          if (verified.ok) return { outcome: 'verified', keySet: verified.keySet, jws }
          return failed('not-our-hub', `key set, ${verified.fault}: ${verified.detail}`)
        },
        strangeRefusal,
      ),

    getCatalogue: ({ keySet, have }) =>
      call<CatalogueAnswer>(
        'getCatalogue',
        async () => {
          const answer = await hub.getCatalogue(
            have === null ? {} : { haveVersion: have.version, haveEpoch: have.hubEpoch },
          )
          if (!answer.changed) return { outcome: 'unchanged' }
          const signed = { manifest: answer.manifest, content: answer.content }
          const verified = await verifyPackage(signed, keySet)
          if (!verified.ok) return failed('bad-receipt', `catalogue, ${verified.fault}: ${verified.detail}`)
          const { manifest, catalogue } = verified
          if (have !== null && manifest.hubEpoch === have.hubEpoch && manifest.version <= have.version) {
            return { outcome: 'older', version: manifest.version }
          }
          return { outcome: 'verified', manifest, catalogue, signed }
        },
        strangeRefusal,
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
        (status, name) => ({
          outcome: status === 403 ? 'code-refused' : 'claim-refused',
          detail: `status ${status} ${name.slice(0, 80)}`,
        }),
      ),
  }
}

function isFailed(result: unknown): result is Failed {
  return typeof result === 'object' && result !== null && 'outcome' in result && result.outcome === 'failed'
}

function hubOver(options: HubClientOptions): ContractRouterClient<typeof hubContract> {
  const common = {
    fetch: options.fetch ?? ((request: Request, init: RequestInit) => globalThis.fetch(request, init)),
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  }
  const standard = guardedFetch(common)
  const ping = guardedFetch({ ...common, timeoutMs: options.pingTimeoutMs ?? PING_TIMEOUT_MS })
  const catalogue = guardedFetch({ ...common, maxAnswerBytes: options.maxPackageBytes ?? MAX_PACKAGE_BYTES })
  const link = new OpenAPILink(hubContract, {
    url: options.baseUrl,
    plugins: [new ResponseValidationPlugin(hubContract)],
    fetch(request, init, _, [name]) {
      if (name === 'ping') return ping(request, init)
      return name === 'getCatalogue' ? catalogue(request, init) : standard(request, init)
    },
  })
  return createORPCClient(link)
}

import { createRouterClient } from '@orpc/server'
import { signDeviceClaim, verifyHubAnswer } from '../envelope/contact.ts'
import { makeClaim } from '../envelope/enrolment.ts'
import { generateSigningKey, type SigningKey } from '../envelope/signing-key.ts'
import {
  CasePullAnswerSchema,
  ContactAnswerSchema,
  type ContactClaim,
  type Mark,
  ReconcileAnswerSchema,
  type ReconcileClaim,
} from '../protocol/contact.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { Chunk } from '../protocol/submission.ts'
import { enrol, issueCode } from './enrolment.ts'
import type { HubEvent } from './hub-events.ts'
import { hubSuite } from './hub-suite.ts'
import { fixedKeyRing } from './key-ring.ts'
import { makeMemoryStore } from './memory-store.ts'
import { keysInMemory } from './new-keys.ts'
import { makeHubRouter } from './router.ts'
import type { HubRouterParts } from './router-parts.ts'
import { type HubSources, systemSources } from './sources.ts'
import type { HubStore } from './store.ts'
import { TEST_NOW, type TestTerminal, terminalOf } from './test-hub.ts'

/** For tests: the hub's logic over a store, called without HTTP, and terminals that speak for themselves. */

export type HubCalls = ReturnType<typeof callsOf>

export function callsOf(parts: HubRouterParts) {
  return createRouterClient(makeHubRouter(parts))
}

export async function makeMemoryHub(change: Partial<HubRouterParts> & { readonly unique?: boolean } = {}) {
  const sources = { ...systemSources, nowMs: Date.parse(TEST_NOW), now: () => sources.nowMs }
  const made = await keysInMemory(sources)
  const store = makeMemoryStore({ epoch: systemSources.randomUuid(), unique: change.unique ?? true })
  const keys = fixedKeyRing(made.keys)
  const events: HubEvent[] = []
  const arrived: string[] = []
  const parts: HubRouterParts = {
    store,
    keys,
    sources,
    suite: hubSuite,
    onArrival: ({ submissionId }) => arrived.push(submissionId),
    onEvent: (event) => events.push(event),
    ...change,
  }
  return { ...made, store, ring: keys, sources, parts, events, arrived, keySet: made.keys.keySet, hub: callsOf(parts) }
}

export interface SpeakingTerminal extends TestTerminal {
  contact(hub: HubCalls, change?: Partial<ContactClaim>, proof?: string): ReturnType<typeof answerOf>
  offer(hub: HubCalls, submissionId: string, chunks: readonly Chunk[]): Promise<readonly string[]>
  reconcile(
    hub: HubCalls,
    claim: Pick<ReconcileClaim, 'fromDeviceSequence' | 'throughDeviceSequence' | 'items'>,
  ): Promise<ReturnType<typeof ReconcileAnswerSchema.parse>>
  pull(
    hub: HubCalls,
    checkpoint: { readonly hubEpoch: string; readonly sequence: number } | null,
    limit?: number,
  ): Promise<ReturnType<typeof CasePullAnswerSchema.parse>>
}

async function answerOf(jws: string, nonce: string, terminalId: string, keySet: KeySet) {
  const verified = await verifyHubAnswer(jws, ContactAnswerSchema, { nonce, terminalId }, keySet)
  if (!verified.ok) throw new Error(`${verified.fault}: ${verified.detail}`)
  return verified.answer
}

/** A terminal that is enrolled at this store. */
export async function enrolled(
  hub: { readonly store: HubStore; readonly sources: HubSources; readonly keySet: KeySet },
  terminalId: string,
): Promise<SpeakingTerminal> {
  const { key } = await generateSigningKey()
  const code = await issueCode(hub.store, terminalId, hub.sources)
  const claim = await makeClaim({ terminalId, code, deviceKey: key })
  const result = await enrol(hub.store, { terminalId, claim }, hub.sources)
  if (!result.ok) throw new Error(result.fault)
  return speaking(hub.keySet, terminalId, key)
}

export function speaking(keySet: KeySet, terminalId: string, key: SigningKey): SpeakingTerminal {
  let asked = 0
  const about = () => ({ v: 1 as const, terminalId, nonce: `nonce-of-${terminalId}-${++asked}-long`, at: TEST_NOW })
  return {
    ...terminalOf(keySet, terminalId, key),
    async contact(hub, change = {}, proof) {
      const claim: ContactClaim = {
        kind: 'contact',
        ...about(),
        mark: null,
        lastDeviceSequence: 0,
        waiting: 0,
        quarantined: 0,
        oldestWaitingAt: null,
        damage: 0,
        freeBytes: null,
        version: '1.0.0',
        ...change,
      }
      const signed = await signDeviceClaim(claim, key)
      const { answer } = await hub.contact({ claim: signed, ...(proof === undefined ? {} : { proof }) })
      return answerOf(answer, claim.nonce, terminalId, keySet)
    },
    async offer(hub, submissionId, chunks) {
      const claim = await signDeviceClaim({ kind: 'chunk-offer', ...about(), submissionId, chunks: [...chunks] }, key)
      return (await hub.offerChunks({ claim })).missing
    },
    async reconcile(hub, range) {
      const claim = { kind: 'reconcile' as const, ...about(), ...range }
      const { answer } = await hub.reconcile({ claim: await signDeviceClaim(claim, key) })
      const verified = await verifyHubAnswer(answer, ReconcileAnswerSchema, claim, keySet)
      if (!verified.ok) throw new Error(verified.fault)
      return verified.answer
    },
    async pull(hub, checkpoint, limit = 10) {
      const claim = { kind: 'case-pull' as const, ...about(), checkpoint, limit }
      const { answer } = await hub.pullCases({ claim: await signDeviceClaim(claim, key) })
      const verified = await verifyHubAnswer(answer, CasePullAnswerSchema, claim, keySet)
      if (!verified.ok) throw new Error(verified.fault)
      return verified.answer
    },
  }
}

/** The mark that a terminal keeps of a receipt. */
export function markOf(receipt: string): Mark {
  const payload = JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    readonly hubEpoch: string
    readonly items: readonly { readonly hubSequence: number }[]
  }
  const hubSequence = Math.max(...payload.items.map((item) => item.hubSequence))
  return { hubEpoch: payload.hubEpoch, hubSequence, receiptSha256: hubSuite.sha256Hex(receipt) }
}

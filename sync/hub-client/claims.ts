import { z } from 'zod'
import { jsonOrUndefined } from '../envelope/compact.ts'
import { type DeviceClaim, type HubAnswer, signDeviceClaim, verifyHubAnswer } from '../envelope/contact.ts'
import { openAnswer, sealQuestion } from '../envelope/person.ts'
import { verifyStaffList } from '../envelope/staff-list.ts'
import type { SigningKey, Suite } from '../envelope/suite.ts'
import { CodeIdentityAnswerSchema, CodePersonSchema } from '../protocol/code-identity.ts'
import {
  type CasePullAnswer,
  CasePullAnswerSchema,
  ContactAnswerSchema,
  type ReconcileAnswer,
  ReconcileAnswerSchema,
} from '../protocol/contact.ts'
import { HandoverAnswerSchema, HandoverResultSchema } from '../protocol/handover.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { PersonQuestion } from '../protocol/person.ts'
import type {
  CasePullFacts,
  CasePullResult,
  ChunkOfferRequest,
  ClaimRefused,
  CodeAnswer,
  ContactFacts,
  ContactResult,
  HandoverEndFacts,
  HandoverEndResult,
  HandoverPutFacts,
  HandoverPutResult,
  HandoverTakeFacts,
  HandoverTakeResult,
  OfferAnswer,
  PersonAsk,
  PersonResult,
  ReconcileFacts,
  ReconcileResult,
  StaffListAnswer,
} from './answers.ts'
import { type Failed, failed } from './call-failure.ts'
import { type Call, narrowRefusal, type Refusal } from './caller.ts'
import type { Transport } from './transport.ts'

/** 32 characters of base64url. */
const NONCE_BYTES = 24
const ANSWER_KEY_BYTES = 32

export interface Claims {
  offerChunks(request: ChunkOfferRequest): Promise<OfferAnswer>
  contact(facts: ContactFacts, deviceKey: SigningKey, keySet: KeySet, proof?: string): Promise<ContactResult>
  reconcile(facts: ReconcileFacts, deviceKey: SigningKey, keySet: KeySet): Promise<ReconcileResult>
  pullCases(facts: CasePullFacts, deviceKey: SigningKey, keySet: KeySet): Promise<CasePullResult>
  /** Hands a sealed half-filled form in; again is harmless. */
  putHandover(facts: HandoverPutFacts, deviceKey: SigningKey, keySet: KeySet): Promise<HandoverPutResult>
  /** Asks for one; again is harmless once it was given, and a wrong card counts each time. */
  takeHandover(facts: HandoverTakeFacts, deviceKey: SigningKey, keySet: KeySet): Promise<HandoverTakeResult>
  /** Has it erased; again is harmless. */
  endHandover(facts: HandoverEndFacts, deviceKey: SigningKey, keySet: KeySet): Promise<HandoverEndResult>
  /** About the person whose card is in the visit; the answer is opened here, and is the hub's by that. */
  askPerson(request: PersonAsk): Promise<PersonResult>
  /** This terminal's newest staff list, checked. Comparing versions is the caller's. */
  pullStaffList(terminalId: string, deviceKey: SigningKey, keySet: KeySet): Promise<StaffListAnswer>
  /** Whose code this is. Never asked again by itself: a code is good once. */
  redeemCode(
    facts: { readonly terminalId: string; readonly code: string },
    deviceKey: SigningKey,
    keySet: KeySet,
  ): Promise<CodeAnswer>
}

interface ClaimsOptions {
  readonly hub: Transport['hub']
  readonly call: Call
  readonly suite: Suite
  readonly nowIso: () => string
}

const [kept, refusedPut, tooMany, opened, wrongCard, ended, openElsewhere, notStaff, unknown] =
  HandoverResultSchema.options
/** Each call hears its own outcomes only: a signed answer of another kind is none. */
const PutAnswerSchema = HandoverAnswerSchema.extend({
  result: z.discriminatedUnion('outcome', [kept, refusedPut, tooMany]),
})
const TakeAnswerSchema = HandoverAnswerSchema.extend({
  result: z.discriminatedUnion('outcome', [opened, wrongCard, ended, openElsewhere, notStaff, unknown]),
})
const EndAnswerSchema = HandoverAnswerSchema.extend({ result: z.discriminatedUnion('outcome', [ended, unknown]) })

/** A nonce for any question to the hub. */
export function newNonce(suite: Suite): string {
  return suite.randomBytes(NONCE_BYTES).toString('base64url')
}

/** The calls in which the terminal speaks of itself, signed, and believes only a signed answer to the same nonce. */
export function createClaims({ hub, call, suite, nowIso }: ClaimsOptions): Claims {
  const stamp = () => ({ v: 1, nonce: newNonce(suite), at: nowIso() }) as const

  /** @param nonsense what a signed answer must not say; undefined when all is well. */
  async function ask<T extends z.ZodType<HubAnswer>>(
    name: string,
    claim: Exclude<DeviceClaim, { kind: 'chunk-offer' | 'staff-pull' | 'person-question' }>,
    deviceKey: SigningKey,
    keySet: KeySet,
    schema: T,
    send: (claim: string) => Promise<{ readonly answer: string }>,
    nonsense: (answer: z.infer<T>) => string | undefined,
  ): Promise<{ readonly outcome: 'answered'; readonly answer: z.infer<T> } | ClaimRefused | Failed> {
    return call<{ readonly outcome: 'answered'; readonly answer: z.infer<T> } | ClaimRefused>(
      name,
      async () => {
        const reply = await send(await signDeviceClaim(claim, deviceKey))
        const verified = await verifyHubAnswer(reply.answer, schema, claim, keySet, suite)
        if (!verified.ok) return failed('bad-receipt', `${name}, ${verified.fault}: ${verified.detail}`)
        const { answer } = verified
        const wrong = nonsense(answer)
        return wrong === undefined ? { outcome: 'answered', answer } : failed('bad-receipt', `${name}: ${wrong}`)
      },
      claimRefused,
    )
  }

  return {
    offerChunks: ({ submissionId, chunks, terminalId, deviceKey }) =>
      call<Exclude<OfferAnswer, Failed>>(
        'offerChunks',
        async () => {
          const claim = await signDeviceClaim(
            { kind: 'chunk-offer', ...stamp(), terminalId, submissionId, chunks: [...chunks] },
            deviceKey,
          )
          const wanted = new Set((await hub.offerChunks({ claim })).missing)
          // Unsigned: it can make us send our own sealed chunks once more, nothing else.
          const offered = new Set(chunks.map(({ sha256 }) => sha256))
          return { outcome: 'answered', missing: [...offered].filter((sha256) => wanted.has(sha256)) }
        },
        claimRefused,
      ),

    contact(facts, deviceKey, keySet, proof) {
      const claim = { kind: 'contact', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.contact(proof === undefined ? { claim: jws } : { claim: jws, proof })
      return ask('contact', claim, deviceKey, keySet, ContactAnswerSchema, send, () => undefined)
    },

    reconcile(facts, deviceKey, keySet) {
      const claim = { kind: 'reconcile', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.reconcile({ claim: jws })
      return ask('reconcile', claim, deviceKey, keySet, ReconcileAnswerSchema, send, (answer) =>
        strangeInReconcile(facts, answer),
      )
    },

    pullCases(facts, deviceKey, keySet) {
      const claim = { kind: 'case-pull', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.pullCases({ claim: jws })
      return ask('pullCases', claim, deviceKey, keySet, CasePullAnswerSchema, send, (answer) =>
        strangeInCases(facts, answer),
      )
    },

    putHandover(facts, deviceKey, keySet) {
      const claim = { kind: 'handover-put', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.putHandover({ claim: jws })
      return ask('putHandover', claim, deviceKey, keySet, PutAnswerSchema, send, () => undefined)
    },

    takeHandover(facts, deviceKey, keySet) {
      const claim = { kind: 'handover-take', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.takeHandover({ claim: jws })
      return ask('takeHandover', claim, deviceKey, keySet, TakeAnswerSchema, send, () => undefined)
    },

    endHandover(facts, deviceKey, keySet) {
      const claim = { kind: 'handover-end', ...stamp(), ...facts } as const
      const send = (jws: string) => hub.endHandover({ claim: jws })
      return ask('endHandover', claim, deviceKey, keySet, EndAnswerSchema, send, () => undefined)
    },
    askPerson: ({ terminalId, kinds, person, item, deviceKey, sealKey }) =>
      call<Exclude<PersonResult, Failed>>(
        'askPerson',
        async () => {
          const { nonce, ...rest } = stamp()
          const answerKey = suite.randomBytes(ANSWER_KEY_BYTES).toString('base64url')
          const about = { v: 1 as const, terminalId, nonce, kinds: [...kinds], person, answerKey }
          const sealed = await sealQuestion({ ...about, ...forItem(item, suite) }, sealKey, suite)
          const claim = await signDeviceClaim(
            { kind: 'person-question', ...rest, nonce, terminalId, sealed },
            deviceKey,
          )
          const answer = await openAnswer((await hub.askPerson({ claim })).answer, { nonce, answerKey }, suite)
          if (answer === undefined) return failed('bad-receipt', 'askPerson: not an answer to this question')
          return { outcome: 'answered', answer }
        },
        (refusal) => (refusal.status === 404 ? { outcome: 'not-served' } : claimRefused(refusal)),
      ),

    pullStaffList: (terminalId, deviceKey, keySet) =>
      call<StaffListAnswer>(
        'pullStaffList',
        async () => {
          const claim = await signDeviceClaim({ kind: 'staff-pull', ...stamp(), terminalId }, deviceKey)
          const signed = await hub.pullStaffList({ claim })
          const verified = await verifyStaffList(signed, terminalId, keySet, suite)
          if (!verified.ok) return failed('bad-receipt', `staff, ${verified.fault}: ${verified.detail}`)
          const { manifest, list } = verified
          return { outcome: 'verified', manifest, list, signed }
        },
        (refusal) => (refusal.code === 'NOT_PUBLISHED' ? { outcome: 'not-published' } : claimRefused(refusal)),
      ),

    async redeemCode(facts, deviceKey, keySet) {
      const { jwk: sealTo, privateJwk } = await suite.generateSealKey()
      const claim = { kind: 'code-identity', ...stamp(), ...facts, sealTo } as const
      const send = (jws: string) => hub.redeemCode({ claim: jws })
      const asked = await ask('redeemCode', claim, deviceKey, keySet, CodeIdentityAnswerSchema, send, () => undefined)
      if (asked.outcome !== 'answered') return asked
      const { result } = asked.answer
      if (!result.ok) return { outcome: 'code-refused', why: result.why }
      const text = await suite.decrypt(result.sealed, privateJwk)
      const person = CodePersonSchema.safeParse(text === undefined ? undefined : jsonOrUndefined(text))
      if (person.success) return { outcome: 'redeemed', person: person.data }
      return failed('bad-receipt', 'redeemCode: sealed to another key, or nobody in it')
    },
  }
}

/** Which words she said yes to goes as their hash. */
function forItem(item: PersonAsk['item'], suite: Suite): Pick<PersonQuestion, 'item'> {
  if (item === undefined) return {}
  const { id, version, consentText } = item
  return { item: { id, version, consentSha256: suite.sha256Hex(consentText) } }
}

/** 400 and 401 are the contract's words; anything else speaks of this call alone. */
function claimRefused(refusal: Refusal): ClaimRefused | Failed {
  const { status, code } = refusal
  const detail = `status ${status} ${code.slice(0, 80)}`
  if (status === 401) return { outcome: 'claim-refused', reason: 'key-unknown', detail }
  if (status === 400) return { outcome: 'claim-refused', reason: 'bad-claim', detail }
  return narrowRefusal(refusal)
}

/** The hub may speak only of what was compared. */
function strangeInReconcile(facts: ReconcileFacts, answer: ReconcileAnswer): string | undefined {
  const listed = new Set(facts.items.map(({ submissionId }) => submissionId))
  const { missing, mismatched, unlisted } = answer
  if (![...missing, ...mismatched].every((id) => listed.has(id))) return 'it speaks of ids that were not listed'
  const isInRange = (at: number) => at >= facts.fromDeviceSequence && at <= facts.throughDeviceSequence
  if (!unlisted.every(({ deviceSequence }) => isInRange(deviceSequence))) return 'it speaks of another range'
  return undefined
}

/** A puller believes the checkpoint blindly, so it must move forward, and no change may lie outside its page. */
function strangeInCases({ checkpoint }: CasePullFacts, answer: CasePullAnswer): string | undefined {
  const sameEpoch = checkpoint !== null && checkpoint.hubEpoch === answer.hubEpoch
  if (answer.checkpoint.hubEpoch !== answer.hubEpoch) return 'its checkpoint is of another epoch'
  if (checkpoint !== null && !sameEpoch && !answer.fromStart) return 'another epoch, but not from the start'
  let last = answer.fromStart || checkpoint === null ? 0 : checkpoint.sequence
  const began = last
  for (const { sequence } of answer.changes) {
    if (sequence <= last) return 'its changes are not in order'
    last = sequence
  }
  if (answer.checkpoint.sequence < last) return 'its checkpoint lies before its last change'
  if (answer.more && answer.checkpoint.sequence === began) return 'more to come, but no step forward'
  return undefined
}

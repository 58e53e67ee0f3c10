import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../envelope/compact.ts'
import { openQuestion, sealAnswer } from '../envelope/person.ts'
import type { RsaJwk } from '../protocol/keys.ts'
import { type PersonQuestion, PersonQuestionClaimSchema } from '../protocol/person.ts'
import { makeTicket } from '../protocol/ticket.ts'
import { type Answerer, AT, html, json, refusal, type SmallWorld, smallWorld, TERMINAL } from './testing/small-hub.ts'

const PERSON = { idNumber: '990101198611020033', name: '周明远' }
const ITEM = { id: 'S05', version: 2, consentText: '办\n号\n局\n年' }
const CASE = { ticket: makeTicket(() => 3), itemId: 'S07', acceptedAt: AT, state: '已受理', at: AT } as const

let world: SmallWorld
let seal: { readonly jwk: RsaJwk; readonly privateJwk: JsonObject }
beforeAll(async () => {
  world = await smallWorld()
  seal = await world.suite.generateSealKey()
})
beforeEach(() => {
  world.seen.length = 0
})

async function questionIn(body: unknown): Promise<PersonQuestion> {
  const jws = (body as { claim: string }).claim
  const text = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()
  const claim = PersonQuestionClaimSchema.parse(JSON.parse(text))
  const question = await openQuestion(claim, (kid) => (kid === 'seal-1' ? seal.privateJwk : undefined), world.suite)
  if (question === undefined) throw new Error('no question')
  return question
}
const ask = (answer: Answerer, item?: typeof ITEM) =>
  world.client(answer).askPerson({
    ...{ terminalId: TERMINAL, kinds: ['cases'], person: PERSON, deviceKey: world.device },
    sealKey: { kid: 'seal-1', jwk: seal.jwk },
    ...(item === undefined ? {} : { item }),
  })
const answering =
  (change: (question: PersonQuestion) => PersonQuestion = (question) => question): Answerer =>
  async (_, body) => {
    const question = change(await questionIn(body))
    const answer = { v: 1 as const, at: AT, cases: [CASE] }
    return json({ answer: await sealAnswer(answer, question, world.suite) })
  }

it('asks sealed, and believes what is sealed to its own key for this question', async () => {
  let asked: PersonQuestion | undefined
  const got = await ask(
    answering((question) => {
      asked = question
      return question
    }),
    ITEM,
  )
  expect(got).toMatchObject({ outcome: 'answered', answer: { cases: [{ itemId: 'S07', state: '已受理' }] } })
  expect(asked).toMatchObject({ terminalId: TERMINAL, kinds: ['cases'], person: PERSON })
  expect(asked?.item).toEqual({ id: 'S05', version: 2, consentSha256: world.suite.sha256Hex(ITEM.consentText) })
  expect(world.seen[0]).toMatchObject({ method: 'POST', path: '/v1/person-questions' })
  const sent = world.seen[0]?.bytes.toString('utf8') ?? ''
  const clear = sent + Buffer.from(sent.split('.')[1] ?? '', 'base64url').toString('utf8')
  for (const secret of [PERSON.idNumber, PERSON.name, 'S05']) expect(clear).not.toContain(secret)
})

it('each question has a key of its own', async () => {
  const keys: string[] = []
  const keeping = answering((question) => {
    keys.push(question.answerKey)
    return question
  })
  await ask(keeping)
  await ask(keeping)
  expect(new Set(keys).size).toBe(2)
})

it('an answer to another key or another nonce is not our hub’s', async () => {
  const otherKey = answering((question) => ({ ...question, answerKey: 'A'.repeat(43) }))
  expect(await ask(otherKey)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
  const otherNonce = answering((question) => ({ ...question, nonce: 'another-nonce-of-ours' }))
  expect(await ask(otherNonce)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
})

it('what a hub refuses, and what is no hub, is a value', async () => {
  expect(await ask(() => refusal(404, 'NOT_SERVED'))).toMatchObject({ outcome: 'not-served' })
  expect(await ask(() => refusal(401, 'KEY_UNKNOWN', { why: 'x' }))).toMatchObject({ reason: 'key-unknown' })
  expect(await ask(() => refusal(429, 'TOO_MANY', { retryAfterMs: 9 }))).toMatchObject({ why: 'http-429' })
  expect(await ask(() => html(200))).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
})

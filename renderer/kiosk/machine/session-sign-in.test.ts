import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { CodeSignIn, WitnessAnswer, WitnessRefusal } from '../../../electron/bridge/identity.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { ASSURANCE_OF, type SignIn } from '../../../sync/protocol/sign-in.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noHandover,
  noPapers,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine } from './session-machine.ts'
import type { SessionEvent } from './session-types.ts'

const label = { zh: '我是' }
const forOthers: ServiceItem = {
  ...item,
  proxy: {
    ...{ allowed: true, who: label, authorities: ['principal-present'] },
    relations: [{ value: 'child', label }],
  },
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function start(of: ServiceItem = item, may: WitnessRefusal | null = null) {
  const answers: { code: CodeSignIn; vouch: WitnessAnswer } = {
    code: { outcome: 'signed-in' },
    vouch: { outcome: 'signed-in' },
  }
  const deps = {
    ...noPapers,
    ...noHandover,
    personData: async () => ({ outcome: 'offline' as const }),
    redeemCode: vi.fn(async (_text: string) => answers.code),
    mayWitness: vi.fn(async () => ({ why: may })),
    vouch: vi.fn(async (_person: { readonly name: string; readonly idNumber: string }) => answers.vouch),
    submit: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    ...noBinding,
    complain: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    rate: vi.fn(async () => ({ ok: true as const })),
    byDraft: vi.fn(async () => null),
    print: vi.fn(async () => ({ kind: 'no-printer' as const })),
    restore: vi.fn(async () => null),
    save: () => undefined,
    end: async () => undefined,
    agentLeft: vi.fn(async () => ({ left: 5 })),
    expectPrincipal: () => undefined,
    newId: () => 'draft',
    today: () => '2026-11-23',
    now: () => new Date('2026-11-23T02:48:00.000Z'),
  }
  const actor = createActor(createSessionMachine(deps), { clock: new SimulatedClock() })
  actor.start()
  stops.push(() => actor.stop())
  const send = async (...events: SessionEvent[]) => {
    for (const event of events) {
      sendAgreeing(actor, event)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  await send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [of] } }, { type: 'START' })
  await send({ type: 'CHOOSE', item: of })
  return {
    deps,
    answers,
    send,
    context: () => actor.getSnapshot().context,
    journey: () => JSON.stringify(actor.getSnapshot().value.journey).replaceAll('"', ''),
  }
}

const signedIn = (by: SignIn['by'], changes: object = {}): SessionEvent => ({
  type: 'CARD',
  event: cardOf(FIRST_PERSON, {
    signIn: {
      ...{ by, assurance: ASSURANCE_OF[by] },
      ...(by === 'witness' ? { witness: { id: '017', name: '李静' } } : {}),
    },
    ...changes,
  }),
})

test.each(['social-security-card', 'code', 'witness'] as const)(
  '%s: main says who it is, and the form begins',
  async (by) => {
    const { send, journey } = await start()
    await send({ type: 'BEGIN' })
    expect(journey()).toBe('{card:resident}')
    await send(signedIn(by))
    expect(journey()).toBe('form')
  },
)

test('what is not enough for the item leads to the resident card, before the form and after it was begun elsewhere', async () => {
  const { send, journey } = await start({ ...item, assurance: 4 })
  await send({ type: 'BEGIN' }, signedIn('social-security-card'))
  expect(journey()).toBe('{card:resident}')
  await send({ type: 'BACK' }, { type: 'BEGIN' })
  expect(journey()).toBe('{card:resident}')
  await send(signedIn('id-card'))
  expect(journey()).toBe('form')
})

test('a code is handed on once, and while it is asked about no second one', async () => {
  const { send, journey, deps, answers, context } = await start()
  answers.code = { outcome: 'refused', why: 'used' }
  await send({ type: 'BEGIN' }, { type: 'SIGN_IN_BY', way: 'code' })
  expect(journey()).toBe('{card:{code:waiting}}')
  let answer: (answer: CodeSignIn) => void = () => undefined
  deps.redeemCode.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
  await send({ type: 'CODE', text: 'one' }, { type: 'CODE', text: 'two' })
  expect(journey()).toBe('{card:{code:asking}}')
  answer({ outcome: 'refused', why: 'expired' })
  await send({ type: 'TOUCH' })
  expect([journey(), context().signingIn.codeRefused]).toEqual(['{card:{code:waiting}}', 'expired'])
  await send({ type: 'CODE', text: 'three' })
  expect(context().signingIn.codeRefused).toBe('used')
  expect(deps.redeemCode.mock.calls).toEqual([['one'], ['three']])
  deps.redeemCode.mockImplementationOnce(() => Promise.reject(new Error('line lost')))
  await send({ type: 'CODE', text: 'four' })
  expect(context().signingIn.codeRefused).toBe('no-answer')
  // Nothing of it stays behind.
  await send({ type: 'HOME' })
  expect(context().signingIn.codeRefused).toBeNull()
})

test('staff who is here vouches: she says that she checked, types number and name, and main is asked', async () => {
  const { send, journey, deps, answers, context } = await start()
  await send({ type: 'BEGIN' }, { type: 'SIGN_IN_BY', way: 'witness' })
  // Nobody has joined.
  expect(journey()).toBe('{card:resident}')
  await send({ type: 'ASSIST', isHelping: true }, { type: 'SIGN_IN_BY', way: 'witness' })
  expect(journey()).toBe('{card:{witness:checking}}')
  await send({ type: 'NEXT' }, { type: 'NEXT' })
  expect(context().signingIn.faults).toEqual({ 'witness-number': 'missing' })
  await send({ type: 'ANSWER', field: 'witness-number', value: '990101198611020034' }, { type: 'NEXT' })
  expect(context().signingIn.faults).toEqual({ 'witness-number': 'check-digit' })
  await send({ type: 'ANSWER', field: 'witness-number', value: FIRST_PERSON }, { type: 'NEXT' })
  expect(context().signingIn.page).toBe(1)
  answers.vouch = { outcome: 'refused', why: 'own-name' }
  await send({ type: 'ANSWER', field: 'witness-name', value: '李静' }, { type: 'NEXT' })
  expect(deps.vouch).toHaveBeenLastCalledWith({ name: '李静', idNumber: FIRST_PERSON })
  expect([journey(), context().signingIn.witnessRefused]).toEqual(['{card:{witness:refused}}', 'own-name'])
  await send({ type: 'BACK' }, { type: 'SIGN_IN_BY', way: 'witness' })
  // She leaves: what she typed does not go on without her.
  await send({ type: 'ASSIST', isHelping: false })
  expect(journey()).toBe('{card:resident}')
  await send({ type: 'HOME' })
  expect(context().signingIn.answers).toEqual({})
})

test('where main says no, it says so before anything is typed', async () => {
  const { send, journey, deps } = await start(item, 'reader-works')
  await send({ type: 'BEGIN' }, { type: 'ASSIST', isHelping: true }, { type: 'SIGN_IN_BY', way: 'witness' })
  expect(journey()).toBe('{card:{witness:refused}}')
  expect(deps.vouch).not.toHaveBeenCalled()
})

test.each(['social-security-card', 'code', 'witness'] as const)('nobody acts for somebody else by %s', async (by) => {
  const { send, journey, context } = await start(forOthers)
  await send({ type: 'BEGIN', forSomebodyElse: true }, signedIn(by))
  expect([journey(), context().proxy?.refused]).toEqual(['{proxy:refused}', 'agent-needs-id-card'])
  // With the own resident card, once it is there.
  await send({ type: 'BACK' }, signedIn('id-card'), { type: 'BEGIN', forSomebodyElse: true })
  expect(journey()).toBe('{proxy:card}')
})

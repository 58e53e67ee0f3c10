import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { PrincipalShown } from '../../../electron/bridge/bindings.contract.ts'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import { BINDING_CONSENTED, type BindRequest, type UnbindRequest } from '../../../sync/protocol/binding.ts'
import { consentText } from '../../../sync/protocol/consent.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Applicant, SubmitRequest } from '../../../sync/protocol/submission.ts'
import type { MyBinding } from '../forms/binding-form.ts'
import { visitLine } from '../forms/visitor.ts'
import { canHandOver } from './handover-steps.ts'
import { unmetHere } from './proxy-steps.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noHandover,
  noPapers,
  onlyIdCard,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine } from './session-machine.ts'
import type { SessionEvent } from './session-types.ts'

/** 亲情绑定 in a visit: made with both cards, used in 为家人代办, and ended. */

const label = { zh: '我是' }
const open: ServiceItem = {
  ...item,
  signature: false,
  preconditions: [{ id: 'old', must: { age: { atLeast: 60 } }, sentence: label, wayOn: 'later' }],
  proxy: {
    allowed: true,
    who: label,
    authorities: ['principal-present', 'standing-binding'],
    relations: [
      { value: 'child', label },
      { value: 'spouse', label },
    ],
  },
}
const father: Applicant = { ...cardOf('99010119410307001X').applicant, name: '赵德厚', birth: '1941-03-07' }
const ID = '3b241101-e2bb-4255-8caf-4136c566a962'
const bound: PrincipalShown = {
  ...{ id: ID, maskedName: '赵＊厚', relation: 'child', scope: { of: 'all' }, until: '2027-11-23', unmet: [] },
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function start(of: ServiceItem = open, left = 5) {
  const saved: Snapshot[] = []
  const taken = async (): Promise<SubmitAnswer> => ({ ok: true, accepted })
  const deps = {
    submit: vi.fn(async (_request: SubmitRequest) => taken()),
    bind: vi.fn(async (_request: BindRequest) => taken()),
    unbind: vi.fn(async (_request: UnbindRequest) => taken()),
    complain: vi.fn(taken),
    rate: vi.fn(async () => ({ ok: true as const })),
    ...noPapers,
    byDraft: vi.fn(async () => null),
    print: vi.fn(async () => ({ kind: 'no-printer' as const })),
    restore: vi.fn(async (): Promise<Snapshot | null> => null),
    save: (snapshot: Snapshot) => void saved.push(snapshot),
    end: async () => undefined,
    ...onlyIdCard,
    agentLeft: vi.fn(async () => ({ left })),
    personData: async () => ({ outcome: 'offline' as const }),
    expectPrincipal: vi.fn((_expected: boolean) => undefined),
    ...noHandover,
    newId: () => ID,
    today: () => '2026-11-23',
    now: () => new Date('2026-11-23T02:48:00.000Z'),
  }
  const actor = createActor(createSessionMachine(deps), { clock: new SimulatedClock() })
  actor.start()
  stops.push(() => actor.stop())
  const send = async (...events: SessionEvent[]) => {
    for (const event of events) {
      sendAgreeing(actor, event)
      for (let turn = 0; turn < 20; turn++) await null
    }
  }
  await send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [of] } }, { type: 'START' })
  const at = () => JSON.stringify((actor.getSnapshot().value as { journey: unknown }).journey)
  return { deps, saved, send, at, context: () => actor.getSnapshot().context }
}
const answer = (field: string, value: string): SessionEvent => ({ type: 'ANSWER', field, value })
const next: SessionEvent = { type: 'NEXT' }
const back: SessionEvent = { type: 'BACK' }
const forFamily: SessionEvent = { type: 'BEGIN', forSomebodyElse: true }
const agentCard: SessionEvent = { type: 'CARD', event: cardOf(FIRST_PERSON) }
const second = (applicant: Applicant): SessionEvent => ({ type: 'PRINCIPAL', event: { kind: 'card', applicant } })
const toBindings: readonly SessionEvent[] = [{ type: 'MY_CASES' }, { type: 'BINDINGS' }]

test('both cards, for what and how long; both say yes when both are there; main gets what was said', async () => {
  // Also for an agent who has handed in all that is allowed today, and also before any card lay there.
  const { deps, saved, send, at, context } = await start(open, 0)
  await send(...toBindings, { type: 'BIND' })
  expect(at()).toBe('{"card":"resident"}')
  await send(agentCard)
  expect(at()).toBe('{"proxy":"asking"}')
  await send(answer('proxy-relation', 'child'), next)
  expect(at()).toBe('{"proxy":"card"}')
  await send(second(father), next)
  expect(at()).toBe('"form"')
  await send(answer('scope', 'all'), next, next)
  expect(context().faults).toEqual({ months: 'missing' })
  await send(answer('months', '6'), next)
  expect(at()).toBe('{"confirm":"ready"}')
  expect(canHandOver(context())).toBe(false)
  await send({ type: 'SUBMIT' })
  expect(deps.bind).toHaveBeenCalledExactlyOnceWith({
    ...{ draftId: ID, relation: 'child', scope: { of: 'all' }, until: '2027-05-23' },
    consent: consentText(BINDING_CONSENTED),
  })
  expect(deps.submit).not.toHaveBeenCalled()
  // A page that is lost does not come back to half of it.
  expect(saved).toEqual([])
  await send({ type: 'FINISH' })
  expect(at()).toMatch(/end/)
})

test('for one item only; back leads the way she came', async () => {
  const { deps, send, at } = await start()
  await send(agentCard, ...toBindings, { type: 'BIND' }, answer('proxy-relation', 'spouse'), next, second(father), next)
  await send(answer('scope', 'one'), next, answer('itemId', open.id), next, answer('months', '12'), next)
  await send({ type: 'SUBMIT' })
  expect(deps.bind.mock.calls[0]?.[0]).toMatchObject({ scope: { of: 'items', ids: [open.id] }, until: '2027-11-23' })
  const other = await start()
  await other.send(agentCard, ...toBindings, { type: 'BIND' })
  expect(other.at()).toBe('{"proxy":"asking"}')
  await other.send(back)
  expect(other.at()).toBe('"bindings"')
  await other.send(back)
  expect(other.at()).toBe('"cases"')
  expect(at()).toMatch(/receipt/)
})

test('who cannot be bound is told so when the second card is read', async () => {
  const { send, at, context } = await start()
  const child = { ...father, idNumber: '990101202608150047', birth: '2026-08-15' }
  await send(agentCard, ...toBindings, { type: 'BIND' }, answer('proxy-relation', 'parent'), next, second(child), next)
  expect([at(), context().proxy?.refused]).toEqual(['{"proxy":"refused"}', 'principal-too-young'])
})

test('without the father’s card: whom the hub named is handed in by the binding’s name, and nothing more', async () => {
  const { deps, saved, send, at, context } = await start()
  await send({ type: 'CHOOSE', item: open }, forFamily, agentCard)
  await send(answer('proxy-relation', 'child'), next, answer('proxy-authority', 'standing-binding'), next)
  expect(at()).toBe('{"proxy":"bound"}')
  await send(back, next, { type: 'BOUND', principal: bound })
  expect(at()).toBe('"form"')
  expect(visitLine(context())).toContain('赵＊厚')
  await send(answer('kind', 'work'), answer('unit', '工厂'), next, answer('phone', '13800136021'), next)
  await send({ type: 'SUBMIT' })
  expect(deps.submit.mock.calls[0]?.[0].proxy).toEqual({
    ...{ bindingId: ID, relation: 'child', authority: 'standing-binding' },
  })
  // Nothing of it is kept for a lost page, which would not know for whom it was; nor is it given away.
  expect(saved).toEqual([])
  expect(canHandOver({ ...context(), accepted: null })).toBe(false)
})

test('what was filled in for one never stands in the form of another; main’s word says who may not', async () => {
  const { send, at, context } = await start()
  await send({ type: 'CHOOSE', item: open }, forFamily, agentCard)
  await send(answer('proxy-relation', 'child'), next, answer('proxy-authority', 'standing-binding'), next)
  await send({ type: 'BOUND', principal: bound }, answer('kind', 'work'), back)
  expect(at()).toBe('{"proxy":"bound"}')
  await send({ type: 'BOUND', principal: bound })
  expect(context().answers.kind).toBe('work')
  const other = { ...bound, id: FIRST_PERSON, unmet: ['old'] }
  await send(back, { type: 'BOUND', principal: other })
  expect(context().answers.kind).toBeUndefined()
  expect(unmetHere(open, context(), '2026-11-23').map(({ precondition }) => precondition.id)).toEqual(['old'])
  // The father's card instead: all as by a card.
  await send(back, back, answer('proxy-authority', 'principal-present'), next, second(father), next)
  expect(context().proxy).toMatchObject({ bound: null, principal: { name: '赵德厚' } })
  expect(unmetHere(open, context(), '2026-11-23')).toEqual([])
})

test('an item that takes nothing but a binding asks for nothing else; an agent who is too young hears it', async () => {
  const only: ServiceItem = {
    ...open,
    proxy: {
      ...{ allowed: true, who: label, authorities: ['standing-binding'], agentAtLeast: 60 },
      relations: [{ value: 'child', label }],
    },
  }
  const { send, at, context } = await start(only)
  await send({ type: 'CHOOSE', item: only }, forFamily, agentCard)
  expect(at()).toBe('{"proxy":"bound"}')
  await send({ type: 'BOUND', principal: bound })
  expect([at(), context().proxy?.refused]).toEqual(['{"proxy":"refused"}', 'agent-too-young'])
  await send(back)
  expect(at()).toBe('"item"')
})

test('one of hers ends: shown again before it is sent, another can be chosen, and nobody is asked for consent', async () => {
  const { deps, send, at, context } = await start()
  const mine = (id: string, side: MyBinding['side']): MyBinding => ({
    ...{ id, side, maskedName: '周＊远', relation: 'child', scope: { of: 'all' }, until: '2027-11-23' },
  })
  const other = '3b241101-e2bb-4255-8caf-4136c566a963'
  await send(agentCard, ...toBindings)
  await send({ type: 'UNBIND', bindings: [mine(ID, 'principal'), mine(other, 'agent')], id: ID })
  expect(at()).toBe('{"confirm":"ready"}')
  await send({ type: 'CHANGE', field: 'bindingId' }, answer('bindingId', other), next)
  expect(at()).toBe('{"confirm":"ready"}')
  await send({ type: 'LOOK', change: { mode: 'elder' } })
  expect(context().item?.pages).toHaveLength(1)
  await send({ type: 'SUBMIT' })
  expect(deps.unbind).toHaveBeenCalledExactlyOnceWith({ draftId: ID, bindingId: other })
  await send({ type: 'ANOTHER' }, ...toBindings)
  await send({ type: 'UNBIND', bindings: [mine(ID, 'principal')], id: ID }, back)
  expect(at()).toBe('"form"')
  await send(back)
  expect(at()).toBe('"bindings"')
})

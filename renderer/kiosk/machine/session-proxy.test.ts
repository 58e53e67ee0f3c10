import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Applicant, SubmitRequest } from '../../../sync/protocol/submission.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noHandover,
  onlyIdCard,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine } from './session-machine.ts'
import type { SessionEvent } from './session-types.ts'

const label = { zh: '我是' }
const relations = (...values: ('child' | 'parent' | 'official')[]) => values.map((value) => ({ value, label }))
const open: ServiceItem = {
  ...item,
  signature: false,
  proxy: {
    allowed: true,
    who: label,
    authorities: ['principal-present', 'legal-guardian'],
    relations: relations('child', 'parent', 'official'),
  },
}
const principal: Applicant = {
  ...cardOf('99010119410307001X').applicant,
  name: '赵德厚',
  birth: '1941-03-07',
}
const other: Applicant = { ...cardOf('990101195806120022').applicant, name: '孙桂兰', birth: '1958-06-12' }
const CHILD = '990101202608150047'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function start(of: ServiceItem = open, left = 5) {
  const saved: Snapshot[] = []
  const deps = {
    submit: vi.fn(async (_request: SubmitRequest): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    ...noBinding,
    complain: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    rate: vi.fn(async () => ({ ok: true as const })),
    scan: async () => ({ ok: false as const, fault: 'cancelled' as const, pages: 0 }),
    cancelScan: () => undefined,
    scannedPages: async () => [],
    discardPage: () => undefined,
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
    newId: () => `draft-${saved.length}`,
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
  await send({ type: 'CHOOSE', item: of })
  const at = () => JSON.stringify((actor.getSnapshot().value as { journey: unknown }).journey)
  return { actor, deps, saved, send, at, context: () => actor.getSnapshot().context }
}
const answer = (field: string, value: string): SessionEvent => ({ type: 'ANSWER', field, value })
const next: SessionEvent = { type: 'NEXT' }
const back: SessionEvent = { type: 'BACK' }
const forFamily: SessionEvent = { type: 'BEGIN', forSomebodyElse: true }
const agentCard: SessionEvent = { type: 'CARD', event: cardOf(FIRST_PERSON) }
const second = (applicant: Applicant): SessionEvent => ({ type: 'PRINCIPAL', event: { kind: 'card', applicant } })

test('two cards: the form starts from the principal, and main is told of both', async () => {
  const { deps, saved, send, at, context } = await start()
  await send(forFamily)
  expect(at()).toBe('{"card":"resident"}')
  await send(agentCard)
  expect(at()).toBe('{"proxy":"asking"}')
  await send(next)
  expect(context().proxy?.faults).toEqual({ 'proxy-relation': 'missing' })
  await send(answer('proxy-relation', 'child'), next)
  expect(at()).toBe('{"proxy":"card"}')
  expect(deps.expectPrincipal).toHaveBeenLastCalledWith(true)
  await send(next)
  expect(at()).toBe('{"proxy":"card"}')
  await send(second(principal), next)
  expect(at()).toBe('"form"')
  expect(deps.expectPrincipal).toHaveBeenLastCalledWith(false)
  // Whose city that is: the principal's, as the agent's would be too; so look at the one who is checked.
  expect(saved.at(-1)?.proxy).toMatchObject({ relation: 'child', principal: { name: '赵德厚' } })
  await send(answer('kind', 'work'), answer('unit', '工厂'), next, answer('phone', '13800136021'), next)
  expect(at()).toBe('{"confirm":"ready"}')
  await send({ type: 'SUBMIT' })
  expect(deps.submit.mock.calls[0]?.[0].proxy).toEqual({
    principal: { name: '赵德厚', idNumber: '99010119410307001X' },
    relation: 'child',
    authority: 'principal-present',
  })
})

test('one’s own has no step more, and nothing of a proxy in it', async () => {
  const { deps, send, at, saved } = await start()
  await send(agentCard, { type: 'BEGIN' })
  expect(at()).toBe('"form"')
  expect(saved.at(-1)).not.toHaveProperty('proxy')
  await send(answer('kind', 'work'), answer('unit', '工厂'), next, answer('phone', '13800136021'), next, {
    type: 'SUBMIT',
  })
  expect(deps.submit.mock.calls[0]?.[0]).not.toHaveProperty('proxy')
})

test('for a child that stayed at home: name and number are typed, and looked at before the form', async () => {
  const { send, at, context } = await start()
  await send(agentCard, forFamily, answer('proxy-relation', 'parent'), next)
  await send(answer('proxy-authority', 'legal-guardian'), next, answer('proxy-name', '周小满'), next)
  await send(answer('proxy-number', '990101202608150048'), next)
  expect(context().proxy?.faults).toEqual({ 'proxy-number': 'check-digit' })
  // A grown-up has no guardian by being somebody's child.
  await send(answer('proxy-number', '990101195806120022'), next)
  expect(at()).toBe('{"proxy":"refused"}')
  expect(context().proxy?.refused).toBe('not-a-guardian')
  await send(back, forFamily, next, next, next, answer('proxy-number', CHILD), next)
  expect(at()).toBe('"form"')
  expect(context().proxy?.principal).toMatchObject({ name: '周小满', source: 'typed', birth: '2026-08-15' })
})

test('an agent who has handed in five today hears it before any question', async () => {
  const { send, at, context } = await start(open, 0)
  await send(agentCard, forFamily)
  expect(at()).toBe('{"proxy":"refused"}')
  expect(context().proxy?.refused).toBe('agent-limit')
  await send(back, { type: 'BEGIN' })
  expect(at()).toBe('"form"')
})

test('what was filled in for one person never stands in the form of another', async () => {
  const { send, at, context } = await start()
  await send(agentCard, { type: 'BEGIN' }, answer('unit', '我的工厂'), back, forFamily)
  expect(context()).toMatchObject({ answers: {}, draftId: null })
  await send(answer('proxy-relation', 'child'), next, second(principal), next, answer('unit', '父亲的厂'))
  const { draftId } = context()
  // Back to the card and on again: the same person, so nothing is lost.
  await send(back)
  expect(at()).toBe('{"proxy":"card"}')
  await send(next)
  expect(context().answers.unit).toBe('父亲的厂')
  await send(back, second(other), next)
  expect(context().answers.unit).toBeUndefined()
  expect(context().draftId).not.toBe(draftId)
  await send(answer('unit', '母亲的厂'), back, back, back)
  expect(at()).toBe('"item"')
  await send({ type: 'BEGIN' })
  expect(context().answers.unit).toBeUndefined()
  expect(context().proxy).toBeNull()
})

test('one relation and one authority: nothing is asked, the second card comes at once', async () => {
  const { send, at } = await start({
    ...open,
    proxy: { allowed: true, who: label, authorities: ['principal-present'], relations: relations('parent') },
  })
  await send(agentCard, forFamily)
  expect(at()).toBe('{"proxy":"card"}')
  await send(back)
  expect(at()).toBe('"item"')
})

test('a lost page goes on for whom it was begun', async () => {
  const { deps, saved, send } = await start()
  await send(agentCard, forFamily, answer('proxy-relation', 'official'), next, second(principal), next)
  await send(answer('kind', 'work'), answer('unit', '工厂'), next)
  const actor = createActor(createSessionMachine({ ...deps, restore: async () => saved.at(-1) ?? null }), {
    clock: new SimulatedClock(),
  })
  stops.push(() => actor.stop())
  actor.start()
  actor.send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [open] } })
  actor.send(agentCard)
  for (let turn = 0; turn < 50; turn++) await null
  expect(actor.getSnapshot().context).toMatchObject({
    answers: { unit: '工厂' },
    proxy: { principal: { name: '赵德厚' }, begunFor: principal.idNumber },
  })
})

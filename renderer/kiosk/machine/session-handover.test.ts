import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { HandOverAnswer, OpenAnswer } from '../../../electron/bridge/handover.contract.ts'
import type { HandoverDraft, SealedDraft } from '../../../sync/protocol/handover.ts'
import type { Material, ServiceItem } from '../../../sync/protocol/service-item.ts'
import {
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noPapers,
  onlyIdCard,
  SECOND_PERSON,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine, IDLE } from './session-machine.ts'
import type { EndReason, SessionDeps, SessionEvent } from './session-types.ts'

const CODE = 'bianmin-handover:1:x:y'
const text = (zh: string) => ({ zh })
const paper = (id: string, change: Partial<Material> = {}): Material => ({
  ...{ id, name: text(id), required: true, sources: ['scan'], maxPages: 2, maxBytes: 1000, pledgeInstead: false },
  ...change,
})
const withPapers: ServiceItem = {
  ...item,
  materials: [paper('letter', { pledgeInstead: true }), paper('note', { required: false }), paper('book')],
}
const DRAFT: SealedDraft = {
  ...{ v: 1, item: { id: item.id, version: item.version }, answers: { kind: 'work', unit: 'our unit' }, step: 2 },
  ...{ mode: 'standard', language: 'zh', papers: [], papersLeftOut: [], pagesLeftBehind: 0, ownerNumber: FIRST_PERSON },
}
const opened = (draft: Partial<SealedDraft> = {}, by: 'card' | 'staff' = 'card'): OpenAnswer => ({
  ...{ outcome: 'opened', draft: { ...DRAFT, ...draft }, by },
})

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(changes: Partial<SessionDeps> = {}, items: readonly ServiceItem[] = [item], agrees = true) {
  const clock = new SimulatedClock()
  const given: HandoverDraft[] = []
  const ended: EndReason[] = []
  let slipsHeld = 0
  let ids = 0
  const deps: SessionDeps = {
    submit: async () => ({ ok: false, fault: 'no-card', fields: [] }),
    ...noBinding,
    complain: async () => ({ ok: false, fault: 'no-card', fields: [] }),
    rate: async () => ({ ok: true }),
    byDraft: async () => null,
    print: async () => ({ kind: 'no-printer' }),
    restore: async () => null,
    save: () => undefined,
    ...noPapers,
    ...onlyIdCard,
    personData: async () => ({ outcome: 'offline' as const }),
    async handOver(draft) {
      given.push(draft)
      return { outcome: 'handed-over', expiresAt: '2026-11-24T02:48:00.000Z' }
    },
    openSlip: async () => opened(),
    slipHeld: () => void slipsHeld++,
    end: async (why) => void ended.push(why),
    agentLeft: async () => ({ left: 5 }),
    expectPrincipal: () => undefined,
    newId: () => `draft-${++ids}`,
    today: () => '2026-11-23',
    now: () => new Date('2026-11-23T02:48:00.000Z'),
    ...changes,
  }
  const actor = createActor(createSessionMachine(deps), { clock })
  if (agrees) {
    actor.subscribe((state) => {
      if (state.matches({ journey: { slip: 'consenting' } })) actor.send({ type: 'AGREE' })
    })
  }
  actor.start()
  stops.push(() => actor.stop())
  const send = (...events: SessionEvent[]) => {
    for (const event of events) sendAgreeing(actor, event)
  }
  send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [...items] } }, { type: 'BRIDGE', connected: true })
  const journey = () => JSON.stringify(actor.getSnapshot().value.journey)
  const reached = (part: string) => vi.waitFor(() => expect(journey()).toContain(part))
  const context = () => actor.getSnapshot().context
  return { actor, clock, given, ended, held: () => slipsHeld, send, journey, reached, context }
}
type Session = ReturnType<typeof start>

const card = (idNumber = FIRST_PERSON): SessionEvent => ({ type: 'CARD', event: cardOf(idNumber) })
const answer = (field: string, value: string): SessionEvent => ({ type: 'ANSWER', field, value })
const slip: SessionEvent = { type: 'SLIP', code: CODE }

/** On the third page of the form, with everything before it answered. */
async function toThirdPage(session: Session, chosen: ServiceItem = item) {
  session.send({ type: 'START' }, { type: 'CHOOSE', item: chosen }, { type: 'BEGIN' }, card())
  await session.reached('form')
  session.send(answer('kind', 'work'), answer('unit', 'our unit'), { type: 'NEXT' })
  expect(session.context().pageIndex).toBe(2)
}

test('asked first, then given away as it stands; with the slip the visit ends', async () => {
  const session = start()
  await toThirdPage(session)
  session.send(answer('phone', '1380'), { type: 'HAND_OVER' })
  expect([session.journey(), session.given]).toEqual(['{"handover":"asking"}', []])
  session.send({ type: 'HAND_OVER' })
  await session.reached('done')
  expect(session.given).toEqual([
    {
      ...{ v: 1, item: { id: item.id, version: item.version }, step: 2, mode: 'standard', language: 'zh' },
      answers: { kind: 'work', unit: 'our unit', home: '990100', phone: '1380' },
      ...{ papers: [], papersLeftOut: [], pagesLeftBehind: 0 },
    },
  ])
  // Two of it would be one too many.
  session.send({ type: 'BACK' })
  expect(session.journey()).toContain('done')
  session.send({ type: 'FINISH' })
  await session.reached('ended')
  expect(session.ended).toEqual(['done'])
})

test('from the papers: what is pledged or left out goes along, what was scanned stays behind', async () => {
  const pages = [{ pageId: 'page-1', materialId: 'book', mediaType: 'image/jpeg' as const, bytes: 9 }]
  let tray: typeof pages = []
  const scan = async () => {
    tray = pages
    return { ok: true, pages: 1, more: false } as const
  }
  const session = start({ scan, scannedPages: async () => tray }, [withPapers])
  await toThirdPage(session, withPapers)
  session.send(answer('phone', '13800136021'), { type: 'NEXT' })
  await session.reached('choosing')
  session.send({ type: 'GIVE', way: 'pledge' }, { type: 'GIVE', way: 'none' }, { type: 'SCAN' })
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' })
  await session.reached('choosing')
  session.send({ type: 'HAND_OVER' }, { type: 'BACK' })
  await session.reached('choosing')
  expect(session.context().scanned).toHaveLength(1)
  session.send({ type: 'NEXT' })
  await session.reached('confirm')
  session.send({ type: 'HAND_OVER' }, { type: 'BACK' })
  await session.reached('confirm')
  session.send({ type: 'HAND_OVER' }, { type: 'HAND_OVER' })
  await session.reached('done')
  expect(session.given[0]).toMatchObject({
    ...{
      step: 'papers',
      papers: [{ materialId: 'letter', by: 'pledge' }],
      papersLeftOut: ['note'],
      pagesLeftBehind: 1,
    },
  })
})

test.each([
  ['said', async (): Promise<HandOverAnswer> => ({ outcome: 'not-handed-over', why: 'offline' })],
  ['lost', () => Promise.reject(new Error('no line'))],
] as const)('no slip (%s): the form is still there, and it can be tried again', async (_, handOver) => {
  const session = start({ handOver })
  await toThirdPage(session)
  session.send({ type: 'HAND_OVER' }, { type: 'HAND_OVER' })
  await session.reached('not-done')
  session.send({ type: 'HAND_OVER' })
  expect(session.journey()).toContain('working')
  await session.reached('not-done')
  session.send({ type: 'BACK' })
  expect([session.journey(), session.context().pageIndex]).toEqual(['"form"', 2])
})

test('printing is no idleness, and a complaint or a visit without a card has nothing to give away', async () => {
  let settle: (answer: HandOverAnswer) => void = () => undefined
  const session = start({ handOver: () => new Promise((resolve) => (settle = resolve)) })
  await toThirdPage(session)
  session.send({ type: 'HAND_OVER' }, { type: 'HAND_OVER' })
  session.clock.increment(IDLE.standard.warnMs * 2)
  expect(session.actor.getSnapshot().value.attention).toBe('paused')
  settle({ outcome: 'not-handed-over', why: 'clock' })
  await session.reached('not-done')

  const other = start()
  other.send({ type: 'START' }, { type: 'COMPLAIN' })
  expect([other.journey(), other.actor.getSnapshot().can({ type: 'HAND_OVER' })]).toEqual(['"form"', false])
})

test('the slip, then the card: the form goes on where it stood, and main hears that it is here', async () => {
  const session = start()
  session.send(slip)
  expect([session.journey(), session.held()]).toEqual(['{"slip":"waiting"}', 0])
  session.send(card())
  await session.reached('form')
  expect(session.context()).toMatchObject({ pageIndex: 2, answers: DRAFT.answers, draftId: 'draft-1' })
  expect([session.context().item?.id, session.held()]).toEqual([item.id, 1])
})

test('opening is no idleness', () => {
  const session = start({ openSlip: () => new Promise(() => undefined) })
  session.send(slip, card())
  session.clock.increment(IDLE.standard.warnMs * 2)
  expect([session.journey(), session.actor.getSnapshot().value.attention]).toEqual(['{"slip":"opening"}', 'paused'])
})

test('elder mode and papers come back as they were', async () => {
  const draft = { mode: 'elder', step: 'papers', papers: [{ materialId: 'letter', by: 'pledge' }] } as const
  const all = { ...DRAFT.answers, phone: '13800136021' }
  const session = start(
    { openSlip: async () => opened({ ...draft, papers: [...draft.papers], papersLeftOut: ['note'], answers: all }) },
    [withPapers],
  )
  session.send({ type: 'START' }, card(), slip)
  await session.reached('choosing')
  // The one that has to be scanned again.
  expect(session.context()).toMatchObject({ paperIndex: 2, look: { mode: 'elder' } })
})

test('of a newer item what fits is kept, and what does not is counted before the form is shown', async () => {
  const newer = { ...item, version: 4, fields: item.fields.filter(({ id }) => id !== 'home') }
  const answers = { kind: 'gone', unit: 'our unit', home: '990100', phone: '13800136021' }
  const session = start({ openSlip: async () => opened({ answers }) }, [newer])
  session.send(slip, card())
  await session.reached('changed')
  expect(session.context()).toMatchObject({ answers: { unit: 'our unit', phone: '13800136021' }, slip: { dropped: 2 } })
  session.send({ type: 'NEXT' })
  await session.reached('form')
  expect(session.context().pageIndex).toBe(0)
})

test('an item that is gone is said to be gone, and the slip is not used up', async () => {
  const session = start({}, [])
  session.send(slip, card())
  await session.reached('refused')
  expect([session.context().slip?.trouble, session.held()]).toEqual(['item-gone', 0])
  session.send({ type: 'HOME' })
  expect([session.journey(), session.context().slip]).toEqual(['"home"', null])
})

test('a refusal is shown, and the same slip is tried again', async () => {
  const answers: OpenAnswer[] = [{ outcome: 'not-opened', why: 'offline' }, opened()]
  const session = start({ openSlip: async () => answers.shift() ?? opened() })
  session.send(slip, card())
  await session.reached('refused')
  expect(session.context().slip?.trouble).toEqual({ outcome: 'not-opened', why: 'offline' })
  session.send({ type: 'NEXT' })
  await session.reached('form')
  const lost = start({ openSlip: () => Promise.reject(new Error('no line')) })
  lost.send(slip, card())
  await lost.reached('refused')
  expect(lost.context().slip?.trouble).toBe('lost')
})

test('her yes was another visit’s: she is asked again, and a no leaves nothing of the form', async () => {
  const session = start({}, [item], false)
  session.send(slip, card())
  await session.reached('consenting')
  session.send({ type: 'AGREE' })
  expect(session.journey()).toBe('"form"')
  const other = start({}, [item], false)
  other.send(slip, card())
  await other.reached('consenting')
  other.send({ type: 'REFUSE' })
  expect([other.journey(), other.context().answers]).toEqual(['{"consent":"refused"}', {}])
})

test('staff opens it without the card: main hears of it with the card that the form is for, and before the papers', async () => {
  const answers = { ...DRAFT.answers, phone: '13800136021' }
  const session = start({ openSlip: async () => opened({ answers }, 'staff') })
  session.send(slip, { type: 'ASSIST', isHelping: true })
  await session.reached('form')
  expect([session.held(), session.context().card]).toEqual([0, null])
  // Nobody's card is here: nobody could open it again.
  expect(session.actor.getSnapshot().can({ type: 'HAND_OVER' })).toBe(false)
  session.send({ type: 'NEXT' })
  expect(session.journey()).toBe('{"card":"resident"}')
  session.send(card())
  expect([session.journey(), session.held()]).toEqual(['"form"', 1])
})

test('another person’s card at a form that staff opened: nothing of it is shown, and the slip stays good', async () => {
  const session = start({ openSlip: async () => opened({}, 'staff') })
  session.send({ type: 'START' }, { type: 'ASSIST', isHelping: true }, slip)
  await session.reached('form')
  session.send(card(SECOND_PERSON))
  expect(session.journey()).toContain('refused')
  expect(session.context()).toMatchObject({ answers: {}, item: null, takenUp: null, slip: { trouble: 'other-person' } })
  expect(session.held()).toBe(0)
})

test('a form for somebody else asks for the principal’s card again, and keeps what was filled in', async () => {
  const allowing: ServiceItem = {
    ...item,
    proxy: {
      allowed: true,
      who: text('who'),
      authorities: ['principal-present'],
      relations: [{ value: 'child', label: text('child') }],
    },
  }
  const proxy = {
    ...({ relation: 'child', authority: 'principal-present', principal: cardOf(SECOND_PERSON).applicant } as const),
  }
  const session = start({ openSlip: async () => opened({ proxy }) }, [allowing])
  session.send(slip, card())
  await session.reached('card')
  const principal = { kind: 'card', applicant: cardOf(SECOND_PERSON).applicant } as const
  session.send({ type: 'PRINCIPAL', event: principal }, { type: 'NEXT' })
  await session.reached('form')
  expect(session.context()).toMatchObject({ answers: DRAFT.answers, pageIndex: 2 })
})

test('where something is filled in already, a slip is nobody’s', async () => {
  const session = start()
  await toThirdPage(session)
  expect(session.actor.getSnapshot().can(slip)).toBe(false)
})

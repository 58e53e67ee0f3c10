import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { RateAnswer } from '../../../electron/bridge/feedback.contract.ts'
import type { PrintReceiptAnswer } from '../../../electron/bridge/printing.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
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
import { ASK_AGAIN_MS, createSessionMachine, IDLE } from './session-machine.ts'
import type { EndReason, SessionDeps, SessionEvent } from './session-types.ts'

/** The way out of a visit by the rating, and complaints. */
const PRINTED: PrintReceiptAnswer = { kind: 'settled', result: { ok: true, settledAtMs: 1 } }
const PAPER_OUT: PrintReceiptAnswer = {
  kind: 'settled',
  result: { ok: false, fault: 'paper-out', paper: 'nothing', state: { state: 'paper-out' } },
}
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(changes: Partial<SessionDeps> = {}) {
  const clock = new SimulatedClock()
  const ended: EndReason[] = []
  const saved: unknown[] = []
  let ids = 0
  const deps = {
    submit: async (): Promise<SubmitAnswer> => ({ ok: true, accepted }),
    ...noBinding,
    complain: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    rate: vi.fn(async (): Promise<RateAnswer> => ({ ok: true })),
    byDraft: async () => null,
    print: async () => PRINTED,
    restore: async () => null,
    scan: async () => ({ ok: true as const, pages: 0, more: false }),
    cancelScan: () => undefined,
    scannedPages: async () => [],
    discardPage: () => undefined,
    save: (snapshot: unknown) => void saved.push(snapshot),
    ...onlyIdCard,
    agentLeft: async () => ({ left: 5 }),
    personData: async () => ({ outcome: 'offline' as const }),
    expectPrincipal: () => undefined,
    ...noHandover,
    end: async (why: EndReason) => void ended.push(why),
    newId: () => `draft-${++ids}`,
    today: () => '2026-11-23',
    now: () => new Date('2026-11-23T02:48:00.000Z'),
    ...changes,
  }
  const actor = createActor(createSessionMachine(deps), { clock })
  actor.start()
  stops.push(() => actor.stop())
  const send = (...events: SessionEvent[]) => {
    for (const event of events) sendAgreeing(actor, event)
  }
  send({ type: 'CATALOGUE', catalogue }, { type: 'BRIDGE', connected: true })
  const journey = () => JSON.stringify(actor.getSnapshot().value.journey)
  const reached = (part: string) => vi.waitFor(() => expect(journey()).toContain(part))
  return { actor, clock, deps, ended, saved, send, journey, reached, context: () => actor.getSnapshot().context }
}
type Session = ReturnType<typeof start>

async function toReceipt(session: Session, chosen: ServiceItem = item) {
  const { send } = session
  send({ type: 'START' }, { type: 'CHOOSE', item: { ...chosen, signature: false } }, { type: 'BEGIN' })
  send({ type: 'CARD', event: cardOf(FIRST_PERSON) })
  send({ type: 'ANSWER', field: 'kind', value: 'work' }, { type: 'ANSWER', field: 'unit', value: 'unit one' })
  send({ type: 'NEXT' }, { type: 'ANSWER', field: 'phone', value: '13800136021' }, { type: 'NEXT' })
  await session.reached('ready')
  send({ type: 'SUBMIT' })
  await session.reached('receipt')
}
async function toRating(session: Session) {
  await toReceipt(session)
  await session.reached('printed')
  session.send({ type: 'FINISH' })
  expect(session.journey()).toBe('{"rate":"asking"}')
}

test('the way out leads by the rating; a level is said back, kept, and the visit is over', async () => {
  const session = start()
  await toRating(session)
  session.send({ type: 'RATE', change: { level: 4 } })
  expect(session.context().rating).toMatchObject({ level: 4, step: 'check' })
  session.send({ type: 'RATE_SEND' })
  await session.reached('ended')
  expect(session.deps.rate).toHaveBeenCalledWith({
    ...{ draftId: expect.any(String), about: accepted.submissionId, level: 4, reasons: [] },
  })
  expect(session.ended).toEqual(['done'])
})

test('nothing is sent without a level; not to rate ends the visit, and 首页 begins another item', async () => {
  const skipped = start()
  await toRating(skipped)
  skipped.send({ type: 'RATE_SEND' })
  expect(skipped.journey()).toBe('{"rate":"asking"}')
  skipped.send({ type: 'END' })
  await skipped.reached('ended')
  expect(skipped.ended).toEqual(['done'])
  const homeward = start()
  await toRating(homeward)
  homeward.send({ type: 'HOME' })
  expect([homeward.journey(), homeward.context().rating]).toEqual(['"home"', null])
  expect(homeward.deps.rate).not.toHaveBeenCalled()
})

test('返回 is there from the second page on', async () => {
  const session = start()
  await toRating(session)
  expect(session.actor.getSnapshot().can({ type: 'BACK' })).toBe(false)
  session.send({ type: 'RATE', change: { level: 1 } }, { type: 'RATE', change: { step: 'reasons' } })
  session.send({ type: 'BACK' }, { type: 'BACK' })
  expect(session.context().rating).toMatchObject({ step: 'level', level: 1 })
})

test('no rating where somebody must see to the printer first, in quiet mode, or while it still prints', async () => {
  const broken = start({ print: async () => PAPER_OUT })
  await toReceipt(broken)
  await broken.reached('failed')
  const quietItem = { ...item, quiet: true }
  const quiet = start()
  await toReceipt(quiet, quietItem)
  await quiet.reached('printed')
  const printing = start({ print: () => new Promise(() => undefined) })
  await toReceipt(printing)
  for (const session of [broken, quiet, printing]) {
    session.send({ type: 'FINISH' })
    await session.reached('ended')
  }
})

test('a lost answer is asked again with the same draft; a refusal says so and ends', async () => {
  const rate = vi.fn<SessionDeps['rate']>().mockRejectedValueOnce(new Error('lost')).mockResolvedValue({ ok: true })
  const session = start({ rate })
  await toRating(session)
  session.send({ type: 'RATE', change: { level: 5 } }, { type: 'RATE_SEND' })
  await session.reached('lost')
  expect(session.actor.getSnapshot().matches({ attention: 'paused' })).toBe(true)
  session.clock.increment(ASK_AGAIN_MS)
  await session.reached('ended')
  expect(rate.mock.calls[0]).toEqual(rate.mock.calls[1])
  const refused = start({ rate: async () => ({ ok: false, fault: 'no-space' }) })
  await toRating(refused)
  refused.send({ type: 'RATE', change: { level: 5 } }, { type: 'RATE_SEND' })
  await refused.reached('refused')
})

test('whoever walks away from the rating is waited for as everywhere, then wiped', async () => {
  const session = start()
  await toRating(session)
  session.clock.increment(IDLE.standard.warnMs)
  expect(session.actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
  for (let second = 0; second < IDLE.standard.seconds; second++) session.clock.increment(1000)
  await session.reached('ended')
  expect([session.ended, session.deps.rate]).toEqual([['idle'], expect.any(Function)])
  expect(session.deps.rate).not.toHaveBeenCalled()
})

test('a complaint needs no card, keeps nothing in main before it is sent, and ends without a rating', async () => {
  const session = start()
  const { send } = session
  send({ type: 'START' }, { type: 'COMPLAIN' })
  expect(session.journey()).toBe('"form"')
  send({ type: 'BACK' })
  expect(session.journey()).toBe('"home"')
  send({ type: 'COMPLAIN' }, { type: 'ANSWER', field: 'what', value: 'hall' }, { type: 'NEXT' })
  send({ type: 'ANSWER', field: 'sort', value: '建议' }, { type: 'NEXT' })
  send({ type: 'ANSWER', field: 'words', value: '大厅里没有热水' }, { type: 'NEXT' })
  // Another mode in the middle: the same question.
  send({ type: 'LOOK', change: { mode: 'elder' } }, { type: 'ANSWER', field: 'named', value: 'no' }, { type: 'NEXT' })
  await session.reached('ready')
  send({ type: 'SUBMIT' })
  await session.reached('printed')
  expect(session.deps.complain).toHaveBeenCalledTimes(1)
  expect(session.deps.complain).toHaveBeenCalledWith({
    ...{ draftId: expect.any(String), about: { what: 'hall' }, sort: '建议', words: '大厅里没有热水', anonymous: true },
  })
  expect(session.saved).toEqual([])
  send({ type: 'FINISH' })
  await session.reached('ended')
  expect(session.deps.rate).not.toHaveBeenCalled()
})

test('what was open in this visit is what a complaint asks for first, also when its form is gone', () => {
  const session = start()
  const { send } = session
  const other = { ...item, id: 'S91' }
  send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [other, item] } })
  const firstItem = () => {
    const field = session.context().item?.fields.find(({ id }) => id === 'itemId')
    return field?.type === 'choice' ? field.options[0]?.value : undefined
  }
  send({ type: 'START' }, { type: 'COMPLAIN' })
  expect(firstItem()).toBe('S91')
  send({ type: 'BACK' }, { type: 'CHOOSE', item }, { type: 'HOME' }, { type: 'COMPLAIN' })
  expect(firstItem()).toBe('S90')
  send({ type: 'BACK' }, { type: 'COMPLAIN' })
  expect([session.context().itemBefore, firstItem()]).toEqual(['S90', 'S90'])
})

test('the item of a ticket that was looked up is what a complaint asks for first', () => {
  const session = start()
  const { send } = session
  send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [{ ...item, id: 'S91' }, item] } })
  send({ type: 'START' }, { type: 'LOOK_UP' }, { type: 'LOOKED_UP', itemId: 'S90' }, { type: 'HOME' })
  send({ type: 'COMPLAIN' })
  const field = session.context().item?.fields.find(({ id }) => id === 'itemId')
  expect(field?.type === 'choice' ? field.options[0]?.value : undefined).toBe('S90')
})

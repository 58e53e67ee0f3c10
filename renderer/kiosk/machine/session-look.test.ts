import { afterEach, expect, test } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import { USUAL_LOOK } from '../../ui/look.ts'
import { loadLanguage } from '../../ui/strings/language.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noHandover,
  noPapers,
  onlyIdCard,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine, IDLE } from './session-machine.ts'
import type { SessionEvent } from './session-types.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(found: Snapshot | null = null) {
  const clock = new SimulatedClock()
  const saved: Snapshot[] = []
  const actor = createActor(
    createSessionMachine({
      submit: async () => ({ ok: true, accepted }),
      ...noBinding,
      complain: async () => ({ ok: true, accepted }),
      rate: async () => ({ ok: true }),
      byDraft: async () => null,
      print: async () => ({ kind: 'settled', result: { ok: true, settledAtMs: 1 } }),
      restore: async () => found,
      save: (snapshot) => void saved.push(snapshot),
      ...noPapers,
      end: async () => undefined,
      ...onlyIdCard,
      agentLeft: async () => ({ left: 5 }),
      personData: async () => ({ outcome: 'offline' as const }),
      expectPrincipal: () => undefined,
      ...noHandover,
      newId: () => 'draft-1',
      today: () => '2026-11-23',
      now: () => new Date('2026-11-23T02:48:00.000Z'),
    }),
    { clock },
  )
  actor.start()
  stops.push(() => actor.stop())
  const send = (...events: SessionEvent[]) => {
    for (const event of events) sendAgreeing(actor, event)
  }
  send({ type: 'CATALOGUE', catalogue }, { type: 'BRIDGE', connected: true })
  const context = () => actor.getSnapshot().context
  const asked = () => context().item?.pages[context().pageIndex]?.fields
  return { actor, clock, saved, send, context, asked }
}

const elder: SessionEvent = { type: 'LOOK', change: { mode: 'elder' } }
const standard: SessionEvent = { type: 'LOOK', change: { mode: 'standard' } }
const card: SessionEvent = { type: 'CARD', event: cardOf(FIRST_PERSON) }
const toForm: SessionEvent[] = [{ type: 'START' }, { type: 'CHOOSE', item }, { type: 'BEGIN' }, card]

test('elder mode asks one question a page, and waits twice as long for an answer', async () => {
  const session = start()
  session.send(elder, ...toForm)
  expect(session.asked()).toEqual(['kind'])
  session.clock.increment(IDLE.elder.warnMs - 1)
  expect(session.actor.getSnapshot().matches({ attention: 'awake' })).toBe(true)
  session.clock.increment(1)
  expect(session.actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
  expect(session.context().secondsLeft).toBe(60)
})

test('a change of mode in the middle keeps answers and question, and goes back the same way', () => {
  const session = start()
  session.send(...toForm, { type: 'ANSWER', field: 'kind', value: 'work' })
  session.send({ type: 'ANSWER', field: 'unit', value: '恒盛纺织厂' }, { type: 'NEXT' })
  expect(session.asked()).toEqual(['phone', 'home'])
  session.send(elder)
  expect(session.asked()).toEqual(['phone'])
  session.send({ type: 'ANSWER', field: 'phone', value: '13800136021' }, { type: 'NEXT' })
  expect(session.asked()).toEqual(['home'])
  session.send(standard)
  expect(session.asked()).toEqual(['phone', 'home'])
  expect(session.context().answers).toMatchObject({ unit: '恒盛纺织厂', phone: '13800136021' })
})

test('what is submitted names the item itself, whatever mode it was filled in', () => {
  const session = start()
  session.send(elder, ...toForm)
  expect(session.saved.at(-1)).toMatchObject({ item: { id: item.id, version: item.version }, mode: 'elder' })
})

test('a lost page comes back in its mode, at its question', async () => {
  const answers = { kind: 'work', unit: '恒盛纺织厂' }
  const snapshot = { draftId: 'draft-9', item: { id: item.id, version: item.version }, answers } as const
  const session = start({ ...snapshot, step: 3, mode: 'elder' })
  session.send(card)
  await new Promise<void>((resolve) => {
    session.actor.subscribe((state) => state.matches({ journey: 'form' }) && resolve())
  })
  expect(session.context().look.mode).toBe('elder')
  expect(session.asked()).toEqual(['phone'])
})

test('larger type belongs to elder mode; colours and height stay', () => {
  const session = start()
  session.send(elder, { type: 'LOOK', change: { step: 1.3, contrast: 'dark', lowered: true } })
  expect(session.context().look).toEqual({ ...USUAL_LOOK, mode: 'elder', step: 1.3, contrast: 'dark', lowered: true })
  session.send(standard)
  expect(session.context().look).toEqual({ ...USUAL_LOOK, contrast: 'dark', lowered: true })
})

test('the language belongs to the visit: elder mode keeps what was chosen by hand, and asks in it', async () => {
  const session = start()
  session.send(elder, ...toForm)
  expect(session.context().look.language).toBe('zh')
  expect(await loadLanguage('en')).toBe(true)
  const asked = () => session.context().item?.pages[session.context().pageIndex]?.question
  const chinese = asked()
  session.send({ type: 'LOOK', change: { language: 'en' } })
  expect(session.context().look).toMatchObject({ mode: 'elder', language: 'en' })
  expect(asked()).toEqual(chinese)
  session.send(standard)
  expect(session.context().look.language).toBe('en')
  expect(session.asked()).toContain('kind')
})

test('elder mode is offered once; whoever chose a mode by hand is not asked', () => {
  const seen = start()
  expect(seen.context().elderOffered).toBe(false)
  seen.send({ type: 'ELDER_OFFER_SEEN' })
  expect(seen.context().elderOffered).toBe(true)
  const chosen = start()
  chosen.send({ type: 'LOOK', change: { contrast: 'dark' } })
  expect(chosen.context().elderOffered).toBe(false)
  chosen.send(standard)
  expect(chosen.context().elderOffered).toBe(true)
})

test('another item of the same visit keeps the look', () => {
  const session = start()
  session.send(elder, ...toForm, { type: 'HOME' }, { type: 'CHOOSE', item: { ...item, id: 'S91' } })
  expect(session.context().look.mode).toBe('elder')
  expect(session.context().item?.pages.every((page) => page.fields.length === 1)).toBe(true)
})

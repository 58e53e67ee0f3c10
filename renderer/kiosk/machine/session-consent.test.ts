import { afterEach, expect, test } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import { consentText } from '../../../sync/protocol/consent.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { SubmitRequest } from '../../../sync/protocol/submission.ts'
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
  SECOND_PERSON,
} from './session-fixture.ts'
import { createSessionMachine } from './session-machine.ts'
import type { SessionEvent } from './session-types.ts'

const part = (zh: string) => ({ zh })
const plain: ServiceItem = {
  ...item,
  signature: false,
  consent: { purpose: part('办'), fields: part('号'), receiver: part('局'), keeping: part('年') },
}
const asking: ServiceItem = {
  ...plain,
  fields: item.fields.map((field) =>
    field.id === 'phone' ? { ...field, prefill: { from: 'shared', key: 'person.phone' } } : field,
  ),
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function start(of: ServiceItem, mode: 'standard' | 'elder' = 'standard', found: Snapshot | null = null) {
  const submitted: SubmitRequest[] = []
  const saved: Snapshot[] = []
  const actor = createActor(
    createSessionMachine({
      async submit(request): Promise<SubmitAnswer> {
        submitted.push(request)
        return { ok: true, accepted }
      },
      ...noBinding,
      complain: async () => ({ ok: true, accepted }),
      rate: async () => ({ ok: true }),
      byDraft: async () => null,
      print: async () => ({ kind: 'no-printer' }),
      restore: async () => found,
      save: (snapshot) => void saved.push(snapshot),
      ...noPapers,
      ...onlyIdCard,
      ...noHandover,
      agentLeft: async () => ({ left: 5 }),
      personData: async () => ({ outcome: 'offline' as const }),
      expectPrincipal: () => undefined,
      end: async () => undefined,
      newId: () => 'draft-1',
      today: () => '2026-11-23',
      now: () => new Date('2026-11-23T02:48:00.000Z'),
    }),
    { clock: new SimulatedClock() },
  )
  actor.start()
  stops.push(() => actor.stop())
  const send = async (...events: SessionEvent[]) => {
    for (const event of events) {
      actor.send(event)
      for (let turn = 0; turn < 50; turn++) await null
    }
  }
  const at = () => JSON.stringify((actor.getSnapshot().value as { journey: unknown }).journey)
  await send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [of] } })
  if (found === null) {
    await send({ type: 'START' }, { type: 'LOOK', change: { mode } })
    await send({ type: 'CHOOSE', item: of }, { type: 'BEGIN' })
  }
  return { send, at, submitted, saved, context: () => actor.getSnapshot().context }
}
const card: SessionEvent = { type: 'CARD', event: cardOf(FIRST_PERSON) }
const answer = (field: string, value: string): SessionEvent => ({ type: 'ANSWER', field, value })
const next: SessionEvent = { type: 'NEXT' }

test('asked before the card is read, once, and the words go with what is handed in', async () => {
  const { send, at, submitted } = await start(plain)
  expect(at()).toBe('{"consent":"open"}')
  await send({ type: 'AGREE' })
  expect(at()).toBe('{"card":"resident"}')
  await send(card)
  expect(at()).toBe('"form"')
  await send({ type: 'BACK' }, { type: 'BEGIN' })
  expect(at()).toBe('"form"')
  await send(answer('kind', 'work'), answer('unit', '工厂'), next, answer('phone', '13800136021'), next)
  await send({ type: 'SUBMIT' })
  expect(submitted[0]?.consent).toBe(consentText(plain))
})

test('a no leads to the window, with nothing kept, and is no yes the next time', async () => {
  const { send, at, context } = await start(plain)
  await send({ type: 'REFUSE' })
  expect(at()).toBe('{"consent":"refused"}')
  expect(context().item?.id).toBe('S90')
  await send({ type: 'HOME' }, { type: 'CHOOSE', item: plain }, { type: 'BEGIN' })
  expect(at()).toBe('{"consent":"open"}')
})

/** One question a page, up to the summary. */
const ELDER_TO_SUMMARY: readonly SessionEvent[] = [
  card,
  ...[answer('kind', 'work'), next],
  ...[answer('unit', '工厂'), next],
  ...[answer('phone', '13800136021'), next, next],
]

test('elder mode: where the hub is not asked, the yes is given with the handing in', async () => {
  const { send, at, submitted, context } = await start(plain, 'elder')
  await send(...ELDER_TO_SUMMARY)
  expect(at()).toBe('{"confirm":"ready"}')
  expect(context().agreed).toEqual([])
  await send({ type: 'SUBMIT' })
  expect(submitted[0]?.consent).toBe(consentText(plain))
})

test('elder mode: where she also signs, it is asked on a page before', async () => {
  const { at } = await start({ ...plain, signature: true }, 'elder')
  expect(at()).toBe('{"consent":"open"}')
})

test('a no beside the summary clears what was filled in', async () => {
  const { send, at, context, submitted } = await start(plain, 'elder')
  await send(...ELDER_TO_SUMMARY)
  await send({ type: 'REFUSE' })
  expect(at()).toBe('{"consent":"refused"}')
  expect(context()).toMatchObject({ answers: {}, draftId: null })
  expect(submitted).toEqual([])
})

test('elder mode: where the hub is asked, the yes comes first', async () => {
  const { at } = await start(asking, 'elder')
  expect(at()).toBe('{"consent":"open"}')
})

test('another person’s card is asked anew; a lost page is not', async () => {
  const { send, at, saved } = await start(plain)
  await send({ type: 'AGREE' }, card, { type: 'HOME' })
  const [first] = saved
  const other = await start(plain)
  await other.send({ type: 'AGREE' }, { type: 'BACK' }, card, { type: 'CARD', event: cardOf(SECOND_PERSON) })
  await other.send({ type: 'BEGIN' })
  expect(other.at()).toBe('{"consent":"open"}')
  expect(at()).toBe('"home"')
  const again = await start(plain, 'standard', first ?? null)
  await again.send(card)
  expect(again.at()).toBe('"form"')
  expect(again.context().agreed).toEqual(['S90 3'])
})

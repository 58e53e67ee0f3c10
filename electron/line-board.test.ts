import { beforeEach, expect, test } from 'vitest'
import type { Bank } from '../drivers/host/messages.ts'
import type { LineBoardResult, LineBoardState } from '../drivers/line-board/states.ts'
import type { Devices } from './bridge/devices.contract.ts'
import type { CardEvent } from './bridge/identity.contract.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import { createCell } from './cell.ts'
import { createLineBoardKeeper, type LineBoardKeeper, TAKE_WITHIN_MS } from './line-board.ts'
import { createMainsWatch, type MainsWatch } from './mains-watch.ts'
import { logBook, manualClock, settle } from './testing/fixtures.ts'

const inputs = { mains: 'on', batteryPercent: 90, door: 'closed', presence: true } as const
const READY: LineBoardState = { state: 'ready', inputs }
const bankOf = (state: unknown, url = 'tcp://board'): Bank => ({
  members: [{ url, state, condition: { condition: 'ready', severity: 'normal', mend: 'nobody' } }],
  chosen: 0,
})
const CARD = { kind: 'card' } as CardEvent
const NO_CARD: CardEvent = { kind: 'none' }

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let mains: MainsWatch
let card: ReturnType<typeof createCell<CardEvent>>
let devices: ReturnType<typeof createCell<Devices>>
let hasPage: ReturnType<typeof createCell<boolean>>
let intake: ReturnType<typeof createCell<{ readonly intake: IntakeState }>>
/** What the board was asked, in order: a lamp, null for none, or a beep's milliseconds. */
let asked: unknown[]
let answer: (argument: unknown) => LineBoardResult | Promise<LineBoardResult>
let keeper: LineBoardKeeper

function make(beepAtCard = false): LineBoardKeeper {
  return createLineBoardKeeper({
    host: {
      async call(_device, operation, argument) {
        asked.push(operation === 'beep' ? (argument as { ms: number }).ms : (argument as { lamp: unknown }).lamp)
        return (await answer(argument)) as never
      },
    },
    ...{ clock, mains, intake, card, devices, hasPage, beepAtCard, log: book.log },
  })
}

beforeEach(() => {
  clock = manualClock()
  book = logBook()
  mains = createMainsWatch({ clock, log: book.log })
  card = createCell<CardEvent>(NO_CARD)
  devices = createCell<Devices>({ idCardReader: { state: 'ready', samId: null }, receiptPrinter: null, conditions: {} })
  hasPage = createCell(true)
  intake = createCell<{ readonly intake: IntakeState }>({ intake: 'open' })
  asked = []
  answer = () => ({ ok: true })
  keeper = make()
})

test('without a board nothing is asked; once it answers, the lamp that is wanted then', async () => {
  keeper.onBank(bankOf({ state: 'connecting' }))
  keeper.onCardRead()
  await settle()
  expect(asked).toEqual([])
  keeper.onBank(bankOf(READY))
  await settle()
  expect(asked).toEqual(['reader'])
})

test('the lamp follows the visit: reader, none, receipt until the visit ends, reader', async () => {
  keeper.onBank(bankOf(READY))
  await settle()
  card.set(CARD)
  await settle()
  keeper.onGiver('receipt-printer', bankOf({ state: 'printing' }))
  await settle()
  keeper.onGiver('receipt-printer', bankOf({ state: 'ready', paperNearEnd: false }))
  await settle()
  expect(asked).toEqual(['reader', null, 'receipt'])
  card.set(NO_CARD)
  await settle()
  expect(asked).toEqual(['reader', null, 'receipt', 'reader'])
  expect(clock.timers()).toBe(0)
})

test('a receipt that nobody ends a visit over is shown for some seconds', async () => {
  keeper.onBank(bankOf(READY))
  keeper.onGiver('receipt-printer', bankOf({ state: 'printing' }))
  keeper.onGiver('receipt-printer', bankOf({ state: 'ready', paperNearEnd: false }))
  await clock.advance(TAKE_WITHIN_MS - 1)
  expect(asked.at(-1)).toBe('receipt')
  await clock.advance(1)
  expect(asked.at(-1)).toBe('reader')
})

test('a receipt that is just being printed stays lit when the visit ends, and of two slots the newest is lit', async () => {
  keeper.onBank(bankOf(READY))
  card.set(CARD)
  keeper.onGiver('receipt-printer', bankOf({ state: 'printing' }))
  await settle()
  keeper.onGiver('document-printer', bankOf({ state: 'printing', warnings: [] }))
  await settle()
  expect(asked.at(-1)).toBe('paper')
  keeper.onGiver('document-printer', bankOf({ state: 'ready', warnings: [] }))
  await settle()
  card.set(NO_CARD)
  await settle()
  expect(asked.at(-1)).toBe('receipt')
})

test('of what is wanted while the board is slow only the newest is asked for', async () => {
  let go: (result: LineBoardResult) => void = () => undefined
  answer = () =>
    new Promise((resolve) => {
      go = resolve
    })
  keeper.onBank(bankOf(READY))
  await settle()
  card.set(CARD)
  intake.set({ intake: 'no-space' })
  card.set(NO_CARD)
  keeper.onGiver('receipt-printer', bankOf({ state: 'printing' }))
  await settle()
  expect(asked).toEqual(['reader'])
  answer = () => ({ ok: true })
  go({ ok: true })
  await settle()
  expect(asked).toEqual(['reader', 'receipt'])
})

test('a board that was away, and another board, are told again', async () => {
  keeper.onBank(bankOf(READY))
  await settle()
  keeper.onBank(bankOf({ state: 'unplugged', fault: 'lost' }))
  expect(keeper.sensors()).toBeNull()
  keeper.onBank(bankOf(READY))
  await settle()
  keeper.onBank(bankOf({ ...READY }))
  await settle()
  expect(asked).toEqual(['reader', 'reader'])
  keeper.onBank(bankOf(READY, 'tcp://other'))
  await settle()
  expect(asked).toEqual(['reader', 'reader', 'reader'])
})

test('a board that has no such lamp is logged once and asked on', async () => {
  answer = () => ({ ok: false, fault: 'not-fitted', state: READY })
  keeper.onBank(bankOf(READY))
  await settle()
  card.set(CARD)
  await settle()
  expect(asked).toEqual(['reader', null])
  expect(book.of('line-board-refused')).toEqual([{ what: 'lamp', fault: 'not-fitted' }])
})

test('a card sounds only where the settings say so', async () => {
  keeper.onBank(bankOf(READY))
  await settle()
  keeper.onCardRead()
  expect(asked).toEqual(['reader'])
  const loud = make(true)
  loud.onBank(bankOf(READY))
  await settle()
  loud.onCardRead()
  expect(asked.at(-1)).toBe(80)
})

test('the service door is an event at each change, and for the maintainer beside mains and battery, not who stands there', () => {
  keeper.onEvent({ event: 'door', open: false })
  keeper.onEvent({ event: 'door', open: true })
  keeper.onEvent({ event: 'door', open: true })
  keeper.onEvent({ event: 'door', open: false })
  expect(book.of('service-door')).toEqual([{ open: true }, { open: false }])
  keeper.onBank(bankOf({ state: 'door-open', inputs: { ...inputs, door: 'open' } }))
  expect(keeper.sensors()).toEqual({ mains: 'on', batteryPercent: 90, door: 'open' })
})

test('power goes to the watch; a board that is taken out of the settings is not waited for, one that is just away is', () => {
  keeper.onBank(bankOf(READY))
  keeper.onEvent({ event: 'power', mains: 'lost', batteryPercent: 90 })
  expect(mains.mains.get()).toBe('lost')
  keeper.onBank(bankOf({ state: 'unplugged', fault: 'lost' }))
  expect(mains.mains.get()).toBe('lost')
  keeper.onBank({ members: [], chosen: 0 })
  expect(mains.mains.get()).toBe('on')
})

test('after a stop no timer is left and nothing is asked', async () => {
  keeper.onBank(bankOf(READY))
  keeper.onGiver('receipt-printer', bankOf({ state: 'printing' }))
  keeper.onGiver('receipt-printer', bankOf({ state: 'paper-out' }))
  keeper.onEvent({ event: 'power', mains: 'lost', batteryPercent: 90 })
  await settle()
  const before = asked.length
  keeper.stop()
  expect(clock.timers()).toBe(0)
  card.set(CARD)
  await settle()
  expect(asked).toHaveLength(before)
})

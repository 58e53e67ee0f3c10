import { beforeEach, expect, test } from 'vitest'
import { createMainsWatch, GRACE_MS, type MainsWatch } from './mains-watch.ts'
import { logBook, manualClock, settle } from './testing/fixtures.ts'

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let watch: MainsWatch
let ended: boolean

beforeEach(() => {
  clock = manualClock()
  book = logBook()
  ended = false
  watch = createMainsWatch({ clock, log: book.log })
  void watch.ended.then(() => {
    ended = true
  })
})
const lost = (batteryPercent: number | null) => watch.onPower({ event: 'power', mains: 'lost', batteryPercent })
const on = () => watch.onPower({ event: 'power', mains: 'on', batteryPercent: 90 })

test('power that is gone is known at once; after the grace time the terminal ends', async () => {
  lost(80)
  expect(watch.mains.get()).toBe('lost')
  await clock.advance(GRACE_MS - 1)
  expect(ended).toBe(false)
  await clock.advance(1)
  expect(ended).toBe(true)
  expect(book.of('power-ended')).toEqual([{ why: 'grace-over' }])
})

test('power that is back within the grace time ends nothing, and the next loss has a grace time of its own', async () => {
  lost(80)
  await clock.advance(GRACE_MS - 1)
  on()
  expect(watch.mains.get()).toBe('on')
  expect(clock.timers()).toBe(0)
  lost(79)
  await clock.advance(GRACE_MS - 1)
  expect(ended).toBe(false)
  await clock.advance(1)
  expect(ended).toBe(true)
})

test('a battery that goes down while power is lost prolongs nothing, and ends it early when it is low', async () => {
  lost(22)
  await clock.advance(GRACE_MS / 2)
  lost(21)
  await settle()
  expect(ended).toBe(false)
  lost(20)
  await settle()
  expect(ended).toBe(true)
  expect(clock.timers()).toBe(0)
  expect(book.of('mains-lost')).toEqual([{ batteryPercent: 22, endsInMs: GRACE_MS }])
})

test('a battery that is going down gets no new grace time', async () => {
  lost(null)
  await clock.advance(GRACE_MS / 2)
  lost(90)
  await clock.advance(GRACE_MS / 2)
  expect(ended).toBe(true)
})

test('once it ends it ends: power that comes back does not open the intake for the moment that is left', async () => {
  lost(5)
  on()
  watch.forget()
  await settle()
  expect(ended).toBe(true)
  expect(watch.mains.get()).toBe('lost')
})

test('a board that the settings do not name any more, and a stop, leave no timer', async () => {
  lost(80)
  watch.forget()
  expect(watch.mains.get()).toBe('on')
  lost(80)
  watch.stop()
  await clock.advance(GRACE_MS)
  expect(ended).toBe(false)
})

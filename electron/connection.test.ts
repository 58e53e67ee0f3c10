import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { type ConnectionWatch, createConnectionWatch, FRESH_MS } from './connection.ts'
import { logBook, manualClock, settle } from './testing/fixtures.ts'

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let watch: ConnectionWatch
/** Pings on their way, to be answered by hand. */
let pings: { answer: (connection: Connection) => void; fail: (error: Error) => void }[]
let pinged: number
let contacts: number
let onContact: () => Promise<void>

beforeEach(() => {
  clock = manualClock()
  book = logBook()
  pings = []
  pinged = 0
  contacts = 0
  onContact = async () => undefined
  watch = createConnectionWatch({
    clock,
    log: book.log,
    ping: () => {
      pinged++
      return new Promise((resolve, reject) => pings.push({ answer: resolve, fail: reject }))
    },
    onContact: () => {
      contacts++
      return onContact()
    },
  })
})
afterEach(() => watch.stop())

async function answer(connection: Connection): Promise<void> {
  const ping = pings.shift()
  if (ping === undefined) throw new Error('no ping is on its way')
  ping.answer(connection)
  await settle()
}

test('before the first answer it promises least, then it tells what the hub signed', async () => {
  watch.start()
  expect(watch.connection.get()).toBe('no-network')
  await answer('connected')
  expect(watch.connection.get()).toBe('connected')
  expect(contacts).toBe(1)
})

test('one silent ping is forgiven for 30 s, no network is not', async () => {
  watch.start()
  await answer('connected')
  await clock.advance(10_000)
  await answer('hub-silent')
  expect(watch.connection.get()).toBe('connected')
  await clock.advance(3_000)
  await answer('no-network')
  expect(watch.connection.get()).toBe('no-network')
})

test('a proof is good for 30 s exactly, even while a ping hangs', async () => {
  watch.start()
  await answer('connected')
  await clock.advance(FRESH_MS - 1)
  expect(pings).toHaveLength(1)
  expect(watch.connection.get()).toBe('connected')
  await clock.advance(1)
  expect(watch.connection.get()).toBe('hub-silent')
})

test('a refresh that hangs holds up no ping, and runs once', async () => {
  onContact = () => new Promise(() => undefined)
  watch.start()
  await answer('connected')
  await clock.advance(10_000)
  await answer('connected')
  await clock.advance(10_000)
  await answer('no-network')
  expect(watch.connection.get()).toBe('no-network')
  expect(contacts).toBe(1)
})

test('a refresh or a ping that throws is logged and the watch goes on', async () => {
  onContact = async () => {
    throw new Error('disk full')
  }
  watch.start()
  await answer('connected')
  expect(watch.connection.get()).toBe('connected')
  await clock.advance(10_000)
  pings.shift()?.fail(new Error('no such thing'))
  await settle()
  await clock.advance(3_000)
  await answer('connected')
  expect(contacts).toBe(2)
  expect(book.of('contact-fault').map((detail) => detail.where)).toEqual(['refresh', 'ping', 'refresh'])
})

test('a storm of doubts makes one ping a second, and never two at once', async () => {
  watch.start()
  for (let i = 0; i < 50; i++) watch.doubt()
  expect(pinged).toBe(1)
  await answer('hub-silent')
  for (let i = 0; i < 50; i++) watch.doubt()
  await clock.advance(999)
  expect(pinged).toBe(1)
  await clock.advance(1)
  expect(pinged).toBe(2)
})

test('a doubt after a while asks at once', async () => {
  watch.start()
  await answer('connected')
  await clock.advance(5_000)
  watch.doubt()
  expect(pinged).toBe(2)
})

test('a receipt that comes while a ping fails outweighs it', async () => {
  watch.start()
  await clock.advance(500)
  watch.proven()
  expect(watch.connection.get()).toBe('connected')
  await answer('no-network')
  expect(watch.connection.get()).toBe('connected')
})

test('the next ping comes after 10 s when connected, after 3 s when not', async () => {
  watch.start()
  await answer('no-network')
  await clock.advance(2_999)
  expect(pinged).toBe(1)
  await clock.advance(1)
  expect(pinged).toBe(2)
  await answer('connected')
  await clock.advance(9_999)
  expect(pinged).toBe(2)
  await clock.advance(1)
  expect(pinged).toBe(3)
})

test('stopped, it leaves no timer and hears no late answer', async () => {
  watch.start()
  await answer('connected')
  await clock.advance(10_000)
  watch.stop()
  await answer('no-network')
  watch.proven()
  watch.doubt()
  expect(watch.connection.get()).toBe('connected')
  expect(clock.timers()).toBe(0)
  expect(pinged).toBe(2)
})

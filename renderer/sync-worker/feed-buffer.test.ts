import { expect, test } from 'vitest'
import type { FeedMessage } from '../../sync/protocol/worker-port.ts'
import { accepted } from '../../sync/queue/testing/fixtures.ts'
import { bufferFeed } from './feed-buffer.ts'

const events = (from: number, through: number, journalId = 'j'): FeedMessage => ({
  kind: 'events',
  journalId,
  throughSequence: through,
  events: Array.from({ length: through - from + 1 }, (_, i) => accepted(from + i, from + i)),
})
const connected: FeedMessage = { kind: 'connection', connection: 'connected' }
/** Everything that can run without a timer has run. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve))

async function* feedOf(messages: readonly FeedMessage[], error?: Error): AsyncGenerator<FeedMessage> {
  for (const message of messages) yield message
  if (error !== undefined) throw error
}

test('the first comes alone, then what lies behind each other comes as one, in order and nothing lost', async () => {
  const buffer = bufferFeed(
    feedOf([events(1, 2), events(3, 3), events(4, 6), connected, events(7, 7)]),
    1_000,
    () => undefined,
  )
  await quiet()
  expect(await buffer.next(false)).toEqual(events(1, 2))
  expect(await buffer.next(true)).toEqual(events(3, 6))
  expect(await buffer.next(true)).toEqual(connected)
  expect(await buffer.next(true)).toEqual(events(7, 7))
  expect(await buffer.next(true)).toBeNull()
})

test('messages of two journals are never put together', async () => {
  const buffer = bufferFeed(feedOf([events(1, 1, 'a'), events(1, 2, 'b')]), 1_000, () => undefined)
  await quiet()
  expect(await buffer.next(true)).toEqual(events(1, 1, 'a'))
  expect(await buffer.next(true)).toEqual(events(1, 2, 'b'))
})

test('no more is read than the buffer holds, and it is told of at once', async () => {
  const seen: number[] = []
  const messages = Array.from({ length: 50 }, (_, i) => events(10 * i + 1, 10 * i + 10))
  const buffer = bufferFeed(feedOf(messages), 100, (message) => {
    if (message.kind === 'events') seen.push(message.throughSequence)
  })
  await quiet()
  expect(seen).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
  expect(await buffer.next(true)).toEqual(events(1, 100))
  await quiet()
  expect(seen.at(-1)).toBe(200)
})

test('an error of the feed comes after what came before it', async () => {
  const buffer = bufferFeed(feedOf([events(1, 1)], new Error('EIO')), 1_000, () => undefined)
  await quiet()
  expect(await buffer.next(true)).toEqual(events(1, 1))
  await expect(buffer.next(true)).rejects.toThrow('EIO')
})

test('after close a reader that waits gets an end', async () => {
  let release: () => void = () => undefined
  async function* silent(): AsyncGenerator<FeedMessage> {
    await new Promise<void>((resolve) => {
      release = resolve
    })
  }
  const buffer = bufferFeed(silent(), 10, () => undefined)
  const next = buffer.next(true)
  buffer.close()
  expect(await next).toBeNull()
  release()
})

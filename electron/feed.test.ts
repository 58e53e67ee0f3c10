import { beforeEach, expect, test } from 'vitest'
import { AT, accepted, EPOCH, printed, received, submissionId } from '../sync/journal/sample-frames.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { type FeedMessage, FeedMessageSchema } from '../sync/protocol/worker-port.ts'
import { type Listing, listingOf } from './catalogue-changes.ts'
import { type Cell, createCell } from './cell.ts'
import { followFeed } from './feed.ts'
import { CATALOGUE, type JournalOnMemory, journalOnMemory, NOW } from './testing/fixtures.ts'

let held: JournalOnMemory
let connection: Cell<Connection>
let listing: Cell<Listing | null>
const feedFrom = (since: number, signal?: AbortSignal) =>
  followFeed(
    { journal: held.journal, ledger: held.ledger, journalHead: held.journalHead, connection, listing },
    since,
    signal,
  )
const version = (number: number): Listing | null =>
  listingOf({
    manifest: {
      kind: 'catalogue',
      version: number,
      hubEpoch: EPOCH,
      sha256: 'a'.repeat(64),
      bytes: 1,
      publishedAt: NOW,
    },
    catalogue: CATALOGUE,
  })

beforeEach(async () => {
  held = await journalOnMemory()
  connection = createCell<Connection>('no-network')
  listing = createCell<Listing | null>(null)
})

async function take(feed: AsyncGenerator<FeedMessage>, count: number): Promise<FeedMessage[]> {
  const messages: FeedMessage[] = []
  for (let i = 0; i < count; i++) {
    const { value, done } = await feed.next()
    if (done) throw new Error(`the feed ended after ${i} messages`)
    messages.push(FeedMessageSchema.parse(value))
  }
  return messages
}
const sequences = (messages: readonly FeedMessage[]) =>
  messages.flatMap((message) => (message.kind === 'events' ? message.events.map((each) => each.journalSequence) : []))

test('the first message always comes, even for an empty journal', async () => {
  const feed = feedFrom(0)
  expect(await take(feed, 2)).toEqual([
    { kind: 'events', journalId: held.journal.journalId, throughSequence: 0, events: [] },
    { kind: 'connection', connection: 'no-network' },
  ])
  await feed.return()
})

test('frames come in order, without their envelopes; those that are not the queue’s only move it on', async () => {
  await held.journal.append(accepted(1, 'SECRET'))
  await held.journal.append(printed(1))
  await held.journal.append(received(1))
  const feed = feedFrom(0)
  const [first] = await take(feed, 1)
  expect(first).toMatchObject({ throughSequence: 3 })
  expect(sequences([first as FeedMessage])).toEqual([1, 3])
  expect(JSON.stringify(first)).not.toContain('SECRET')
  await feed.return()
})

test('a frame that comes while the reader is busy is told with the next', async () => {
  const feed = feedFrom(0)
  await take(feed, 1)
  await held.journal.append(accepted(1))
  await take(feed, 1)
  await held.journal.append(accepted(2))
  const [told] = await take(feed, 1)
  expect(sequences([told as FeedMessage])).toEqual([1, 2])
  const next = take(feed, 1)
  await held.journal.append(accepted(3))
  expect(sequences(await next)).toEqual([3])
  await feed.return()
})

test('from the middle only what is newer; from beyond the end all, so that the reader finds out', async () => {
  for (const n of [1, 2, 3]) await held.journal.append(accepted(n))
  const middle = feedFrom(2)
  expect(sequences(await take(middle, 1))).toEqual([3])
  const end = feedFrom(3)
  expect(await take(end, 1)).toMatchObject([{ throughSequence: 3, events: [] }])
  const beyond = feedFrom(4)
  expect(sequences(await take(beyond, 1))).toEqual([1, 2, 3])
  for (const feed of [middle, end, beyond]) await feed.return()
})

test('a long journal comes in pieces of at most 500, none left out, none twice', async () => {
  const all = 1201
  await Promise.all(Array.from({ length: all }, (_, i) => held.journal.append(accepted(i + 1))))
  const feed = feedFrom(0)
  const messages = await take(feed, 3)
  expect(messages.map((message) => (message.kind === 'events' ? message.events.length : -1))).toEqual([500, 500, 201])
  expect(sequences(messages)).toEqual(Array.from({ length: all }, (_, i) => i + 1))
  await feed.return()
})

test('a frame over many submissions gives an event for each, and is claimed only with the last of them', async () => {
  const all = 700
  await Promise.all(Array.from({ length: all }, (_, i) => held.journal.append(accepted(i + 1))))
  const ids = Array.from({ length: 400 }, (_, i) => ({ submissionId: submissionId(i + 1), hubSequence: i + 1 }))
  await held.journal.append({ type: 'batch-received', at: AT, receipt: 'a.b.c', hubEpoch: EPOCH, items: ids })
  await held.journal.append({ type: 'purged', at: AT, fromSequence: 1, throughSequence: 600, submissions: 600 })
  await held.journal.append(accepted(701))
  const feed = feedFrom(all)
  const messages = await take(feed, 3)
  const told = messages.flatMap((message) => (message.kind === 'events' ? [message] : []))
  expect(told.map(({ throughSequence, events }) => [throughSequence, events.length])).toEqual([
    [701, 500],
    [702, 500],
    [703, 1],
  ])
  const events = told.flatMap((message) => message.events)
  const idsOf = (type: string) => events.filter((event) => event.type === type).map((event) => event.submissionId)
  expect(idsOf('received')).toEqual(ids.map((each) => each.submissionId))
  expect(idsOf('purged')).toEqual(Array.from({ length: 600 }, (_, i) => submissionId(i + 1)))
  expect(new Set(events.map((event) => event.journalSequence))).toEqual(new Set([701, 702, 703]))
  await feed.return()
})

test('connection and catalogue are told when they change, in between', async () => {
  const feed = feedFrom(0)
  await take(feed, 2)
  connection.set('connected')
  listing.set(version(4))
  // In which order does not matter.
  const told = await take(feed, 2)
  expect(told).toContainEqual({ kind: 'connection', connection: 'connected' })
  expect(told).toContainEqual({ kind: 'catalogue-changed', version: 4 })
  const next = take(feed, 1)
  listing.set(version(5))
  expect(await next).toEqual([{ kind: 'catalogue-changed', version: 5 }])
  await feed.return()
})

test('return() and the signal both end a feed that waits', async () => {
  const returned = feedFrom(0)
  await take(returned, 2)
  const waiting = returned.next()
  expect((await returned.return()).done).toBe(true)
  expect((await waiting).done).toBe(true)

  const stop = new AbortController()
  const aborted = feedFrom(0, stop.signal)
  await take(aborted, 2)
  const next = aborted.next()
  stop.abort()
  expect((await next).done).toBe(true)
})

test('a frame that cannot be read back is an error of the feed, not silence', async () => {
  await held.journal.append(accepted(1))
  held.disk.before = (operation) => {
    if (operation === 'read') throw Object.assign(new Error('EIO'), { code: 'EIO' })
  }
  await expect(feedFrom(0).next()).rejects.toThrow('EIO')
})

test('twenty readers at once all see every frame', async () => {
  const feeds = Array.from({ length: 20 }, () => feedFrom(0))
  const seen = feeds.map(async (feed) => {
    const got: number[] = []
    for await (const message of feed) {
      got.push(...sequences([message]))
      if (got.at(-1) === 100) break
    }
    return got
  })
  for (let n = 1; n <= 100; n++) await held.journal.append(accepted(n))
  const all = Array.from({ length: 100 }, (_, i) => i + 1)
  for (const got of await Promise.all(seen)) expect(got).toEqual(all)
})

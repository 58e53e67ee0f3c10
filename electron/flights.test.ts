import { beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '../sync/envelope/sha256.ts'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { BatchAnswer, PutResult, Submission } from '../sync/hub-client/answers.ts'
import type { Failed } from '../sync/hub-client/call-failure.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, EPOCH, quarantined, submissionId } from '../sync/journal/sample-frames.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import type { FlightParts } from './flight-parts.ts'
import { createFlights, type Flights, GROUP_BYTES, GROUP_ITEMS, LEAST_GROUP_BYTES } from './flights.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW, settle, TERMINAL_ID } from './testing/fixtures.ts'

const KEY_SET: KeySet = { kind: 'key-set', version: 1, keys: [] }
const deviceKey = (await generateSigningKey()).key
const received = (receipt: string, hubSequence: number): PutResult => ({
  outcome: 'received',
  receipt,
  hubSequence,
  hubEpoch: EPOCH,
})
const AWAY: Failed = { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' }
const NOT_THIS: Failed = { outcome: 'failed', why: 'http-413', hubWide: false, retryAfterMs: null, detail: '413' }

let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let flights: Flights
/** What the hub says to one submission, alone or in a batch. */
let judge: (submission: Submission) => PutResult | Promise<PutResult>
let putBatch: FlightParts['hub']['putBatch']
let calls: string[][]
let keySet: KeySet | undefined
let counts: { proofs: number; doubts: number; keysDoubted: number; noticed: number }
/** The hub's chunks and ours. */
let hubChunks: Set<string>
let ourChunks: Map<string, Uint8Array>
let chunkCalls: string[]
let putChunk: (sha256: string) => 'stored' | 'not-offered' | Failed
let sequence: number

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  calls = []
  sequence = 0
  judge = ({ submissionId: id }) => received(`one.${id}.receipt`, ++sequence)
  putBatch = async (submissions) => {
    calls.push(submissions.map((each) => each.submissionId))
    return batchOf(submissions)
  }
  keySet = KEY_SET
  counts = { proofs: 0, doubts: 0, keysDoubted: 0, noticed: 0 }
  hubChunks = new Set()
  ourChunks = new Map()
  chunkCalls = []
  putChunk = () => 'stored'
  flights = createFlights({
    terminalId: TERMINAL_ID,
    journal: held.journal,
    ledger: held.ledger,
    attachments: {
      async read(sha256) {
        const bytes = ourChunks.get(sha256)
        if (bytes === undefined) return { ok: false, fault: 'missing', detail: '' }
        if (sha256Hex(bytes) !== sha256) return { ok: false, fault: 'damaged', detail: '' }
        return { ok: true, bytes }
      },
    },
    hub: {
      async putSubmission(submission) {
        calls.push([submission.submissionId])
        return judge(submission)
      },
      putBatch: (...args) => putBatch(...args),
      async offerChunks({ chunks }) {
        chunkCalls.push(`offer ${chunks.length}`)
        return {
          outcome: 'answered',
          missing: chunks.map((each) => each.sha256).filter((each) => !hubChunks.has(each)),
        }
      },
      async putChunk({ sha256 }) {
        chunkCalls.push(sha256)
        const answer = putChunk(sha256)
        if (answer === 'stored') hubChunks.add(sha256)
        return typeof answer === 'string' ? { outcome: answer } : answer
      },
    },
    trust: { deviceKey, keySet: () => keySet, enrolled: () => true },
    connection: { proven: () => void counts.proofs++, doubt: () => void counts.doubts++ },
    noticed: () => void counts.noticed++,
    keysDoubted: () => void counts.keysDoubted++,
    nowIso: () => NOW,
    log: book.log,
  })
})

/** One receipt over all that are judged to be received. */
async function batchOf(submissions: readonly Submission[]): Promise<BatchAnswer> {
  const receipt = `batch.${calls.length}.receipt`
  const results = new Map<string, PutResult>()
  for (const submission of submissions) {
    const result = await judge(submission)
    results.set(submission.submissionId, result.outcome === 'received' ? { ...result, receipt } : result)
  }
  return { outcome: 'answered', results, unprovenStand: { hubEpoch: EPOCH, hubSequence: 1, backedUpThrough: null } }
}
async function fill(count: number, envelope?: string): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  await Promise.all(numbers.map((n) => held.journal.append(accepted(n, envelope ?? `envelope ${n}`))))
  return numbers.map(submissionId)
}
async function framesOf(type: string): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const entry of held.journal.read()) if (entry.known && entry.frame.type === type) found.push(entry.frame)
  return found
}
const hint = (n: number, outcome: 'received' | 'quarantined') => ({ submissionId: submissionId(n), outcome })
const again = (n: number, hubWide = false, retryAfterMs: number | null = null) => ({
  submissionId: submissionId(n),
  outcome: 'failed',
  hubWide,
  retryAfterMs,
})

test('many small ones are one call, one receipt and one frame', async () => {
  const ids = await fill(150)
  const hints = await flights.send(ids)
  expect(hints).toEqual(ids.map((_, i) => hint(i + 1, 'received')))
  expect(calls).toEqual([ids])
  expect(await framesOf('batch-received')).toMatchObject([{ receipt: 'batch.1.receipt', hubEpoch: EPOCH }])
  expect(held.ledger.received).toBe(150)
  expect(held.ledger.bySubmission(submissionId(7))).toMatchObject({ state: 'received', hubSequence: 7 })
  expect(counts).toMatchObject({ proofs: 1, noticed: 1 })
})

test('one alone goes by itself, and its frame is one of its own', async () => {
  const [id = ''] = await fill(1)
  expect(await flights.send([id])).toEqual([hint(1, 'received')])
  expect(calls).toEqual([[id]])
  expect(await framesOf('received')).toHaveLength(1)
  expect(await flights.send([id])).toEqual([hint(1, 'received')])
  expect(calls).toHaveLength(1)
})

test('groups stay within items and bytes', async () => {
  const ids = await fill(401)
  await flights.send(ids)
  expect(calls.map((call) => call.length).sort((a, b) => b - a)).toEqual([GROUP_ITEMS, GROUP_ITEMS, 1])
  expect(held.ledger.received).toBe(401)
})

test('large envelopes make small groups', async () => {
  const ids = await fill(9, 'x'.repeat(GROUP_BYTES / 4))
  await flights.send(ids)
  expect(calls.map((call) => call.length).sort((a, b) => b - a)).toEqual([4, 4, 1])
})

test('a line that is too slow gets smaller groups, until they arrive; then larger ones again', async () => {
  const ids = await fill(60, 'x'.repeat(LEAST_GROUP_BYTES / 4))
  const sizes: number[] = []
  let reach = 8
  putBatch = async (submissions) => {
    sizes.push(submissions.length)
    return submissions.length > reach ? AWAY : batchOf(submissions)
  }
  const turn = async () => {
    sizes.length = 0
    await flights.send(ids.filter((id) => held.ledger.bySubmission(id)?.state === 'queued'))
    return Math.max(...sizes)
  }
  expect(await turn()).toBe(60)
  expect(await turn()).toBe(32)
  expect(held.ledger.received).toBe(0)
  for (let n = 0; n < 6; n++) await turn()
  expect(held.ledger.received).toBe(60)
  reach = 60
  for (let from = 61; from <= 301; from += 60) {
    const next = Array.from({ length: 60 }, (_, i) => accepted(from + i, 'x'.repeat(LEAST_GROUP_BYTES / 4)))
    await Promise.all(next.map((frame) => held.journal.append(frame)))
    sizes.length = 0
    await flights.send(next.map((frame) => frame.submissionId))
  }
  expect(sizes).toEqual([60])
  reach = 1
  held = await journalOnMemory()
  flights = createFlights(partsWith(held.journal))
  const more = await fill(60, 'x'.repeat(LEAST_GROUP_BYTES / 4))
  for (let n = 0; n < 10; n++) await flights.send(more)
  sizes.length = 0
  await flights.send(more)
  // Never below the least, or a hub that is away would cost a call for each.
  expect(Math.min(...sizes)).toBe(4)
})

test('in a batch each has its own fate', async () => {
  const ids = await fill(5)
  judge = ({ submissionId: id }) => {
    if (id === submissionId(2)) return { outcome: 'quarantined', reason: 'key-unknown', detail: '401' }
    if (id === submissionId(3)) return { ...NOT_THIS, retryAfterMs: 3000 }
    if (id === submissionId(4)) return received('stored.before.receipt', 99)
    return received('', ++sequence)
  }
  putBatch = async (submissions) => {
    const answer = await batchOf(submissions)
    if (answer.outcome === 'answered') {
      ;(answer.results as Map<string, PutResult>).set(submissionId(4), received('stored.before.receipt', 99))
    }
    return answer
  }
  expect(await flights.send(ids)).toEqual([
    hint(1, 'received'),
    hint(2, 'quarantined'),
    again(3, false, 3000),
    hint(4, 'received'),
    hint(5, 'received'),
  ])
  expect(await framesOf('batch-received')).toMatchObject([
    { items: [{ submissionId: ids[0] }, { submissionId: ids[4] }] },
  ])
  expect(await framesOf('received')).toMatchObject([{ submissionId: ids[3], receipt: 'stored.before.receipt' }])
  expect(await framesOf('quarantined')).toMatchObject([{ submissionId: ids[1], reason: 'key-unknown' }])
})

test('held ones under one stored receipt share one frame too', async () => {
  const ids = await fill(3)
  judge = () => received('', ++sequence)
  putBatch = async (submissions) => ({
    outcome: 'answered',
    results: new Map(submissions.map((each, i) => [each.submissionId, received('the.old.receipt', i + 1)])),
  })
  await flights.send(ids)
  expect(await framesOf('batch-received')).toMatchObject([{ receipt: 'the.old.receipt' }])
  expect(held.ledger.received).toBe(3)
})

test('a hub that does not take the batch gets them one by one', async () => {
  const ids = await fill(5)
  putBatch = async () => NOT_THIS
  expect(await flights.send(ids)).toEqual(ids.map((_, i) => hint(i + 1, 'received')))
  expect(calls).toEqual(ids.map((id) => [id]))
})

test('one by one ends soon when that does not work either', async () => {
  const ids = await fill(20)
  putBatch = async () => NOT_THIS
  judge = () => NOT_THIS
  expect(await flights.send(ids)).toEqual(ids.map((_, i) => again(i + 1)))
  expect(calls).toHaveLength(3)
})

test('a hub that is away costs one call, and all shall wait', async () => {
  const ids = await fill(20)
  putBatch = async () => ({ ...AWAY, retryAfterMs: 7000 })
  expect(await flights.send(ids)).toEqual(ids.map((_, i) => again(i + 1, true, 7000)))
  expect(calls).toEqual([])
  expect(counts).toMatchObject({ doubts: 1, proofs: 0 })
})

test('a receipt that cannot be proven raises doubt about the keys', async () => {
  const ids = await fill(2)
  putBatch = async () => ({ ...AWAY, why: 'bad-receipt' })
  await flights.send(ids)
  expect(counts.keysDoubted).toBe(1)
  expect(held.ledger.waiting).toBe(2)
})

test('one flight per submission, whoever asks and however often', async () => {
  const ids = await fill(3)
  const waiting: (() => void)[] = []
  const answer = putBatch
  putBatch = async (...args) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return answer(...args)
  }
  const asked = [flights.send([...ids, ...ids]), flights.send(ids.slice(0, 2)), flights.send(ids.slice(1))]
  await settle()
  expect(waiting).toHaveLength(1)
  waiting[0]?.()
  expect((await Promise.all(asked)).map((hints) => hints.length)).toEqual([3, 2, 2])
  expect(calls).toEqual([ids])
  expect(await framesOf('batch-received')).toHaveLength(1)
})

test('at most four calls are on their way, over all that ask, and every lane is used again', async () => {
  const ids = await fill(40)
  const waiting: (() => void)[] = []
  const answer = putBatch
  putBatch = async (...args) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return answer(...args)
  }
  const asked = Array.from({ length: 10 }, (_, i) => flights.send(ids.slice(4 * i, 4 * i + 4)))
  let most = 0
  for (let done = 0; done < 10; done++) {
    await settle()
    most = Math.max(most, waiting.length)
    const next = waiting.shift()
    if (next === undefined) throw new Error(`nothing flies after ${done}`)
    next()
  }
  await Promise.all(asked)
  expect(most).toBe(4)
  expect(held.ledger.received).toBe(40)
})

test('landed() is over when the last flight is', async () => {
  const ids = await fill(2)
  let letGo: () => void = () => undefined
  putBatch = () => new Promise((resolve) => (letGo = () => resolve(AWAY)))
  void flights.send(ids)
  let over = false
  const landed = flights.landed().then(() => {
    over = true
  })
  await settle()
  expect(over).toBe(false)
  letGo()
  await landed
})

test('a receipt that cannot be stored is no delivery, and is fetched again', async () => {
  const ids = await fill(2)
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await flights.send(ids)).toEqual([again(1), again(2)])
  expect(held.ledger.waiting).toBe(2)
  held.disk.before = () => undefined
  expect(await flights.send(ids)).toEqual([hint(1, 'received'), hint(2, 'received')])
  expect(calls).toHaveLength(2)
})

test('a refusal that cannot be stored is tried again', async () => {
  const [id = ''] = await fill(1)
  judge = () => ({ outcome: 'quarantined', reason: 'too-large', detail: '413' })
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('EIO')
  }
  expect(await flights.send([id])).toEqual([again(1)])
  held.disk.before = () => undefined
  expect(await flights.send([id])).toEqual([hint(1, 'quarantined')])
  expect(held.ledger.bySubmission(id)).toMatchObject({ state: 'quarantined', reason: 'too-large' })
})

test('without the hub’s keys nothing flies, and all shall wait', async () => {
  const ids = await fill(2)
  keySet = undefined
  expect(await flights.send(ids)).toEqual([again(1, true), again(2, true)])
  expect(calls).toEqual([])
})

test('what is unknown or quarantined does not fly', async () => {
  await fill(1)
  await held.journal.append(quarantined(1))
  expect(await flights.send([submissionId(1), submissionId(999)])).toEqual([
    hint(1, 'quarantined'),
    { submissionId: submissionId(999), outcome: 'unknown-submission' },
  ])
  expect(calls).toEqual([])
})

test('a bug in one group costs no other group anything', async () => {
  const ids = await fill(6)
  const answer = putBatch
  putBatch = (submissions, keys) => {
    if (submissions[0]?.submissionId === submissionId(1)) throw new Error('a bug')
    return answer(submissions, keys)
  }
  const [broken, whole] = await Promise.all([flights.send(ids.slice(0, 3)), flights.send(ids.slice(3))])
  expect(broken).toEqual([again(1), again(2), again(3)])
  expect(whole).toEqual([4, 5, 6].map((n) => hint(n, 'received')))
  expect(book.of('flight-fault')).toMatchObject([{ submissions: 3 }])
})

test('a disk that cannot be read for a moment delays its submissions only, loudly', async () => {
  const ids = await fill(3)
  held.disk.before = (operation) => {
    if (operation === 'read') throw diskError('EIO')
  }
  expect(await flights.send(ids.slice(0, 2))).toEqual([again(1), again(2)])
  expect(book.of('flight-fault')).toHaveLength(2)
  held.disk.before = () => undefined
  expect(await flights.send(ids)).toEqual([1, 2, 3].map((n) => hint(n, 'received')))
})

test('one whose bytes changed on disk is quarantined as damaged; the others fly', async () => {
  const ids = await fill(3)
  const readAccepted = held.journal.readAccepted.bind(held.journal)
  const journal = {
    ...held.journal,
    readAccepted: async (id: string) =>
      id === ids[1] ? ({ ok: false, fault: 'damaged', detail: 'segment 1' } as const) : readAccepted(id),
    append: held.journal.append.bind(held.journal),
  }
  flights = createFlights({ ...partsWith(journal) })
  expect(await flights.send(ids)).toEqual([hint(1, 'received'), hint(2, 'quarantined'), hint(3, 'received')])
  expect(held.ledger.bySubmission(submissionId(2))).toMatchObject({ state: 'quarantined', reason: 'damaged' })
  expect(calls).toEqual([[ids[0], ids[2]]])
})

function partsWith(journal: FlightParts['journal']): FlightParts {
  return {
    terminalId: TERMINAL_ID,
    journal,
    ledger: held.ledger,
    attachments: { read: () => Promise.reject(new Error('not used')) },
    hub: {
      putSubmission: () => Promise.reject(new Error('not used')),
      putBatch: (...args) => putBatch(...args),
      offerChunks: () => Promise.reject(new Error('not used')),
      putChunk: () => Promise.reject(new Error('not used')),
    },
    trust: { deviceKey, keySet: () => keySet, enrolled: () => true },
    connection: { proven: () => undefined, doubt: () => undefined },
    noticed: () => undefined,
    keysDoubted: () => undefined,
    nowIso: () => NOW,
    log: book.log,
  }
}

/** A submission with attachments, whose chunks lie here. */
async function fillWithChunks(n: number, count: number): Promise<{ id: string; chunks: string[] }> {
  const all = Array.from({ length: count }, (_, i) => Buffer.from(`chunk ${n}.${i}`))
  for (const bytes of all) ourChunks.set(sha256Hex(bytes), bytes)
  const chunks = all.map((bytes) => ({ sha256: sha256Hex(bytes), bytes: bytes.length }))
  await held.journal.append({ ...accepted(n), chunks })
  return { id: submissionId(n), chunks: chunks.map((each) => each.sha256) }
}

test('attachments go first, only those that the hub lacks, then the envelope; the small ones before both', async () => {
  const { id, chunks } = await fillWithChunks(1, 3)
  for (const n of [2, 3]) await held.journal.append(accepted(n))
  hubChunks.add(chunks[1] ?? '')
  expect(await flights.send([id, submissionId(2), submissionId(3)])).toEqual([1, 2, 3].map((n) => hint(n, 'received')))
  expect(chunkCalls).toEqual(['offer 3', chunks[0], chunks[2]])
  expect(calls).toEqual([[submissionId(2), submissionId(3)], [id]])
})

test('a cut line costs one chunk at most: what arrived is never sent again', async () => {
  const { id, chunks } = await fillWithChunks(1, 5)
  let left = 2
  putChunk = () => (left-- > 0 ? 'stored' : AWAY)
  expect(await flights.send([id])).toEqual([again(1, true)])
  expect(calls).toEqual([])
  putChunk = () => 'stored'
  chunkCalls = []
  expect(await flights.send([id])).toEqual([hint(1, 'received')])
  expect(chunkCalls).toEqual(['offer 5', ...chunks.slice(2)])
})

test('chunks that the hub lost after all are sent once more in the same flight', async () => {
  const { id, chunks } = await fillWithChunks(1, 2)
  let asked = 0
  judge = () => {
    if (++asked > 1) return received('a.b.c', 1)
    hubChunks.clear()
    return { outcome: 'chunks-missing', missing: chunks }
  }
  expect(await flights.send([id])).toEqual([hint(1, 'received')])
  expect(chunkCalls).toEqual(['offer 2', ...chunks, 'offer 2', ...chunks])
})

test('a hub that forgot the offer is offered again, not for ever', async () => {
  const { id } = await fillWithChunks(1, 1)
  putChunk = () => 'not-offered'
  expect(await flights.send([id])).toEqual([again(1)])
  expect(chunkCalls.filter((call) => call === 'offer 1')).toHaveLength(2)
})

test.each(['missing', 'damaged'])('a chunk that is %s here goes to staff', async (how) => {
  const { id, chunks } = await fillWithChunks(1, 2)
  if (how === 'missing') ourChunks.delete(chunks[1] ?? '')
  else ourChunks.set(chunks[1] ?? '', Buffer.from('other bytes'))
  expect(await flights.send([id])).toEqual([hint(1, 'quarantined')])
  expect(held.ledger.bySubmission(id)).toMatchObject({ reason: 'damaged', detail: `chunk ${chunks[1]} is ${how}` })
  expect(calls).toEqual([])
})

import { expect, test } from 'vitest'
import { GROUP_BYTES, GROUP_ITEMS } from '../../electron/flights.ts'
import { HUGE_BYTES, MAX_BATCH, MAX_FLIGHTS } from '../../sync/queue/drain-decision.ts'
import { seededRandom } from '../sim/random.ts'
import { submitRequest } from '../sim/sample.ts'
import { HOUR_MS, handedIn, handedInBy, MINUTE_MS, SECOND_MS, type Stage, setStage } from './stage.ts'

const BACKLOG = 10_000
/** Taken in at once: a terminal numbers one after the other. */
const CROWD = 500

/** As many citizens, without the oracle, which looks at the whole disk for each. */
async function crowd(stage: Stage, from: number, count: number): Promise<void> {
  const random = seededRandom('crowd')
  for (let at = 0; at < count; at += CROWD) {
    const drafts = Array.from({ length: Math.min(CROWD, count - at) }, (_, index) => from + at + index)
    const answers = drafts.map((draft) => {
      const draftId = `00000000-0000-4000-8000-${String(draft).padStart(12, '0')}`
      return stage.terminal().intake.submit(submitRequest(draftId, random, { poison: false, attachments: 0 }))
    })
    for (const answer of await stage.settled('a crowd', Promise.all(answers))) expect(answer.ok).toBe(true)
  }
}

/** Notes the largest answer that the worker's store ever gave, and how often it was asked. */
function watchReads(stage: Stage): { most: number; reads: number } {
  const seen = { most: 0, reads: 0 }
  const disk = stage.host.workerDisk
  const { open } = disk
  disk.open = (process) => {
    const store = open(process)
    return new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name) as ((...parameters: unknown[]) => Promise<unknown>) | undefined
        if (method === undefined) return undefined
        return async (...parameters: unknown[]) => {
          const answer = await Reflect.apply(method, target, parameters)
          if (!Array.isArray(answer)) return answer
          seen.reads++
          seen.most = Math.max(seen.most, answer.length)
          return answer
        }
      },
    })
  }
  return seen
}

test('scenario 20: poison at the head, one huge, and 10,000 behind them: delivered around both, never more than a few in hand', async () => {
  const stage = await setStage({ worker: true, freeBytes: 1e10 })
  const reads = watchReads(stage)
  stage.host.loseWorker(true)
  stage.host.startWorker()
  stage.host.link.state = 'unreachable'
  const poison = await stage.submit(1, { poison: true })
  const huge = await stage.submit(2, { attachments: 150 })
  expect(stage.terminal().ledger.bySubmission(huge.submissionId)?.bytes).toBeGreaterThan(HUGE_BYTES)
  await crowd(stage, 3, BACKLOG)
  await stage.run(10 * SECOND_MS)
  expect(stage.terminal().ledger.waiting).toBe(BACKLOG + 2)

  const { journal } = stage.terminal()
  const readAccepted = journal.readAccepted.bind(journal)
  let reading = 0
  let mostReading = 0
  journal.readAccepted = async (submissionId) => {
    mostReading = Math.max(mostReading, ++reading)
    const read = await readAccepted(submissionId)
    reading--
    return read
  }
  let bytesInTheAir = 0
  let mostBytes = 0
  let mostItems = 0
  let beforeTheHuge: number | undefined
  stage.onTheWay = async (request, next) => {
    const ids = handedInBy(request)
    bytesInTheAir += request.body.length
    mostBytes = Math.max(mostBytes, bytesInTheAir)
    mostItems = Math.max(mostItems, ids.length)
    if (request.url.endsWith('/v1/chunks/offers')) beforeTheHuge ??= stage.terminal().ledger.received
    const reply = await next()
    bytesInTheAir -= request.body.length
    return reply
  }
  const beganMs = stage.scheduler.nowMs()
  stage.host.link.state = 'up'
  const { ledger } = stage.terminal()
  await stage.until('all but the poison', () => ledger.received === BACKLOG + 1, 30 * MINUTE_MS)
  // The poison was refused at once and held nobody up.
  expect(ledger.bySubmission(poison.submissionId)).toMatchObject({ state: 'quarantined', reason: 'bad-envelope' })
  expect(stage.scheduler.nowMs() - beganMs).toBeLessThan(10 * MINUTE_MS)
  // The huge one did not take a lane that a small one wanted: most of them were there before it began.
  expect(beforeTheHuge).toBeGreaterThan(BACKLOG / 2)
  expect(stage.rows()).toHaveLength(BACKLOG + 1)
  // Flat: pages of the store, groups of envelopes, four flights; none of it grows with the backlog.
  expect(reads.reads).toBeGreaterThan(BACKLOG / (MAX_FLIGHTS * MAX_BATCH))
  expect(reads.most).toBeLessThanOrEqual(2 * MAX_FLIGHTS * MAX_BATCH)
  expect(mostItems).toBeLessThanOrEqual(GROUP_ITEMS)
  expect(mostReading).toBeLessThanOrEqual(MAX_FLIGHTS * GROUP_ITEMS)
  // JSON around the envelopes.
  expect(mostBytes).toBeLessThanOrEqual(MAX_FLIGHTS * GROUP_BYTES * 1.1)
}, 240_000)

const CALLS = ['readMeta', 'writeMeta', 'put', 'get', 'due', 'later', 'reschedule'] as const

test.each(CALLS)(
  'scenario 21: one rejected `%s` of the queue’s store costs an early or late try, no push',
  async (call) => {
    const stage = await setStage({ worker: true, seed: call })
    const disk = stage.host.workerDisk
    const { open } = disk
    let armed = false
    let rejected = 0
    disk.open = (process) => {
      const store = open(process)
      return new Proxy(store, {
        get(target, name) {
          const method = Reflect.get(target, name) as ((...parameters: unknown[]) => Promise<unknown>) | undefined
          if (method === undefined || name !== call) return method
          return async (...parameters: unknown[]) => {
            if (armed) {
              armed = false
              rejected++
              throw new DOMException('made by the test', 'AbortError')
            }
            return Reflect.apply(method, target, parameters)
          }
        },
      })
    }
    stage.host.loseWorker(true)
    stage.host.startWorker()
    await stage.run(5 * SECOND_MS)
    stage.host.link.state = 'unreachable'
    for (let draft = 1; draft <= 3; draft++) await stage.submit(draft)
    await stage.run(30 * SECOND_MS)
    armed = true
    await stage.submit(4)
    await stage.run(MINUTE_MS)
    const tries = stage.calls.length
    stage.host.link.state = 'up'
    await stage.until('rejected', () => rejected === 1 || !armed, 5 * MINUTE_MS)
    await stage.until('delivered', () => stage.terminal().ledger.received === 4, 16 * MINUTE_MS)
    expect(rejected).toBe(1)
    // One that was tried twice at most, and nothing is tried for ever.
    expect(stage.calls.slice(tries).flatMap(handedIn).length).toBeLessThanOrEqual(4 + 1)
    await stage.run(HOUR_MS)
    await stage.judge()
  },
)

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FIND_LIMIT_MS, RESTART_EVERY_MS, SCHEDULE_LIMIT_MS, startSyncWorker } from './client.ts'
import { MAX_QUERY_LENGTH, type Progress, type ViewMessage, type WorkerChannel } from './messages.ts'

const ID = '00000000-0000-4000-8000-000000000001'

/** What the page sees of a Web Worker. */
class FakeWorker extends EventTarget {
  readonly told: { command: unknown; transfer: unknown }[] = []
  terminated = false
  postMessage(command: unknown, transfer: unknown): void {
    this.told.push({ command, transfer })
  }
  terminate(): void {
    this.terminated = true
  }
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  fail(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }))
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function bench(
  channel: () => WorkerChannel | Promise<WorkerChannel> = () => ({ kind: 'websocket', url: 'ws://127.0.0.1/w' }),
) {
  const workers: FakeWorker[] = []
  const heard: ViewMessage[] = []
  const problems: string[] = []
  const progress: Progress[] = []
  const handle = startSyncWorker({
    channel,
    onProgress: (one) => progress.push(one),
    onMessage: (message) => heard.push(message),
    onProblem: (event) => problems.push(event),
    spawn() {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker as unknown as Worker
    },
  })
  return { workers, heard, problems, progress, handle }
}

const view = {
  connection: 'connected',
  waiting: 1,
  oldestAcceptedAt: '2027-01-15T08:00:00.000Z',
  quarantined: 0,
  received: 2,
}

test('hands on what is valid and nothing else', () => {
  const { workers, heard, problems } = bench()
  workers[0]?.say({ kind: 'queue', view })
  workers[0]?.say({ kind: 'queue', view: { ...view, waiting: -1 } })
  workers[0]?.say('hello')
  workers[0]?.say({ kind: 'state', state: 'ready', why: null })
  expect(heard).toEqual([
    { kind: 'queue', view },
    { kind: 'state', state: 'ready', why: null },
  ])
  expect(problems).toEqual(['sync-worker-message-invalid', 'sync-worker-message-invalid'])
})

test('gives a channel whenever the worker wants one; a port is transferred', async () => {
  const { port1 } = new MessageChannel()
  const channels: (() => WorkerChannel)[] = [
    () => ({ kind: 'websocket', url: 'ws://127.0.0.1/w' }),
    () => {
      throw new Error('no bridge')
    },
    () => ({ kind: 'port', port: port1 }),
  ]
  const { workers, heard, problems } = bench(() => (channels.shift() ?? channels[0])?.() as WorkerChannel)
  for (let i = 0; i < 3; i++) {
    workers[0]?.say({ kind: 'channel-wanted' })
    await vi.advanceTimersByTimeAsync(0)
  }
  expect(workers[0]?.told).toEqual([
    { command: { kind: 'channel', channel: { kind: 'websocket', url: 'ws://127.0.0.1/w' } }, transfer: [] },
    { command: { kind: 'channel', channel: { kind: 'port' } }, transfer: [port1] },
  ])
  expect(problems).toEqual(['sync-worker-channel-failed'])
  expect(heard).toEqual([])
  port1.close()
})

test('a failed worker is replaced, at most once in ten seconds, and the old one is not heard any more', () => {
  const { workers, heard, problems } = bench()
  vi.advanceTimersByTime(60_000)
  workers[0]?.fail('crash')
  expect(workers[0]?.terminated).toBe(true)
  expect(heard).toEqual([{ kind: 'state', state: 'starting', why: 'worker-failed' }])
  vi.advanceTimersByTime(1)
  expect(workers.length).toBe(2)
  workers[0]?.say({ kind: 'queue', view })
  expect(heard.length).toBe(1)
  workers[1]?.fail('crash again')
  vi.advanceTimersByTime(RESTART_EVERY_MS - 100)
  expect(workers.length).toBe(2)
  vi.advanceTimersByTime(200)
  expect(workers.length).toBe(3)
  expect(problems).toEqual(['sync-worker-failed', 'sync-worker-failed'])
})

test('asks for the schedule, and matches every answer with its question', async () => {
  const { workers, heard, handle } = bench()
  const [first, second] = [handle.schedule([ID]), handle.schedule([ID])]
  expect(workers[0]?.told).toEqual([
    { command: { kind: 'schedule-wanted', ask: 1, ids: [ID] }, transfer: [] },
    { command: { kind: 'schedule-wanted', ask: 2, ids: [ID] }, transfer: [] },
  ])
  workers[0]?.say({ kind: 'schedule', ask: 9, rows: [] })
  workers[0]?.say({ kind: 'schedule', ask: 2, rows: null })
  workers[0]?.say({ kind: 'schedule', ask: 1, rows: [{ id: ID, attempts: 3, nextAttemptAt: 77 }] })
  expect(await first).toEqual({ ok: true, rows: [{ id: ID, attempts: 3, nextAttemptAt: 77 }] })
  expect(await second).toEqual({ ok: false, fault: 'no-store' })
  expect(heard).toEqual([])
})

test('a schedule that does not come in time, or cannot come, is an answer too', async () => {
  const { workers, handle } = bench()
  const silent = handle.schedule([ID])
  await vi.advanceTimersByTimeAsync(SCHEDULE_LIMIT_MS)
  expect(await silent).toEqual({ ok: false, fault: 'no-answer' })
  workers[0]?.fail('crash')
  expect(await handle.schedule([ID])).toEqual({ ok: false, fault: 'no-answer' })
  handle.close()
  expect(await handle.schedule([ID])).toEqual({ ok: false, fault: 'no-answer' })
})

test('finds through the worker; what it has no index for, or does not answer in time, is told apart', async () => {
  const { workers, handle } = bench()
  const hit = { id: 'S07', score: 1, why: 'name' } as const
  const [found, notYet, silent] = [handle.find('a', 5), handle.find('b', 5), handle.find('c', 5)]
  expect(workers[0]?.told[0]).toEqual({ command: { kind: 'find', ask: 1, query: 'a', limit: 5 }, transfer: [] })
  workers[0]?.say({ kind: 'found', ask: 2, hits: null })
  workers[0]?.say({ kind: 'found', ask: 1, hits: [hit] })
  workers[0]?.say({ kind: 'schedule', ask: 3, rows: [] })
  expect(await found).toEqual({ ok: true, hits: [hit] })
  expect(await notYet).toEqual({ ok: false, fault: 'no-index' })
  expect(await silent).toEqual({ ok: false, fault: 'no-answer' })
  const late = handle.find('d', 5)
  await vi.advanceTimersByTimeAsync(FIND_LIMIT_MS)
  expect(await late).toEqual({ ok: false, fault: 'no-answer' })
  expect(await handle.find('x'.repeat(MAX_QUERY_LENGTH + 1), 5)).toEqual({ ok: true, hits: [] })
  expect(workers[0]?.told.length).toBe(4)
})

test('items that were offered are offered again to the worker that takes a failed one’s place', () => {
  const { workers, handle } = bench()
  handle.offerItems([])
  workers[0]?.fail('crash')
  vi.advanceTimersByTime(RESTART_EVERY_MS)
  for (const worker of workers) expect(worker.told).toEqual([{ command: { kind: 'items', items: [] }, transfer: [] }])
  expect(workers.length).toBe(2)
})

test('progress goes to whoever asked for it and nowhere else', () => {
  const { workers, heard, progress } = bench()
  workers[0]?.say({ kind: 'progress', seen: 9, applied: 4 })
  expect(progress).toEqual([{ seen: 9, applied: 4 }])
  expect(heard).toEqual([])
})

test('scenario 15: asks once for storage that is not evicted, and says when even asking failed', async () => {
  const persist = vi.fn(async () => Promise.reject(new Error('not allowed')))
  const problems: string[] = []
  const handle = startSyncWorker({
    channel: () => ({ kind: 'websocket', url: 'ws://127.0.0.1/w' }),
    onMessage: () => undefined,
    onProblem: (event) => problems.push(event),
    persist,
    spawn: () => new FakeWorker() as unknown as Worker,
  })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(persist).toHaveBeenCalledTimes(1)
  expect(problems).toEqual(['storage-persist-failed'])
  handle.close()
})

test('after close nothing is heard and nothing restarts', () => {
  const { workers, heard, handle } = bench()
  handle.close()
  expect(workers[0]?.told).toEqual([{ command: { kind: 'close' }, transfer: [] }])
  workers[0]?.say({ kind: 'queue', view })
  workers[0]?.fail('late')
  vi.advanceTimersByTime(60_000)
  expect(heard).toEqual([])
  expect(workers.length).toBe(1)
})

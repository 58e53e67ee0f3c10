import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RESTART_EVERY_MS, startSyncWorker } from './client.ts'
import type { ViewMessage, WorkerChannel } from './messages.ts'

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
  const handle = startSyncWorker({
    channel,
    onMessage: (message) => heard.push(message),
    onProblem: (event) => problems.push(event),
    spawn() {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker as unknown as Worker
    },
  })
  return { workers, heard, problems, handle }
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

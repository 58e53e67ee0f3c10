import type { Clock } from '../../sync/queue/clock.ts'
import { errorText, type Log } from '../../sync/queue/clock.ts'
import { dexieHome } from '../../sync/queue/dexie-home.ts'
import { rxdbSource } from '../../sync/queue/rxdb-database.ts'
import { connect } from './channel.ts'
import { createDrainGuard, type Locks } from './drain-guard.ts'
import { type PageMessage, type WorkerChannel, type WorkerCommand, WorkerCommandSchema } from './messages.ts'
import { createSearcher } from './searcher.ts'
import { createSyncWorker } from './sync-worker.ts'

/** The Web Worker's entry: gives the body its globals. One line of log is one event. */
const DATABASE_NAME = 'bianmin-queue'

declare const self: DedicatedWorkerGlobalScope

const log: Log = (event, facts) => console.info(JSON.stringify({ event, ...facts }))

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

const post = (message: PageMessage) => self.postMessage(message)
const searcher = createSearcher({ post, clock, log })

const worker = createSyncWorker({
  workerId: crypto.randomUUID(),
  source: rxdbSource(dexieHome(globalThis.indexedDB, globalThis.IDBKeyRange), DATABASE_NAME, log),
  connect,
  post(message) {
    post(message)
    if (message.kind === 'catalogue') searcher.offer(message.view.catalogue.items)
  },
  clock,
  random: Math.random,
  guard: createDrainGuard(navigator.locks as Locks | undefined),
  log,
})

self.addEventListener('message', (event: MessageEvent<unknown>) => {
  const command = WorkerCommandSchema.safeParse(event.data)
  if (!command.success) return log('worker-command-invalid')
  void obey(command.data, event.ports[0])
})

// A broken IndexedDB rejects promises inside RxDB that nobody can await; the store's own calls report the fault.
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  log('unhandled-rejection', { error: errorText(event.reason) })
})

async function obey(command: WorkerCommand, port: MessagePort | undefined): Promise<void> {
  if (command.kind === 'close') {
    await worker.close()
    self.close()
    return
  }
  if (command.kind === 'find') return searcher.answer(command.ask, command.query, command.limit)
  if (command.kind === 'items') return searcher.offer(command.items)
  if (command.kind === 'schedule-wanted') return worker.tellSchedule(command.ask, command.ids)
  const channel = channelOf(command, port)
  if (channel === null) log('worker-command-invalid')
  else worker.setChannel(channel)
}

function channelOf(
  command: Extract<WorkerCommand, { kind: 'channel' }>,
  port: MessagePort | undefined,
): WorkerChannel | null {
  if (command.channel.kind === 'websocket') return command.channel
  return port === undefined ? null : { kind: 'port', port }
}

worker.start()

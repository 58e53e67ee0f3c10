import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import {
  type Hit,
  MAX_QUERY_LENGTH,
  type PageMessage,
  PageMessageSchema,
  type Progress,
  type ScheduleRow,
  type ViewMessage,
  type WorkerChannel,
  type WorkerCommand,
} from './messages.ts'

/** A worker that fails at once after every start must not take the machine down with it. */
export const RESTART_EVERY_MS = 10_000
/** The worker answers from its store; a maintainer does not wait longer for a column of moments. */
export const SCHEDULE_LIMIT_MS = 3_000
/** A search takes milliseconds; a worker that builds an index or applies a backlog takes a while longer to hear of it. */
export const FIND_LIMIT_MS = 3_000

export type SyncWorkerOptions = {
  /** Asked at the start, after a restart and when a port was lost; a port can be given away only once. */
  channel: () => WorkerChannel | Promise<WorkerChannel>
  onMessage: (message: ViewMessage) => void
  /** Events for the page's log: no personal data. */
  onProblem?: (event: string, why: string) => void
  /** How far the worker's store is behind the journal: for tests and benchmarks. */
  onProgress?: (progress: Progress) => void
  /** Asks the browser, once a document, not to evict what IndexedDB holds; the answer changes nothing for us. */
  persist?: () => Promise<unknown>
  /** For tests. */
  spawn?: () => Worker
}

export type ScheduleAnswer =
  | { ok: true; rows: ScheduleRow[] }
  /** no-store: IndexedDB is being opened or cannot be used. no-answer: the worker is not there, or too busy. */
  | { ok: false; fault: 'no-store' | 'no-answer' }

export type FindAnswer =
  | { ok: true; hits: Hit[] }
  /** no-index: nothing to search yet. no-answer: the worker is not there, or too busy. */
  | { ok: false; fault: 'no-index' | 'no-answer' }

export type SyncWorkerHandle = {
  /** When these are tried next; at most MAX_SCHEDULE_IDS. Those that are not queued have no row. */
  schedule(ids: readonly string[]): Promise<ScheduleAnswer>
  /** Items for what somebody typed, the best first; `limit` at most MAX_HITS. */
  find(query: string, limit: number): Promise<FindAnswer>
  /** The items to search, from now on, instead of those of the worker's own catalogue. */
  offerItems(items: readonly ServiceItem[]): void
  close(): void
}

/** Starts the sync worker and keeps it running; every message is checked before it is handed on. */
export function startSyncWorker({
  channel,
  onMessage,
  onProblem,
  onProgress,
  persist = askToPersist,
  spawn = spawnWorker,
}: SyncWorkerOptions): SyncWorkerHandle {
  const problem = (event: string, why: unknown) => onProblem?.(event, String(why).slice(0, 300))
  let worker: Worker | null = null
  let startedAtMs = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let closed = false
  let asked = 0
  const asks = new Map<number, (answer: PageMessage) => void>()
  let offered: readonly ServiceItem[] | null = null

  function start(): void {
    timer = null
    startedAtMs = performance.now()
    const mine = spawn()
    worker = mine
    if (offered !== null) tell(mine, { kind: 'items', items: [...offered] })
    mine.addEventListener('message', (event) => hear(mine, event.data))
    mine.addEventListener('messageerror', () => problem('sync-worker-message-unreadable', ''))
    mine.addEventListener('error', (event) => restart(mine, event.message))
  }

  function hear(mine: Worker, data: unknown): void {
    if (closed || mine !== worker) return
    const parsed = PageMessageSchema.safeParse(data)
    if (!parsed.success) problem('sync-worker-message-invalid', parsed.error.issues[0]?.message)
    else if (parsed.data.kind === 'channel-wanted') void giveChannel(mine)
    else if (parsed.data.kind === 'progress') onProgress?.({ seen: parsed.data.seen, applied: parsed.data.applied })
    else if (parsed.data.kind === 'schedule' || parsed.data.kind === 'found') asks.get(parsed.data.ask)?.(parsed.data)
    else onMessage(parsed.data)
  }

  async function giveChannel(mine: Worker): Promise<void> {
    try {
      const given = await channel()
      if (closed || mine !== worker) return
      if (given.kind === 'port') tell(mine, { kind: 'channel', channel: { kind: 'port' } }, [given.port])
      else tell(mine, { kind: 'channel', channel: given })
    } catch (error) {
      // The worker asks again when it has waited in vain.
      problem('sync-worker-channel-failed', error)
    }
  }

  function restart(mine: Worker, why: string): void {
    if (closed || mine !== worker) return
    problem('sync-worker-failed', why)
    mine.terminate()
    worker = null
    onMessage({ kind: 'state', state: 'starting', why: 'worker-failed' })
    timer = setTimeout(start, Math.max(0, startedAtMs + RESTART_EVERY_MS - performance.now()))
  }

  /** The worker's answer to a numbered question; null when none comes in time. */
  function answerTo(question: (ask: number) => WorkerCommand, limitMs: number): Promise<PageMessage | null> {
    const mine = worker
    if (closed || mine === null) return Promise.resolve(null)
    const ask = ++asked
    return new Promise((resolve) => {
      const answer = (given: PageMessage | null) => {
        clearTimeout(limit)
        asks.delete(ask)
        resolve(given)
      }
      const limit = setTimeout(() => answer(null), limitMs)
      asks.set(ask, answer)
      tell(mine, question(ask))
    })
  }

  async function schedule(ids: readonly string[]): Promise<ScheduleAnswer> {
    const given = await answerTo((ask) => ({ kind: 'schedule-wanted', ask, ids: [...ids] }), SCHEDULE_LIMIT_MS)
    if (given?.kind !== 'schedule') return { ok: false, fault: 'no-answer' }
    return given.rows === null ? { ok: false, fault: 'no-store' } : { ok: true, rows: given.rows }
  }

  async function find(query: string, limit: number): Promise<FindAnswer> {
    if (query.length > MAX_QUERY_LENGTH) return { ok: true, hits: [] }
    const given = await answerTo((ask) => ({ kind: 'find', ask, query, limit }), FIND_LIMIT_MS)
    if (given?.kind !== 'found') return { ok: false, fault: 'no-answer' }
    return given.hits === null ? { ok: false, fault: 'no-index' } : { ok: true, hits: given.hits }
  }

  start()
  persist().catch((error: unknown) => problem('storage-persist-failed', error))
  return {
    schedule,
    find,
    offerItems(items) {
      offered = items
      if (worker !== null) tell(worker, { kind: 'items', items: [...items] })
    },
    close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      if (worker !== null) tell(worker, { kind: 'close' })
    },
  }
}

function tell(worker: Worker, command: WorkerCommand, transfer: Transferable[] = []): void {
  worker.postMessage(command, transfer)
}

/** What we need of the page's StorageManager; a worker's has no `persist`, and this file is read with both libraries. */
type Persistence = { persisted(): Promise<boolean>; persist(): Promise<boolean> }

/** Only a page may ask, a worker may not. A refusal costs at most a rebuild from the journal. */
async function askToPersist(): Promise<void> {
  const { navigator } = globalThis as unknown as { navigator?: { storage?: Persistence } }
  const storage = navigator?.storage
  if (storage !== undefined && !(await storage.persisted())) await storage.persist()
}

/** The bundler knows this form and makes a chunk of its own of it. */
function spawnWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}

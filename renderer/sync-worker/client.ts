import { PageMessageSchema, type ViewMessage, type WorkerChannel, type WorkerCommand } from './messages.ts'

/** A worker that fails at once after every start must not take the machine down with it. */
export const RESTART_EVERY_MS = 10_000

export type SyncWorkerOptions = {
  /** Asked at the start, after a restart and when a port was lost; a port can be given away only once. */
  channel: () => WorkerChannel | Promise<WorkerChannel>
  onMessage: (message: ViewMessage) => void
  /** Events for the page's log: no personal data. */
  onProblem?: (event: string, why: string) => void
  /** For tests. */
  spawn?: () => Worker
}

export type SyncWorkerHandle = { close(): void }

/** Starts the sync worker and keeps it running; every message is checked before it is handed on. */
export function startSyncWorker({
  channel,
  onMessage,
  onProblem,
  spawn = spawnWorker,
}: SyncWorkerOptions): SyncWorkerHandle {
  const problem = (event: string, why: unknown) => onProblem?.(event, String(why).slice(0, 300))
  let worker: Worker | null = null
  let startedAtMs = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let closed = false

  function start(): void {
    timer = null
    startedAtMs = performance.now()
    const mine = spawn()
    worker = mine
    mine.addEventListener('message', (event) => hear(mine, event.data))
    mine.addEventListener('messageerror', () => problem('sync-worker-message-unreadable', ''))
    mine.addEventListener('error', (event) => restart(mine, event.message))
  }

  function hear(mine: Worker, data: unknown): void {
    if (closed || mine !== worker) return
    const parsed = PageMessageSchema.safeParse(data)
    if (!parsed.success) problem('sync-worker-message-invalid', parsed.error.issues[0]?.message)
    else if (parsed.data.kind === 'channel-wanted') void giveChannel(mine)
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

  start()
  return {
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

/** The bundler knows this form and makes a chunk of its own of it. */
function spawnWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}

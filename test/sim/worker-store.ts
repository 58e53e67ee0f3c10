import { createMemoryStore } from '../../sync/queue/memory-store.ts'
import type { QueueStore } from '../../sync/queue/queue-store.ts'
import type { SimProcess } from './process.ts'
import type { SeededRandom } from './random.ts'

const WRITES = ['writeMeta', 'put', 'remove', 'reschedule', 'clear'] as const
type Write = (typeof WRITES)[number]

interface Written {
  readonly call: Write
  /** The parameters as JSON: what was written, whatever happens to the objects. */
  readonly parameters: string
}

/** The database was closed under its users: deleted, or put back as it was. */
export class StoreGone extends Error {
  override name = 'DatabaseClosedError'
}

/**
 * The sync worker's store as it lies on the machine's disk: a row of writes, so that a browser profile can be deleted,
 * put back as it was, or cut between any two writes. All pages of a machine share it, as they share IndexedDB.
 */
export interface WorkerDisk {
  open(process: SimProcess): QueueStore
  /** What lies there, for the judge. */
  readonly content: QueueStore
  delete(): Promise<void>
  /** Forgets the newest writes, at most so many: a profile from a backup, or a cut. */
  goBack(writes: number): Promise<void>
  readonly writes: number
  /** Share of calls that fail. */
  failureRate: number
}

export function createWorkerDisk(random: SeededRandom, minMs: number, maxMs: number): WorkerDisk {
  let written: Written[] = []
  let store = createMemoryStore()

  async function rewrite(rest: Written[]): Promise<void> {
    written = rest
    const next = createMemoryStore()
    store = next
    for (const { call, parameters } of rest) await apply(next, call, JSON.parse(parameters) as unknown[])
  }

  const self: WorkerDisk = {
    failureRate: 0,
    get writes() {
      return written.length
    },
    get content() {
      return store
    },
    delete: () => rewrite([]),
    goBack: (writes) => rewrite(written.slice(0, Math.max(0, written.length - writes))),
    open(process) {
      const opened = store
      return new Proxy(opened, {
        get(target, name) {
          const method = Reflect.get(target, name) as ((...parameters: unknown[]) => Promise<unknown>) | undefined
          // A promise that resolves to this looks for "then".
          if (method === undefined) return undefined
          return async (...parameters: unknown[]) => {
            await process.sleep(random.logarithmic(minMs, maxMs), `store ${String(name)}`)
            if (opened !== store) throw new StoreGone('the database is closed')
            if (self.failureRate > 0 && random.chance(self.failureRate))
              throw new Error('AbortError: made by the world')
            const call = WRITES.find((write) => write === name)
            if (call !== undefined) written.push({ call, parameters: JSON.stringify(parameters) })
            return Reflect.apply(method, target, parameters)
          }
        },
      })
    },
  }
  return self
}

function apply(store: QueueStore, call: Write, parameters: unknown[]): Promise<unknown> {
  return Reflect.apply(store[call] as (...parameters: unknown[]) => Promise<unknown>, store, parameters)
}

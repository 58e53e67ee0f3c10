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

/**
 * The sync worker's store as it lies on the machine's disk: a row of writes, so that a browser profile can be deleted,
 * put back as it was, or cut between any two writes. Opening it plays the writes into the production memory store.
 */
export interface WorkerDisk {
  open(process: SimProcess): Promise<QueueStore>
  /** What lies there, for the judge. */
  peek(): Promise<QueueStore>
  delete(): void
  /** Forgets the newest writes, at most so many: a profile from a backup, or a cut. */
  goBack(writes: number): void
  readonly writes: number
  /** Share of calls that fail. */
  failureRate: number
}

export function createWorkerDisk(random: SeededRandom, minMs: number, maxMs: number): WorkerDisk {
  let written: Written[] = []
  const self: WorkerDisk = {
    failureRate: 0,
    get writes() {
      return written.length
    },
    delete() {
      written = []
    },
    goBack(writes) {
      written = written.slice(0, Math.max(0, written.length - writes))
    },
    async peek() {
      const store = createMemoryStore()
      for (const { call, parameters } of written) await apply(store, call, JSON.parse(parameters) as unknown[])
      return store
    },
    async open(process) {
      const store = await self.peek()
      return new Proxy(store, {
        get(target, name) {
          const method = Reflect.get(target, name) as ((...parameters: unknown[]) => Promise<unknown>) | undefined
          // A promise that resolves to this looks for "then".
          if (method === undefined) return undefined
          return async (...parameters: unknown[]) => {
            await process.sleep(random.logarithmic(minMs, maxMs), `store ${String(name)}`)
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

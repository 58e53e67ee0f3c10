import { Worker } from 'node:worker_threads'
import type { Break } from './options.ts'
import type { WorldResult } from './world.ts'

export interface SeedTask {
  readonly seed: number
  readonly broken: Break | undefined
}

/** Runs seeds on some threads, each seed alone in its thread; hands results over in the order of the seeds. */
export async function runSeeds(
  seeds: readonly number[],
  threads: number,
  broken: Break | undefined,
  onResult: (result: WorldResult) => Promise<'go-on' | 'stop'>,
): Promise<void> {
  const waiting = new Map<number, WorldResult>()
  let nextToSend = 0
  let nextToTell = 0
  let stopped = false
  const workers = Array.from({ length: Math.min(threads, seeds.length) }, () => new Worker(THREAD))
  try {
    await new Promise<void>((resolve, reject) => {
      const give = (worker: Worker) => {
        const seed = seeds[nextToSend++]
        if (seed !== undefined) worker.postMessage({ seed, broken } satisfies SeedTask)
      }
      let telling: Promise<void> = Promise.resolve()
      const tell = async () => {
        for (;;) {
          const seed = seeds[nextToTell]
          const result = seed === undefined ? undefined : waiting.get(seed)
          if (result === undefined || stopped) break
          nextToTell++
          waiting.delete(result.options.seed)
          if ((await onResult(result)) === 'stop') stopped = true
        }
        if (stopped || nextToTell === seeds.length) resolve()
      }
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('message', (result: WorldResult) => {
          waiting.set(result.options.seed, result)
          telling = telling.then(tell).catch(reject)
          if (!stopped) give(worker)
        })
        give(worker)
      }
      if (seeds.length === 0) resolve()
    })
  } finally {
    for (const worker of workers) await worker.terminate()
  }
}

const THREAD = new URL('./seed-thread.ts', import.meta.url)

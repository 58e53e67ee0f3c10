import { Worker } from 'node:worker_threads'
import type { WorldOptions } from './options.ts'
import type { Run, WorldResult } from './world.ts'

export interface WorldTask {
  readonly options: WorldOptions
  readonly run: Run
}

/** Runs worlds on some threads, each alone in its thread; hands results over in the order of the list. */
export async function runWorlds(
  worlds: readonly WorldOptions[],
  threads: number,
  run: Run,
  onResult: (result: WorldResult) => Promise<'go-on' | 'stop'>,
): Promise<void> {
  const waiting = new Map<number, WorldResult>()
  let nextToSend = 0
  let nextToTell = 0
  let stopped = false
  const workers = Array.from({ length: Math.min(threads, worlds.length) }, () => new Worker(THREAD))
  try {
    await new Promise<void>((resolve, reject) => {
      const give = (worker: Worker) => {
        const options = worlds[nextToSend++]
        if (options !== undefined) worker.postMessage({ options, run } satisfies WorldTask)
      }
      let telling: Promise<void> = Promise.resolve()
      const tell = async () => {
        for (;;) {
          const seed = worlds[nextToTell]?.seed
          const result = seed === undefined ? undefined : waiting.get(seed)
          if (result === undefined || stopped) break
          nextToTell++
          waiting.delete(result.options.seed)
          if ((await onResult(result)) === 'stop') stopped = true
        }
        if (stopped || nextToTell === worlds.length) resolve()
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
      if (worlds.length === 0) resolve()
    })
  } finally {
    for (const worker of workers) await worker.terminate()
  }
}

const THREAD = new URL('./world-thread.ts', import.meta.url)

import type { Log } from './events.ts'

/** Background work that must not overlap with itself and whose misfortune must not take main down. */
export interface Tasks {
  /** Runs it unless it runs already; resolves when that turn is over, never rejects. */
  run(name: string, task: () => Promise<void>): Promise<void>
  /** Runs it each so many milliseconds, for the first time after `firstMs`. */
  every(name: string, firstMs: number, everyMs: number, task: () => Promise<void>): void
  /** Nothing begins any more. */
  stop(): void
  readonly stopped: boolean
}

export function createTasks(after: (delayMs: number, run: () => void) => () => void, log: Log): Tasks {
  const running = new Map<string, Promise<void>>()
  const cancels = new Map<string, () => void>()
  let stopped = false

  function run(name: string, task: () => Promise<void>): Promise<void> {
    if (stopped) return Promise.resolve()
    const already = running.get(name)
    if (already !== undefined) return already
    const turn = Promise.resolve()
      .then(task)
      .catch((error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        log('task-fault', { task: name, error: text })
      })
      .then(() => void running.delete(name))
    running.set(name, turn)
    return turn
  }

  return {
    run,
    every(name, firstMs, everyMs, task) {
      const plan = (delayMs: number) => {
        if (!stopped)
          cancels.set(
            name,
            after(delayMs, () => void run(name, task).then(() => plan(everyMs))),
          )
      }
      plan(firstMs)
    },
    stop() {
      stopped = true
      for (const cancel of cancels.values()) cancel()
    },
    get stopped() {
      return stopped
    },
  }
}

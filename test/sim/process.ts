import type { Scheduler } from './scheduler.ts'

/**
 * One run of one program on a simulated machine. When it is killed, nothing of it ever moves again: its timers do not
 * fire, and what it waits for does not come. What it left on its disk is all that remains.
 */
export interface SimProcess {
  readonly name: string
  readonly alive: boolean
  kill(): void
  /** Milliseconds since the world began. */
  nowMs(): number
  after(delayMs: number, label: string, task: () => void): () => void
  /** Resolves after the delay, if the process lives by then. */
  sleep(delayMs: number, label: string): Promise<void>
  /** Kills it just before its n-th step from now: any place where it waits may be the last. */
  killBeforeStep(n: number, onKill: () => void): void
}

export function startProcess(scheduler: Scheduler, name: string): SimProcess {
  let alive = true
  let stepsLeft = Number.POSITIVE_INFINITY
  let onKill: () => void = () => undefined

  const self: SimProcess = {
    name,
    get alive() {
      return alive
    },
    kill() {
      alive = false
    },
    nowMs: scheduler.nowMs,
    after(delayMs, label, task) {
      return scheduler.after(delayMs, `${name} ${label}`, () => {
        if (!alive) return
        if (--stepsLeft <= 0) {
          alive = false
          scheduler.note(`${name} dies before ${label}`)
          onKill()
          return
        }
        task()
      })
    },
    sleep: (delayMs, label) =>
      new Promise((resolve) => {
        if (alive) self.after(delayMs, label, resolve)
      }),
    killBeforeStep(n, then) {
      stepsLeft = n
      onKill = then
    },
  }
  return self
}

/** A machine's wall clock: may be anywhere, and jumps. */
export interface WallClock {
  unixMs(): number
  readonly jumps: number
  /** Puts it to this time. */
  set(unixMs: number): void
}

export function wallClock(scheduler: Scheduler, startUnixMs: number): WallClock {
  let offsetMs = startUnixMs - scheduler.nowMs()
  let jumps = 0
  return {
    unixMs: () => Math.floor(offsetMs + scheduler.nowMs()),
    get jumps() {
      return jumps
    },
    set(unixMs) {
      offsetMs = unixMs - scheduler.nowMs()
      jumps++
    },
  }
}

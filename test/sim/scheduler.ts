import type { RealLoop } from './guard.ts'
import type { History } from './history.ts'

/**
 * Simulated time and the one loop that makes things happen. An event runs, then all promises that it set off run to
 * where they wait for another event, then the next event runs: nothing else moves the world. Time jumps from event to
 * event.
 */
export interface Scheduler {
  /** Simulated milliseconds since the world began; never goes back. */
  nowMs(): number
  /** Runs `task` after a delay; the answer calls it off. */
  after(delayMs: number, label: string, task: () => void): () => void
  /** Notes something that happened within an event. */
  note(line: string, more?: string): void
  /** Runs events until none is due before `untilMs`, or `stop` says so after a step. */
  run(untilMs: number, afterStep: () => boolean): Promise<void>
  readonly steps: number
}

interface Event {
  readonly atMs: number
  readonly order: number
  readonly label: string
  task: (() => void) | undefined
}

/** More turns than anything needs that Node puts into its next one (a Blob's bytes); beyond them something waits for the real world. */
const MAX_TURNS = 50
const WAITS = 'something waits for a real timer or real I/O'

export function createScheduler(history: History, loop: RealLoop): Scheduler {
  const heap: Event[] = []
  let nowMs = 0
  let order = 0
  let steps = 0

  /** Takes the next event and begins it; undefined when none is due before `untilMs`. */
  function begin(untilMs: number): string | undefined {
    for (;;) {
      const event = heap[0]
      if (event === undefined || event.atMs > untilMs) return undefined
      pop(heap)
      const { task, label } = event
      if (task === undefined) continue
      nowMs = event.atMs
      steps++
      history.note(nowMs, label)
      task()
      return label
    }
  }

  function runTo(untilMs: number, afterStep: () => boolean, ended: () => void, failed: (error: unknown) => void): void {
    let label: string | undefined
    let turns = 0
    /** Many events in one turn of Node's loop; another turn only when Node itself wants one. */
    function go(): void {
      try {
        for (;;) {
          loop.runPromises()
          if (!loop.isQuiet()) {
            if (++turns > MAX_TURNS)
              throw new Error(`the world does not come to rest after "${label ?? 'the beginning'}": ${WAITS}`)
            loop.nextTurn(go)
            return
          }
          turns = 0
          if (label !== undefined && afterStep()) break
          label = begin(untilMs)
          if (label !== undefined) continue
          nowMs = Math.max(nowMs, untilMs)
          break
        }
        ended()
      } catch (error) {
        failed(error)
      }
    }
    loop.nextTurn(go)
  }

  return {
    nowMs: () => nowMs,
    after(delayMs, label, task) {
      const event: Event = { atMs: nowMs + Math.max(0, delayMs), order: order++, label, task }
      push(heap, event)
      return () => {
        event.task = undefined
      }
    },
    note: (line, more) => history.note(nowMs, line, more),
    run: (untilMs, afterStep) => new Promise((resolve, reject) => runTo(untilMs, afterStep, resolve, reject)),
    get steps() {
      return steps
    },
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function push(heap: Event[], event: Event): void {
  let at = heap.length
  heap.push(event)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Event
    if (!isBefore(event, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = event
}

function pop(heap: Event[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = at * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++
    const below = heap[child] as Event
    if (!isBefore(below, last)) break
    heap[at] = below
    at = child
  }
  heap[at] = last
}

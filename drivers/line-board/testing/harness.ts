import { until } from '../../smart-card/testing/manual-clock.ts'
import type { Clock } from '../../transport/clock.ts'
import { createLineBoard, type LineBoard, type LineBoardOptions } from '../driver.ts'
import type { LineBoardLogEntry } from '../log.ts'
import { type LineBoardEvent, LineBoardEventSchema, type LineBoardState } from '../states.ts'

/** A driver whose events are kept and can be waited for. */
export interface LineBoardHarness {
  readonly board: LineBoard
  readonly events: readonly LineBoardEvent[]
  readonly log: readonly LineBoardLogEntry[]
  /** The next event, from the last one waited for on, that has all of these. */
  next(part: Readonly<Record<string, unknown>>): Promise<LineBoardEvent>
  nextState(name: LineBoardState['state']): Promise<LineBoardState>
  logged(event: string): readonly LineBoardLogEntry[]
}

export function startLineBoard(url: string, clock: Clock, options: Partial<LineBoardOptions> = {}): LineBoardHarness {
  const events: LineBoardEvent[] = []
  const log: LineBoardLogEntry[] = []
  let seen = 0
  const board = createLineBoard({
    url,
    clock,
    // Every event must fit its schema and survive structured clone, whatever the test is about.
    onEvent: (event) => void events.push(LineBoardEventSchema.parse(structuredClone(event))),
    log: (entry) => void log.push(entry),
    ...options,
  })

  async function find(fits: (event: LineBoardEvent) => boolean): Promise<LineBoardEvent> {
    let found: LineBoardEvent | undefined
    await until(
      () => {
        while (found === undefined && seen < events.length) {
          const event = events[seen]
          seen += 1
          if (event !== undefined && fits(event)) found = event
        }
        return found !== undefined
      },
      () => `it did not come; seen: ${JSON.stringify(events)} log: ${JSON.stringify(log)}`,
    )
    if (found === undefined) throw new Error('until ended without its condition')
    return found
  }

  board.start()
  return {
    board,
    events,
    log,
    next: (part) => find((event) => hasAll(event, part)),
    async nextState(name) {
      const event = await find((each) => each.event === 'state' && each.state.state === name)
      if (event.event !== 'state') throw new Error('not a state')
      return event.state
    },
    logged: (event) => log.filter((entry) => entry.event === event),
  }
}

export function hasAll(thing: object, part: Readonly<Record<string, unknown>>): boolean {
  const own = new Map<string, unknown>(Object.entries(thing))
  return Object.entries(part).every(([key, value]) => own.get(key) === value)
}

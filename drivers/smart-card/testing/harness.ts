import type { Clock } from '../../transport/clock.ts'
import { createSmartCardReader, type SmartCardReader, type SmartCardReaderOptions } from '../driver.ts'
import type { SmartCardLogEntry } from '../log.ts'
import { openSmartCardSimulator, type SmartCardSimulator } from '../simulator.ts'
import { type SmartCardEvent, SmartCardEventSchema, type SmartCardState, SmartCardStateSchema } from '../states.ts'
import { createManualClock, type ManualClock, until } from './manual-clock.ts'

/** A driver whose events are kept and can be waited for. */
export interface SmartCardHarness {
  readonly reader: SmartCardReader
  readonly events: readonly SmartCardEvent[]
  readonly log: readonly SmartCardLogEntry[]
  /** The next event, from the last one waited for on, that fits. */
  next<Fit extends SmartCardEvent>(fits: (event: SmartCardEvent) => event is Fit): Promise<Fit>
  nextState(name: SmartCardState['state']): Promise<SmartCardState>
  nextEvent<Name extends SmartCardEvent['event']>(name: Name): Promise<Extract<SmartCardEvent, { event: Name }>>
  /** Names of events, states with their state. */
  told(): readonly string[]
  logged(event: string): readonly SmartCardLogEntry[]
}

export function startSmartCard(
  url: string,
  clock: Clock,
  options: Partial<SmartCardReaderOptions> = {},
): SmartCardHarness {
  const events: SmartCardEvent[] = []
  const log: SmartCardLogEntry[] = []
  let seen = 0
  let reads = 0
  const reader = createSmartCardReader({
    url,
    clock,
    // Every event must fit its schema and survive structured clone, whatever the test is about.
    onEvent: (event) => void events.push(SmartCardEventSchema.parse(structuredClone(event))),
    log: (entry) => void log.push(entry),
    newReadId: () => `read-${++reads}`,
    ...options,
  })

  async function next<Fit extends SmartCardEvent>(fits: (event: SmartCardEvent) => event is Fit): Promise<Fit> {
    let found: Fit | undefined
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

  const harness: SmartCardHarness = {
    reader,
    events,
    log,
    next,
    async nextState(name) {
      const event = await next(
        (each): each is Extract<SmartCardEvent, { event: 'state' }> =>
          each.event === 'state' && each.state.state === name,
      )
      return SmartCardStateSchema.parse(event.state)
    },
    nextEvent: <Name extends SmartCardEvent['event']>(name: Name) =>
      next((each): each is Extract<SmartCardEvent, { event: Name }> => each.event === name),
    told: () => events.map((event) => (event.event === 'state' ? `state ${event.state.state}` : event.event)),
    logged: (event) => log.filter((entry) => entry.event === event),
  }
  reader.start()
  return harness
}

export interface SmartCardSetUp {
  readonly clock: ManualClock
  readonly sim: SmartCardSimulator
  readonly harness: SmartCardHarness
  close(): Promise<void>
}

/** Driver and simulator on one clock that only the test moves. */
export async function setUpSmartCard(
  options: { readonly parameters?: string; readonly driver?: Partial<SmartCardReaderOptions> } = {},
): Promise<SmartCardSetUp> {
  const clock = createManualClock()
  const sim = await openSmartCardSimulator({ clock })
  const harness = startSmartCard(`${sim.url}${options.parameters ?? ''}`, clock, options.driver)
  return {
    clock,
    sim,
    harness,
    async close() {
      await harness.reader.stop()
      await sim.close()
    },
  }
}

import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { type CardReaderOptions, createIdCardReader, type IdCardReader } from './driver.ts'
import type { ReaderLogLine } from './log.ts'
import { type CardReaderEvent, CardReaderEventSchema } from './states.ts'

/** Test support: a reader whose events are kept and can be waited for. */

/** Only to end a test that waits for what never comes; nothing is measured with it. */
const GIVE_UP_MS = 10_000

export interface ReaderHarness {
  readonly reader: IdCardReader
  readonly events: readonly CardReaderEvent[]
  readonly log: readonly ReaderLogLine[]
  /** The next event, from the last one waited for on, that fits. */
  next<Fit extends CardReaderEvent>(fits: (event: CardReaderEvent) => event is Fit): Promise<Fit>
  nextState(name: string): Promise<CardReaderEvent>
  nextCard(): Promise<Extract<CardReaderEvent, { event: 'card' }>>
  nextFault(): Promise<Extract<CardReaderEvent, { event: 'card-fault' }>>
}

export function startReader(url: string, options: Partial<CardReaderOptions> = {}): ReaderHarness {
  const events: CardReaderEvent[] = []
  const log: ReaderLogLine[] = []
  let seen = 0
  let wakers: (() => void)[] = []
  const reader = createIdCardReader({
    url,
    openLink,
    clock: realClock,
    onEvent: (event) => {
      // Every event must fit its schema and survive JSON, whatever the test is about.
      events.push(CardReaderEventSchema.parse(JSON.parse(JSON.stringify(event))))
      const woken = wakers
      wakers = []
      for (const wake of woken) wake()
    },
    log: (line) => void log.push(line),
    ...options,
  })

  async function next<Fit extends CardReaderEvent>(fits: (event: CardReaderEvent) => event is Fit): Promise<Fit> {
    const giveUpAt = Date.now() + GIVE_UP_MS
    for (;;) {
      const event = events[seen]
      if (event !== undefined) {
        seen += 1
        if (fits(event)) return event
        continue
      }
      const leftMs = giveUpAt - Date.now()
      if (leftMs <= 0)
        throw new Error(`it did not come; seen: ${JSON.stringify(events, shorten)} log: ${JSON.stringify(log)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        wakers.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  reader.start()
  return {
    reader,
    events,
    log,
    next,
    nextState: (name) =>
      next((event): event is CardReaderEvent => event.event === 'state' && event.state.state === name),
    nextCard: () => next((event) => event.event === 'card'),
    nextFault: () => next((event) => event.event === 'card-fault'),
  }
}

function shorten(key: string, value: unknown): unknown {
  return key === 'wlt' ? '…' : value
}

/** Waits until something that is not an event holds, turn by turn. */
export async function until(holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error('it did not come true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

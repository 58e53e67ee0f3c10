import { expect, onTestFinished } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { createManualClock } from '../../transport/testing/manual-clock.ts'
import { createMemoryWire } from '../../transport/testing/memory-wire.ts'
import { createIdCardReader } from '../driver.ts'
import type { ReaderLogLine } from '../log.ts'
import { SAMPLE_PERSONS, type SamplePerson } from '../sample-persons.ts'
import { createCardReaderSimulator } from '../simulator.ts'
import { type CardReaderEvent, CardReaderEventSchema, type CardReaderState, cardReaderCondition } from '../states.ts'

/** Longer than anything the driver waits for. */
const GIVE_UP_MS = 60_000
const STEP_MS = 10

/** Reader and simulated module on a cable and a clock that the test holds in its hands, for the fault matrix. */
export async function hazardBench() {
  const clock = createManualClock()
  const wire = createMemoryWire()
  const simulator = createCardReaderSimulator({ clock, baud: 0, openLink: wire.far })
  await simulator.attach('serial:///far')
  const events: CardReaderEvent[] = []
  const log: ReaderLogLine[] = []
  let newReadings = 0
  const reader = createIdCardReader({
    url: 'serial:///near',
    openLink: wire.near,
    clock,
    clockEpochMs: 0,
    newReadId: () => `reading ${++newReadings}`,
    onEvent: (event) => void events.push(CardReaderEventSchema.parse(structuredClone(event))),
    log: (line) => void log.push(line),
  })
  onTestFinished(async () => {
    await reader.stop()
    await simulator.close()
  })

  async function until(what: string, holds: () => boolean): Promise<void> {
    const giveUpAtMs = clock.nowMs() + GIVE_UP_MS
    await clock.settle()
    while (!holds()) {
      const told = () => `${what} did not come; ${JSON.stringify(events)} ${JSON.stringify(log)}`
      if (clock.nowMs() > giveUpAtMs) throw new Error(told())
      await clock.advance(STEP_MS)
    }
  }

  /** Waits for a state, and for the condition and the line of log that go with it. */
  async function untilState(name: CardReaderState['state'], condition: ConditionName): Promise<void> {
    await until(name, () => reader.state().state === name)
    expect(cardReaderCondition(reader.state()).condition).toBe(condition)
    const told = log.findLast((line) => line.event === 'reader-state')
    expect(told?.detail.state).toBe(name)
  }

  const cards = () => events.filter((event) => event.event === 'card')
  const faults = () => events.flatMap((event) => (event.event === 'card-fault' ? [event.fault] : []))

  async function untilReady(): Promise<void> {
    await untilState('ready', 'ready')
  }

  async function readCard(person: SamplePerson = SAMPLE_PERSONS[0] as SamplePerson): Promise<void> {
    const before = cards().length
    simulator.putCard(person)
    await until('a card', () => cards().length > before)
    expect(cards().at(-1)?.card.fields).toEqual(person.fields)
  }

  return {
    clock,
    wire,
    simulator,
    reader,
    events,
    log,
    until,
    untilState,
    untilReady,
    readCard,
    cards,
    faults,
    logged: (event: ReaderLogLine['event']) => log.filter((line) => line.event === event),
    async startReady(): Promise<void> {
      reader.start()
      await untilReady()
    },
    /** The fault is over: the reader is ready by itself, and the next card is read. */
    async recovers(): Promise<void> {
      await untilReady()
      simulator.takeCard()
      const finds = () => simulator.counters().requests.findCard ?? 0
      const before = finds()
      await until('two finds', () => finds() >= before + 2)
      await readCard(SAMPLE_PERSONS[2] as SamplePerson)
      await untilReady()
    },
  }
}

import { expect, vi } from 'vitest'
import { SAMPLE_PERSONS, type SamplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { createCardReaderSimulator } from '../../drivers/id-card-reader/simulator.ts'
import { CardReaderEventSchema } from '../../drivers/id-card-reader/states.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { createCardSession } from '../../electron/card-session.ts'
import type { HostBench } from './host-bench.ts'
import { describeHostKilled } from './host-killed.ts'

const [CITIZEN, OTHER] = SAMPLE_PERSONS as readonly [SamplePerson, SamplePerson]
const SNAPSHOT = {
  draftId: '6c1c9a3e-8a0f-4a57-9b40-3f7d3f1f7a01',
  item: { id: 'S07', version: 1 },
  step: 0,
  answers: { unit: '云洲市恒盛纺织有限公司' },
}

/** A visit beside it, wired as the terminal wires it: it outlives the host. */
const session = createCardSession({
  clock: realClock,
  nowIso: () => '2026-11-21T02:00:00.000Z',
  today: () => '2026-11-21',
  log: () => undefined,
})
session.open('0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01')

/** The visit has its citizen and what was filled in, whatever became of the host. */
function expectVisit(): void {
  const card = session.card.get()
  expect(card).toMatchObject({ kind: 'card', applicant: { name: CITIZEN.fields.name } })
  expect(card.kind === 'card' && session.restore(card.readId)).toEqual(SNAPSHOT)
}
const cardsOf = ({ events }: HostBench<'id-card-reader'>) =>
  events.flatMap((event) => (event.event === 'card' ? [event.card.fields.name] : []))

describeHostKilled({
  device: 'id-card-reader',
  lostState: { state: 'unplugged', fault: 'lost' },
  unplugged: 'unplugged',
  bench: {
    onBank({ members: [member] }) {
      session.onReader(CardReaderEventSchema.parse({ event: 'state', state: member?.state }))
    },
    onEvent({ device, event }) {
      if (device === 'id-card-reader') session.onReader(event)
    },
  },
  async open() {
    const simulator = createCardReaderSimulator()
    const finds = () => simulator.counters().requests.findCard ?? 0
    /** Takes what lies there, and puts this one when the driver has seen it gone. */
    async function swap(person: SamplePerson): Promise<void> {
      simulator.takeCard()
      const before = finds()
      await vi.waitFor(() => expect(finds()).toBeGreaterThanOrEqual(before + 2), { timeout: 20_000 })
      simulator.putCard(person)
    }
    async function read(bench: HostBench<'id-card-reader'>, person: SamplePerson): Promise<void> {
      const before = cardsOf(bench)
      await swap(person)
      await bench.until(() => cardsOf(bench).length > before.length)
      expect(cardsOf(bench)).toEqual([...before, person.fields.name])
      await bench.untilState(({ state }) => state === 'ready')
    }
    return {
      url: await simulator.listen(),
      isWell: ({ state }) => state === 'ready',
      async work(bench) {
        if (session.applicant() !== undefined) expectVisit()
        await read(bench, CITIZEN)
        session.save(SNAPSHOT)
        expectVisit()
      },
      /** Another card, found and not read yet: the next host reads it, once; the visit stays its citizen's. */
      async killMidJob(bench) {
        await read(bench, CITIZEN)
        session.save(SNAPSHOT)
        const before = cardsOf(bench)
        simulator.misbehave({ kind: 'silence', command: 'readTextPhoto', times: 99 })
        await swap(OTHER)
        await bench.untilState(({ state }) => state === 'reading')
        await bench.kill()
        simulator.behave()
        expect(cardsOf(bench)).toEqual(before)
        expectVisit()
        await bench.until(() => cardsOf(bench).length > before.length)
        expect(cardsOf(bench)).toEqual([...before, OTHER.fields.name])
        expectVisit()
      },
      unplug: () => simulator.unplug(),
      plug: () => simulator.plug(),
      close: () => simulator.close(),
    }
  },
})

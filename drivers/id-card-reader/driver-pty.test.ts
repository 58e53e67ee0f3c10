import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { openPtyPair } from '../transport/pty-pair.ts'
import { startReader, until } from './reader-harness.ts'
import { SAMPLE_PERSONS, type SamplePerson } from './sample-persons.ts'
import { createCardReaderSimulator } from './simulator.ts'

const [zhao, , zhou] = SAMPLE_PERSONS as [SamplePerson, SamplePerson, SamplePerson]

/** Reader and simulator on the two ends of a real PTY pair, paced like 115200 baud, with the real time-outs. */
async function setUp(ctx: TestContext) {
  const pair = await openPtyPair()
  if (!pair.ok) return ctx.skip(`no PTY pair: ${pair.detail}`)
  const simulator = createCardReaderSimulator()
  const attached = await simulator.attach(`serial://${pair.ends[1]}`)
  expect(attached).toEqual({ ok: true })
  const harness = startReader(`serial://${pair.ends[0]}`)
  onTestFinished(async () => {
    await harness.reader.stop()
    await simulator.close()
    await pair.close()
  })
  await harness.nextState('ready')
  return { pair, simulator, harness }
}

describe('over a real PTY pair', () => {
  it('reads one card after the other, and one lifted mid-read after it was put back', async (ctx) => {
    const { simulator, harness } = await setUp(ctx)
    simulator.putCard(zhao)
    expect((await harness.nextCard()).card.fields).toEqual(zhao.fields)
    const findsBefore = simulator.counters().requests.findCard ?? 0
    await until(() => (simulator.counters().requests.findCard ?? 0) > findsBefore + 1)
    simulator.misbehave({ kind: 'lift-mid-read' })
    simulator.putCard(zhou)
    expect(await harness.nextFault()).toEqual({ event: 'card-fault', fault: 'lifted-early', sw3: '41' })
    simulator.putCard(zhou)
    expect((await harness.nextCard()).card.fields).toEqual(zhou.fields)
  })

  it('survives noise, a wrong checksum, an over-long and a truncated frame in one reading', async (ctx) => {
    const { simulator, harness } = await setUp(ctx)
    for (const kind of ['wrong-checksum', 'over-long', 'truncated', 'noise-before'] as const) {
      simulator.misbehave({ kind, command: 'readTextPhoto' })
    }
    simulator.putCard(zhou)
    expect((await harness.nextCard()).card.fields).toEqual(zhou.fields)
    expect(simulator.counters().requests.readTextPhoto).toBe(4)
  })

  it('falls silent when the module loses power and comes back with it', async (ctx) => {
    const { simulator, harness } = await setUp(ctx)
    await simulator.unplug()
    await harness.nextState('no-answer')
    await simulator.plug()
    await harness.nextState('ready')
    simulator.putCard(zhou)
    await harness.nextCard()
  })

  it('tells that the cable was pulled', async (ctx) => {
    const { pair, harness } = await setUp(ctx)
    await pair.close()
    expect(await harness.nextState('unplugged')).toMatchObject({ state: { fault: 'lost' } })
    await harness.next(
      (event): event is typeof event => event.event === 'state' && JSON.stringify(event.state).includes('not-found'),
    )
  })
})

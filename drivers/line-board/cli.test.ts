import { describe, expect, it, onTestFinished } from 'vitest'
import { realClock } from '../transport/clock.ts'
import { probe, testLamps } from './cli.ts'
import { type LineBoardSimulatorOptions, openLineBoardSimulator } from './simulator.ts'

async function setUp(options: LineBoardSimulatorOptions = {}) {
  const sim = await openLineBoardSimulator(options)
  onTestFinished(() => sim.close())
  return sim
}

describe('for the maintainer', () => {
  it('probe tells what the sensors say, or why there is no board', async () => {
    const sim = await setUp()
    sim.setDoor('open')
    expect(await probe(sim.url)).toMatchObject({
      class: 'line-board',
      ok: true,
      state: { state: 'door-open', inputs: { mains: 'on', batteryPercent: 100 } },
      condition: { condition: 'cover-open', severity: 'warning' },
    })
    await sim.pullPlug()
    expect(await probe(sim.url)).toMatchObject({ ok: false, state: { state: 'unplugged', fault: 'refused' } })
    const wrong = await probe('serail:///dev/ttyUSB0')
    expect(wrong).toMatchObject({ ok: false, condition: { condition: 'bad-address' } })
    expect(wrong.log).toContainEqual(expect.objectContaining({ detail: expect.stringContaining('"serail:"') }))
  })

  it('lights each lamp that is fitted, and beeps', async () => {
    const sim = await setUp({ lamps: ['reader', 'receipt'] })
    // The pauses for the eye are left out here.
    const clock = {
      ...realClock,
      after: (delayMs: number, run: () => void) => realClock.after(delayMs === 700 ? 0 : delayMs, run),
    }
    expect(await testLamps(sim.url, { clock })).toMatchObject({
      ok: true,
      lamps: { reader: { ok: true }, receipt: { ok: true }, camera: { ok: false, fault: 'not-fitted' } },
      beep: { ok: true },
    })
    expect(sim.view()).toMatchObject({ beeps: [200], lamps: { reader: 'off', receipt: 'off' } })
  })

  it('a board with nothing to light and no beeper fails the lamp test too', async () => {
    const sim = await setUp({ lamps: [], beeper: false })
    expect(await testLamps(sim.url)).toMatchObject({ ok: false, beep: { fault: 'not-fitted' } })
  })

  it('a board that is not there fails the lamp test', async () => {
    expect(await testLamps('tcp://127.0.0.1:1')).toMatchObject({ ok: false, beep: { fault: 'unplugged' } })
  })
})

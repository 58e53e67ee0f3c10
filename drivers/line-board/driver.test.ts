import { describe, expect, it, onTestFinished } from 'vitest'
import { advanceUntil, createManualClock, until } from '../smart-card/testing/manual-clock.ts'
import { realClock } from '../transport/clock.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { type LineBoardSimulatorOptions, openLineBoardSimulator } from './simulator.ts'
import { type LineBoardEvent, LineBoardResultSchema } from './states.ts'
import { startLineBoard } from './testing/harness.ts'

async function setUp(options: LineBoardSimulatorOptions = {}) {
  const clock = createManualClock()
  const sim = await openLineBoardSimulator({ clock, ...options })
  const harness = startLineBoard(sim.url, clock)
  onTestFinished(async () => {
    await sim.close()
    await harness.board.stop()
  })
  return { clock, sim, harness }
}

const told = (events: readonly LineBoardEvent[]) =>
  events.map((event) => (event.event === 'state' ? `state ${event.state.state}` : JSON.stringify(event)))

describe('the sensors', () => {
  it('tells each when it is first known, then each change', async () => {
    const { sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    sim.setPresence(true)
    await harness.next({ event: 'presence', present: true })
    sim.loseMains()
    expect(await harness.next({ event: 'power' })).toEqual({ event: 'power', mains: 'lost', batteryPercent: 100 })
    sim.setBattery(60)
    await harness.next({ event: 'power', batteryPercent: 60 })
    sim.setDoor('open')
    await harness.next({ event: 'door' })
    sim.restoreMains()
    await harness.next({ event: 'power', mains: 'on' })
    sim.setBattery(61)
    sim.setDoor('closed')
    await harness.nextState('ready')
    expect(told(harness.events)).toEqual([
      'state ready',
      '{"event":"power","mains":"on","batteryPercent":100}',
      '{"event":"door","open":false}',
      '{"event":"presence","present":false}',
      'state ready',
      '{"event":"presence","present":true}',
      'state power-lost',
      '{"event":"power","mains":"lost","batteryPercent":100}',
      'state power-lost',
      '{"event":"power","mains":"lost","batteryPercent":60}',
      'state power-lost',
      '{"event":"door","open":true}',
      'state door-open',
      '{"event":"power","mains":"on","batteryPercent":60}',
      'state door-open',
      'state ready',
      '{"event":"door","open":false}',
    ])
    // When somebody stands there is not for the log.
    expect(JSON.stringify(harness.log)).not.toContain('presence')
  })

  it('a board without sensors is ready and tells nothing', async () => {
    const { harness } = await setUp({ inputs: { mains: null, batteryPercent: null, door: null, presence: null } })
    expect(await harness.nextState('ready')).toMatchObject({ inputs: { mains: null, door: null } })
    expect(harness.events).toHaveLength(1)
  })

  it('news that was lost on the way is made up for by the next question', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.dropFrames(1)
    sim.loseMains()
    await advanceUntil(clock, () => harness.board.state().state === 'power-lost')
    await harness.next({ event: 'power', mains: 'lost' })
  })

  it('a hole in the board’s numbers is asked about at once', async () => {
    const { sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    await until(() => sim.counters().received.LAMP === 8)
    sim.dropFrames(1)
    sim.loseMains()
    sim.setPresence(true)
    // No step of the clock: the news itself shows that some was missed.
    await harness.next({ event: 'power', mains: 'lost' })
    await until(() => sim.counters().received.HELLO === 2)
    expect(harness.logged('line-board.gap')).toEqual([{ event: 'line-board.gap', missed: 1 }])
  })
})

describe('lamps and beeper', () => {
  it('lights the slot in use and no other, and says so when the board has', async () => {
    const { sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    expect(LineBoardResultSchema.parse(await harness.board.showSlot('reader'))).toEqual({ ok: true })
    expect(sim.view().lamps).toMatchObject({ reader: 'blink', receipt: 'off' })
    expect(await harness.board.showSlot('receipt', 'on')).toEqual({ ok: true })
    expect(sim.view().lamps).toMatchObject({ reader: 'off', receipt: 'on' })
    expect(await harness.board.showSlot(null)).toEqual({ ok: true })
    expect(Object.values(sim.view().lamps)).toEqual(new Array(8).fill('off'))
    expect(await harness.board.lamp('camera', 'on')).toEqual({ ok: true })
    expect(sim.view().lamps.camera).toBe('on')
  })

  it('what the board does not have is told and not sent', async () => {
    const { sim, harness } = await setUp({ lamps: ['reader'], beeper: false })
    await harness.next({ event: 'presence' })
    expect(await harness.board.lamp('receipt', 'on')).toMatchObject({ ok: false, fault: 'not-fitted' })
    expect(await harness.board.beep(100)).toMatchObject({ ok: false, fault: 'not-fitted' })
    expect(await harness.board.showSlot('reader')).toEqual({ ok: true })
    expect(sim.counters().received.BEEP).toBeUndefined()
  })

  it('beeps once, also when the answer was lost and the request sent again', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    await until(() => sim.counters().received.LAMP === 8)
    sim.dropFrames(1)
    let done = false
    const beeping = harness.board.beep(150).finally(() => {
      done = true
    })
    await advanceUntil(clock, () => done)
    expect(await beeping).toEqual({ ok: true })
    expect(sim.view().beeps).toEqual([150])
    expect(sim.counters().received.BEEP).toBe(2)
  })

  it.each([0, 9, 2_001, 1.5, Number.NaN])('a beep of %s ms is not sent', async (ms) => {
    const { harness } = await setUp()
    await harness.nextState('ready')
    expect(await harness.board.beep(ms)).toMatchObject({ ok: false, fault: 'bad-value' })
  })

  it('all lamps are put out at the start, whoever lit them', async () => {
    const { sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    await harness.board.showSlot('reader')
    await until(() => (sim.counters().received.LAMP ?? 0) >= 9)
    const other = startLineBoard(sim.url, createManualClock())
    onTestFinished(() => other.board.stop())
    await other.next({ event: 'presence' })
    await until(() => sim.view().lamps.reader === 'off')
  })

  it('a board that was switched off and on gets its lamps back, also when its hello was lost', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    // The eight of the greeting, and ours: nothing else is under way that could light it again.
    await until(() => sim.counters().received.LAMP === 8)
    await harness.board.showSlot('card', 'on')
    sim.restart()
    expect(sim.view().lamps.card).toBe('off')
    await until(() => sim.view().lamps.card === 'on')
    expect(harness.logged('line-board.restarted')).toHaveLength(1)
    sim.dropFrames(1)
    sim.restart()
    await advanceUntil(clock, () => sim.view().lamps.card === 'on')
  })

  it('stop puts the lamps out', async () => {
    const { sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    await harness.board.showSlot('reader')
    await harness.board.stop()
    expect(sim.view().lamps.reader).toBe('off')
    expect(harness.board.state()).toEqual({ state: 'stopped' })
    expect(await harness.board.showSlot('reader')).toMatchObject({ ok: false, fault: 'stopped' })
    harness.board.start()
    await harness.nextState('ready')
  })

  it('a board that hears nothing any more puts its lamps out by itself', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.next({ event: 'presence' })
    await harness.board.showSlot('reader')
    await harness.board.lamp('card', 'on')
    await sim.pullPlug()
    clock.advance(5_000)
    expect(Object.values(sim.view().lamps)).toEqual(new Array(8).fill('off'))
  })
})

describe('the wire', () => {
  it('is opened anew after lasting silence', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.beSilent(true)
    await advanceUntil(clock, () => harness.board.state().state === 'no-answer')
    await advanceUntil(clock, () => sim.counters().links === 2)
    sim.beSilent(false)
    await advanceUntil(clock, () => harness.board.state().state === 'ready')
  })

  it('a board of another version is told and left alone', async () => {
    const { sim, harness } = await setUp({ version: 2 })
    expect(await harness.nextState('unknown-board')).toEqual({ state: 'unknown-board', version: 2 })
    expect(await harness.board.showSlot('reader')).toMatchObject({ ok: false })
    expect(sim.counters().received.LAMP).toBeUndefined()
  })

  it.each([
    ['tcp://127.0.0.1', 'bad-url'],
    ['pcsc:*', 'bad-url'],
    ['serial:///dev/no-such-port', 'not-found'],
  ])('%s is %s', async (url, fault) => {
    const harness = startLineBoard(url, createManualClock())
    expect(await harness.nextState('unplugged')).toEqual({ state: 'unplugged', fault })
    expect(await harness.board.beep(100)).toMatchObject({ ok: false, fault: 'unplugged' })
    await harness.board.stop()
  })

  it('works over a real PTY pair, with its cable pulled and put back', async (ctx) => {
    const pair = await openPtyPair()
    if (!pair.ok) return ctx.skip(`no PTY pair: ${pair.detail}`)
    await pair.close()
    const sim = await openLineBoardSimulator({ over: 'pty' })
    const harness = startLineBoard(sim.url, realClock, { timing: { backOffFirstMs: 20, backOffCapMs: 50 } })
    onTestFinished(async () => {
      await harness.board.stop()
      await sim.close()
    })
    await harness.next({ event: 'presence' })
    expect(await harness.board.showSlot('reader')).toEqual({ ok: true })
    sim.loseMains()
    await harness.next({ event: 'power', mains: 'lost' })
    await sim.pullPlug()
    await harness.nextState('unplugged')
    await sim.plug()
    // What happened meanwhile is looked at first: mains are still lost.
    await harness.next({ event: 'power', mains: 'lost' })
    expect(await harness.board.beep(50)).toEqual({ ok: true })
  })
})

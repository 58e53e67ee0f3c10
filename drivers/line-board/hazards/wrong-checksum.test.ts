import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterLamp,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  stepped,
  withBoard,
} from '../testing/hazard.ts'

/** Frames that arrive with a flipped bit: asked for again, and never believed. */
const FEW = 2
/** More than all tries of one request. */
const MANY = 12

describeHazard('line-board', 'wrong-checksum', {
  'start-up': atStart(
    (sim) => sim.corruptFrames(MANY),
    async (made) => {
      await expectState(made, 'link-bad', 'hardware-error')
      await expectLogged(made, { event: 'line-board.state', state: 'link-bad' })
      await expectRecovery(made)
      await expectLogged(made, { event: 'line-board.damaged' })
    },
  ),
  idle: withBoard(async (made) => {
    made.sim.setBattery(87)
    made.sim.corruptFrames(1)
    made.sim.loseMains()
    // The news was damaged; the next question brings it.
    await expectState(made, 'power-lost', 'power-lost')
    await expectLogged(made, { event: 'line-board.damaged' })
    // 86 is what the damaged frame said.
    expect(made.harness.events.filter((event) => event.event === 'power')).toMatchObject([
      { mains: 'on' },
      { mains: 'lost', batteryPercent: 87 },
    ])
    made.sim.restoreMains()
    await expectRecovery(made)
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.corruptFrames(FEW)
    expect(await stepped(made, () => made.harness.board.beep(100))).toEqual({ ok: true })
    expect(made.sim.view().beeps).toEqual([100])
    made.sim.corruptFrames(MANY)
    expect(await stepped(made, () => made.harness.board.beep(200))).toMatchObject({ ok: false, fault: 'link-bad' })
    await expectState(made, 'link-bad', 'hardware-error')
    await expectLogged(made, { event: 'line-board.state', state: 'link-bad' })
    await expectRecovery(made)
  }),
  'after-job': afterLamp(async (made) => {
    made.sim.corruptFrames(MANY)
    await expectState(made, 'link-bad', 'hardware-error')
    await expectLogged(made, { event: 'line-board.state', state: 'link-bad' })
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.corruptFrames(MANY),
    async (made) => {
      await expectState(made, 'link-bad', 'hardware-error')
      await expectLogged(made, { event: 'line-board.state', state: 'link-bad' })
      await expectRecovery(made)
    },
  ),
})

import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterLamp,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  NOISE,
  stepped,
  withBoard,
} from '../testing/hazard.ts'

/** Bytes on the line that are no frames: between good frames they harm nothing, and are counted. */
describeHazard('line-board', 'noise', {
  'start-up': atStart(
    (sim) => sim.beNoisy(NOISE),
    async (made) => {
      await expectState(made, 'ready', 'ready')
      await stepped(made, () => made.harness.board.beep(100))
      await expectLogged(made, { event: 'line-board.damaged' })
      await expectRecovery(made)
    },
  ),
  idle: withBoard(async (made) => {
    made.sim.noise(NOISE)
    made.sim.setDoor('open')
    await made.harness.next({ event: 'door', open: true })
    await expectState(made, 'door-open', 'cover-open')
    made.sim.setDoor('closed')
    await expectState(made, 'ready', 'ready')
    await expectRecovery(made)
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.beNoisy(NOISE)
    expect(await stepped(made, () => made.harness.board.showSlot('reader'))).toEqual({ ok: true })
    await expectState(made, 'ready', 'ready')
    made.sim.beNoisy(undefined)
    await expectRecovery(made)
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  'after-job': afterLamp(async (made) => {
    // Noise where answers should be: the line is bad, and is called that.
    made.sim.beSilent(true)
    const noisy = () => made.sim.noise(NOISE)
    const beeping = stepped(made, () => made.harness.board.beep(100))
    noisy()
    expect(await beeping).toMatchObject({ ok: false, fault: 'link-bad' })
    made.sim.beSilent(false)
    await expectState(made, 'ready', 'ready')
    await expectRecovery(made)
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  reconnect: atReconnect(
    (sim) => sim.beNoisy(NOISE),
    async (made) => {
      await expectState(made, 'ready', 'ready')
      await stepped(made, () => made.harness.board.beep(100))
      await expectLogged(made, { event: 'line-board.damaged' })
      await expectRecovery(made)
    },
  ),
})

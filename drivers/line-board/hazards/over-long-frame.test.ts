import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterLamp,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  FLOOD,
  stepped,
  withBoard,
} from '../testing/hazard.ts'

/** A frame that says it is longer than any may be, and a flood behind it: passed over, never collected. */
describeHazard('line-board', 'over-long-frame', {
  'start-up': atStart(
    (sim) => sim.beNoisy(FLOOD),
    async (made) => {
      await expectState(made, 'ready', 'ready')
      made.sim.beNoisy(undefined)
      await expectRecovery(made)
      await expectLogged(made, { event: 'line-board.damaged' })
    },
  ),
  idle: withBoard(async (made) => {
    made.sim.noise(FLOOD)
    made.sim.loseMains()
    await made.harness.next({ event: 'power', mains: 'lost' })
    await expectState(made, 'power-lost', 'power-lost')
    made.sim.restoreMains()
    await expectRecovery(made)
    await stepped(made, () => made.harness.board.beep(100))
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.beNoisy(FLOOD)
    expect(await stepped(made, () => made.harness.board.showSlot('reader'))).toEqual({ ok: true })
    await expectState(made, 'ready', 'ready')
    made.sim.beNoisy(undefined)
    await expectRecovery(made)
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  'after-job': afterLamp(async (made) => {
    made.sim.noise(FLOOD)
    made.sim.setDoor('open')
    await expectState(made, 'door-open', 'cover-open')
    made.sim.setDoor('closed')
    await expectRecovery(made)
    await expectLogged(made, { event: 'line-board.damaged' })
  }),
  reconnect: atReconnect(
    (sim) => sim.beNoisy(FLOOD),
    async (made) => {
      await expectState(made, 'ready', 'ready')
      made.sim.beNoisy(undefined)
      await expectRecovery(made)
      await expectLogged(made, { event: 'line-board.damaged' })
    },
  ),
})

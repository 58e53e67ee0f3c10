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

/** The wire stands and the board says nothing: it hangs, or the speed is another. */
describeHazard('line-board', 'no-answer', {
  'start-up': atStart(
    (sim) => sim.beSilent(true),
    async (made) => {
      await expectState(made, 'no-answer', 'not-responding')
      await expectLogged(made, { event: 'line-board.state', state: 'no-answer' })
      made.sim.beSilent(false)
      await expectRecovery(made)
    },
  ),
  idle: withBoard(async (made) => {
    made.sim.beSilent(true)
    await expectState(made, 'no-answer', 'not-responding')
    await expectLogged(made, { event: 'line-board.state', state: 'no-answer' })
    expect(await made.harness.board.beep(100)).toMatchObject({ ok: false, fault: 'no-answer' })
    made.sim.beSilent(false)
    await expectRecovery(made)
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.beSilent(true)
    expect(await stepped(made, () => made.harness.board.showSlot('reader'))).toMatchObject({
      ok: false,
      fault: 'no-answer',
    })
    await expectState(made, 'no-answer', 'not-responding')
    await expectLogged(made, { event: 'line-board.state', state: 'no-answer' })
    made.sim.beSilent(false)
    await expectRecovery(made)
  }),
  'after-job': afterLamp(async (made) => {
    made.sim.beSilent(true)
    await expectState(made, 'no-answer', 'not-responding')
    await expectLogged(made, { event: 'line-board.state', state: 'no-answer' })
    made.sim.beSilent(false)
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.beSilent(true),
    async (made) => {
      await expectState(made, 'no-answer', 'not-responding')
      await expectLogged(made, { event: 'line-board.state', state: 'no-answer' })
      made.sim.beSilent(false)
      await expectRecovery(made)
    },
  ),
})

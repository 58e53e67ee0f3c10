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

/** The board's cable is pulled. */
describeHazard('line-board', 'unplug', {
  'start-up': atStart(
    (sim) => sim.pullPlug(),
    async (made) => {
      await expectState(made, 'unplugged', 'not-reachable')
      await expectLogged(made, { event: 'line-board.open-failed', fault: 'refused' })
      await made.sim.plug()
      await expectRecovery(made)
    },
  ),
  idle: withBoard(async (made) => {
    await made.sim.pullPlug()
    await expectState(made, 'unplugged', 'not-reachable')
    await expectLogged(made, { event: 'line-board.link-lost', fault: 'lost' })
    expect(await made.harness.board.beep(100)).toMatchObject({ ok: false, fault: 'unplugged' })
    await made.sim.plug()
    await expectRecovery(made)
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.beSilent(true)
    const lighting = made.harness.board.showSlot('reader')
    await made.sim.pullPlug()
    expect(await lighting).toMatchObject({ ok: false, fault: 'unplugged', state: { state: 'unplugged' } })
    await expectState(made, 'unplugged', 'not-reachable')
    await expectLogged(made, { event: 'line-board.link-lost' })
    made.sim.beSilent(false)
    await made.sim.plug()
    // The lamp that was wanted is lit when the board is back.
    await stepped(made, () => made.harness.nextState('ready'))
    await stepped(made, () => made.harness.board.beep(100))
    expect(made.sim.view().lamps.reader).toBe('blink')
    await expectRecovery(made)
  }),
  'after-job': afterLamp(async (made) => {
    await made.sim.pullPlug()
    await expectState(made, 'unplugged', 'not-reachable')
    await expectLogged(made, { event: 'line-board.link-lost', fault: 'lost' })
    await made.sim.plug()
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    () => undefined,
    async (made) => {
      // Back for a moment, and pulled again in the greeting.
      made.sim.beSilent(true)
      await stepped(made, async () => {
        while (made.sim.counters().links < 2) await new Promise<void>((resolve) => setImmediate(resolve))
      })
      await made.sim.pullPlug()
      await expectState(made, 'unplugged', 'not-reachable')
      await expectLogged(made, { event: 'line-board.link-lost', fault: 'lost' })
      made.sim.beSilent(false)
      await made.sim.plug()
      await expectRecovery(made)
    },
  ),
})

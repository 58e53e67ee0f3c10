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

/** Mains fail and the battery carries the terminal: main stops intake and closes the journal on this event. */
describeHazard('line-board', 'power-lost', {
  'start-up': atStart(
    (sim) => sim.loseMains(),
    async (made) => {
      expect(await made.harness.next({ event: 'power' })).toMatchObject({ mains: 'lost', batteryPercent: 100 })
      await expectState(made, 'power-lost', 'power-lost')
      await expectLogged(made, { event: 'line-board.power', mains: 'lost' })
      made.sim.restoreMains()
      await made.harness.next({ event: 'power', mains: 'on' })
      await expectRecovery(made)
    },
  ),
  idle: withBoard(async (made) => {
    made.sim.loseMains()
    // Without a step of the clock: nobody waits for the next question.
    await made.harness.next({ event: 'power', mains: 'lost' })
    await expectState(made, 'power-lost', 'power-lost')
    await expectLogged(made, { event: 'line-board.power', mains: 'lost' })
    made.sim.setBattery(40)
    await made.harness.next({ event: 'power', batteryPercent: 40 })
    made.sim.restoreMains()
    await made.harness.next({ event: 'power', mains: 'on' })
    await expectRecovery(made)
  }),
  'mid-job': withBoard(async (made) => {
    made.sim.beSilent(true)
    const beeping = stepped(made, () => made.harness.board.beep(100))
    made.sim.beSilent(false)
    made.sim.loseMains()
    await made.harness.next({ event: 'power', mains: 'lost' })
    expect(await beeping).toEqual({ ok: true })
    await expectState(made, 'power-lost', 'power-lost')
    await expectLogged(made, { event: 'line-board.power', mains: 'lost' })
    made.sim.restoreMains()
    await expectRecovery(made)
  }),
  'after-job': afterLamp(async (made) => {
    made.sim.loseMains()
    await made.harness.next({ event: 'power', mains: 'lost' })
    await expectState(made, 'power-lost', 'power-lost')
    await expectLogged(made, { event: 'line-board.power', mains: 'lost' })
    // Lamps go on working from the battery.
    expect(await stepped(made, () => made.harness.board.showSlot(null))).toEqual({ ok: true })
    made.sim.restoreMains()
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.loseMains(),
    async (made) => {
      await expectState(made, 'power-lost', 'power-lost')
      await made.harness.next({ event: 'power', mains: 'lost' })
      await expectLogged(made, { event: 'line-board.power', mains: 'lost' })
      made.sim.restoreMains()
      await expectRecovery(made)
    },
  ),
})

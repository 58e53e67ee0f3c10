import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { smartCardCondition } from '../states.ts'
import {
  afterReading,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  stuckReading,
  withCard,
  withReady,
} from '../testing/hazard.ts'
import { until } from '../testing/manual-clock.ts'

/** pcscd ends, is not started yet, or ends again while it is being reached for. */
describeHazard('smart-card', 'service-gone', {
  'start-up': atStart(
    (sim) => sim.stopService(),
    async (made) => {
      await expectState(made, 'no-service', 'not-reachable')
      expectLogged(made, { event: 'smart-card.service-refused', why: 'closed' })
      await made.sim.startService()
      await expectRecovery(made)
    },
  ),
  idle: withReady(async (made) => {
    await made.sim.stopService()
    expect(await expectState(made, 'no-service', 'not-reachable')).toEqual({ state: 'no-service', fault: 'lost' })
    expectLogged(made, { event: 'smart-card.service-lost', why: 'lost' })
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-service' })
    await made.sim.startService()
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    const { result } = await stuckReading(made)
    await made.sim.stopService()
    expect(await result).toMatchObject({ ok: false, fault: 'no-service' })
    await expectState(made, 'no-service', 'not-reachable')
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'no-service' })
    await made.sim.startService()
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    await made.sim.stopService()
    // Whatever lay there is not known any more: told as gone, so that no session goes on with it.
    await made.harness.nextEvent('card-removed')
    await expectState(made, 'no-service', 'not-reachable')
    expectLogged(made, { event: 'smart-card.service-lost', why: 'lost' })
    await made.sim.startService()
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.hangUp(true),
    async (made) => {
      await until(() => made.harness.logged('smart-card.service-refused').length === 1)
      expect(made.harness.reader.state()).toEqual({ state: 'no-service', fault: 'lost' })
      expect(smartCardCondition(made.harness.reader.state()).condition).toBe('not-reachable')
      made.sim.hangUp(false)
      await expectRecovery(made)
    },
  ),
})

import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
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

/** The reader's cable is pulled: the service drops it from its table. */
describeHazard('smart-card', 'unplug', {
  'start-up': atStart(
    (sim) => sim.pullReader(),
    async (made) => {
      await expectState(made, 'no-reader', 'not-reachable')
      expectLogged(made, { event: 'smart-card.state', state: 'no-reader', readers: 0 })
      made.sim.plugReader()
      await expectRecovery(made)
    },
  ),
  idle: withReady(async (made) => {
    made.sim.pullReader()
    await expectState(made, 'no-reader', 'not-reachable')
    expectLogged(made, { event: 'smart-card.seen', what: 'reader-removed' })
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-reader' })
    made.sim.plugReader()
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    const { result } = await stuckReading(made)
    made.sim.pullReader()
    expect(await result).toMatchObject({ ok: false, fault: 'no-reader', state: { state: 'no-reader' } })
    await expectState(made, 'no-reader', 'not-reachable')
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'no-reader' })
    made.sim.plugReader()
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    made.sim.pullReader()
    await made.harness.nextEvent('card-removed')
    await expectState(made, 'no-reader', 'not-reachable')
    expectLogged(made, { event: 'smart-card.seen', what: 'card-removed', insertion: 1 })
    made.sim.plugReader()
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.pullReader(),
    async (made) => {
      await expectState(made, 'no-reader', 'not-reachable')
      expectLogged(made, { event: 'smart-card.state', state: 'no-reader', readers: 0 })
      made.sim.plugReader()
      await expectRecovery(made)
    },
  ),
})

import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterReading,
  atReconnect,
  atStart,
  CARD,
  expectLogged,
  expectRecovery,
  expectState,
  INS_READ_RECORD,
  stuckReading,
  withCard,
} from '../testing/hazard.ts'

/** The citizen takes the card away. */
describeHazard('smart-card', 'card-lifted', {
  'start-up': atStart(
    (sim) => sim.insertCard(CARD),
    async (made) => {
      await made.harness.nextEvent('card-inserted')
      made.sim.liftCard()
      await expectState(made, 'ready', 'ready')
      expectLogged(made, { event: 'smart-card.seen', what: 'card-removed', insertion: 1 })
      await expectRecovery(made)
    },
  ),
  idle: withCard(async (made) => {
    made.sim.liftCard()
    await made.harness.nextEvent('card-removed')
    await expectState(made, 'ready', 'ready')
    expectLogged(made, { event: 'smart-card.seen', what: 'card-removed', insertion: 1 })
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-card' })
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    // While the reader waits for the card's answer, the table of readers is what tells.
    const { result } = await stuckReading(made)
    made.sim.liftCard()
    expect(await result).toMatchObject({ ok: false, fault: 'lifted-early', state: { state: 'ready' } })
    await expectState(made, 'ready', 'ready')
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'lifted-early', step: 'EF05 tag 1' })
    // Between two commands the failed command comes first, and the table decides what it meant.
    made.sim.insertCard(CARD)
    await made.harness.nextState('card')
    made.sim.misbehave({ kind: 'lift', ins: INS_READ_RECORD })
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'lifted-early' })
    // Another card in its place at once: what was read of the first is not taken for the second's.
    made.sim.insertCard(CARD)
    await made.harness.nextState('card')
    const swapped = await stuckReading(made)
    made.sim.insertCard('sun-guilan')
    expect(await swapped.result).toMatchObject({ ok: false, fault: 'lifted-early' })
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    made.sim.liftCard()
    await made.harness.nextEvent('card-removed')
    await expectState(made, 'ready', 'ready')
    expectLogged(made, { event: 'smart-card.seen', what: 'card-removed', insertion: 1 })
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.liftCard(),
    async (made) => {
      await expectState(made, 'ready', 'ready')
      expectLogged(made, { event: 'smart-card.seen', what: 'card-removed', insertion: 1 })
      expect(made.harness.reader.state().state).toBe('ready')
      await expectRecovery(made)
    },
  ),
})

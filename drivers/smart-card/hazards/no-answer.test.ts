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
import { advanceUntil } from '../testing/manual-clock.ts'

/** A card that does not answer its reset (put in the wrong way round), or falls silent later. */
describeHazard('smart-card', 'no-answer', {
  'start-up': atStart(
    (sim) => sim.insertMuteCard(),
    async (made) => {
      await expectState(made, 'mute', 'media-misplaced')
      expectLogged(made, { event: 'smart-card.state', state: 'mute' })
      await expectRecovery(made)
    },
  ),
  idle: withReady(async (made) => {
    made.sim.insertMuteCard()
    await expectState(made, 'mute', 'media-misplaced')
    expectLogged(made, { event: 'smart-card.state', state: 'mute' })
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'mute' })
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    const { result } = await stuckReading(made)
    await advanceUntil(made.clock, () => made.harness.reader.state().state === 'mute')
    expect(await result).toMatchObject({ ok: false, fault: 'no-answer', state: { state: 'mute' } })
    await expectState(made, 'mute', 'media-misplaced')
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'no-answer', step: 'EF05 tag 1' })
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    made.sim.misbehave({ kind: 'silence' })
    const again = made.harness.reader.readSocialSecurityCard()
    await advanceUntil(made.clock, () => made.harness.reader.state().state === 'mute')
    expect(await again).toMatchObject({ ok: false, fault: 'no-answer' })
    await expectState(made, 'mute', 'media-misplaced')
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'no-answer', step: 'SSSE' })
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.insertMuteCard(),
    async (made) => {
      await expectState(made, 'mute', 'media-misplaced')
      expectLogged(made, { event: 'smart-card.state', state: 'mute' })
      await expectRecovery(made)
    },
  ),
})

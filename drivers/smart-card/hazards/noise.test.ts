import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterReading,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  INS_READ_RECORD,
  NOISE,
  NOISE_TABLE,
  withCard,
  withReady,
} from '../testing/hazard.ts'

/** Bytes that make no sense: from the service, where one's place is lost for good, and from the card. */
describeHazard('smart-card', 'noise', {
  'start-up': atStart(
    (sim) => sim.garbleService(NOISE_TABLE, 'waitReaderStateChange'),
    async (made) => {
      await expectState(made, 'service-garbled', 'software-error')
      expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
      await expectRecovery(made)
    },
  ),
  idle: withReady(async (made) => {
    made.sim.blurt(NOISE)
    await expectState(made, 'service-garbled', 'software-error')
    expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    for (const kind of ['garbage', 'too-short', 'wrong-length', 'wrong-tag'] as const) {
      made.sim.insertCard('sun-guilan')
      await made.harness.nextEvent('card-inserted')
      made.sim.misbehave({ kind, ins: INS_READ_RECORD })
      const told = await made.harness.reader.readSocialSecurityCard()
      expect(told).toMatchObject({ ok: false, fault: 'damaged-answer', state: { state: 'card' } })
      await expectState(made, 'card', 'ready')
    }
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'damaged-answer', step: 'EF05 tag 1' })
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    made.sim.blurt(NOISE)
    await expectState(made, 'service-garbled', 'software-error')
    expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.garbleService(NOISE_TABLE, 'waitReaderStateChange'),
    async (made) => {
      await expectState(made, 'service-garbled', 'software-error')
      expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
      await expectRecovery(made)
    },
  ),
})

import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import {
  afterReading,
  atReconnect,
  atStart,
  expectLogged,
  expectRecovery,
  expectState,
  FLOOD,
  INS_READ_RECORD,
  withCard,
  withReady,
} from '../testing/hazard.ts'

/** More bytes than any answer has: from the service a flood, from the card an answer that is too long. */
describeHazard('smart-card', 'over-long-frame', {
  'start-up': atStart(
    (sim) => sim.garbleService(FLOOD, 'version'),
    async (made) => {
      await expectState(made, 'service-garbled', 'software-error')
      expectLogged(made, { event: 'smart-card.service-refused', why: 'garbled' })
      await expectRecovery(made)
    },
  ),
  idle: withReady(async (made) => {
    made.sim.blurt(FLOOD)
    await expectState(made, 'service-garbled', 'software-error')
    expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
    await expectRecovery(made)
  }),
  'mid-job': withCard(async (made) => {
    made.sim.misbehave({ kind: 'over-long', ins: INS_READ_RECORD })
    const told = await made.harness.reader.readSocialSecurityCard()
    expect(told).toMatchObject({ ok: false, fault: 'damaged-answer', state: { state: 'card' } })
    await expectState(made, 'card', 'ready')
    expectLogged(made, { event: 'smart-card.transmit-failed', rv: '80100008' })
    expectLogged(made, { event: 'smart-card.job-failed', fault: 'damaged-answer' })
    // The service itself may be the one that floods the conversation with the card.
    made.sim.garbleService(FLOOD, 'transmit')
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-service' })
    await expectRecovery(made)
  }),
  'after-job': afterReading(async (made) => {
    made.sim.blurt(FLOOD)
    await expectState(made, 'service-garbled', 'software-error')
    expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
    await expectRecovery(made)
  }),
  reconnect: atReconnect(
    (sim) => sim.garbleService(FLOOD, 'waitReaderStateChange'),
    async (made) => {
      await expectState(made, 'service-garbled', 'software-error')
      expectLogged(made, { event: 'smart-card.service-lost', why: 'garbled' })
      await expectRecovery(made)
    },
  ),
})

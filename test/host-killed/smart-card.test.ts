import { expect } from 'vitest'
import { conditionOf } from '../../drivers/condition/states.ts'
import { SAMPLE_CARDS } from '../../drivers/smart-card/sample-cards.ts'
import { openSmartCardSimulator } from '../../drivers/smart-card/simulator.ts'
import { describeHostKilled } from './host-killed.ts'

const [CARD] = SAMPLE_CARDS
const INS_READ_RECORD = 0xb2

/** At a service of the simulator's own, on a real socket: pcscd's part is smart-card/pcscd.test.ts. */
describeHostKilled({
  device: 'smart-card',
  lostState: { state: 'no-service', fault: 'lost' },
  lostCondition: conditionOf('not-reachable', { mend: 'maintainer' }),
  unplugged: 'no-service',
  async open() {
    const simulator = await openSmartCardSimulator()
    return {
      url: simulator.url,
      isWell: ({ state }) => state === 'ready' || state === 'card',
      async work(bench) {
        simulator.insertCard(CARD?.id ?? '')
        await bench.untilState(({ state }) => state === 'card')
        expect(await bench.host.call('smart-card', 'readSocialSecurityCard', {})).toMatchObject({
          ok: true,
          card: { fields: CARD?.fields },
        })
        simulator.liftCard()
        await bench.untilState(({ state }) => state === 'ready')
      },
      async killMidJob(bench) {
        simulator.insertCard(CARD?.id ?? '')
        await bench.untilState(({ state }) => state === 'card')
        simulator.misbehave({ kind: 'silence', ins: INS_READ_RECORD })
        const reading = bench.host.call('smart-card', 'readSocialSecurityCard', {})
        await bench.untilState(({ state }) => state === 'reading')
        await bench.kill()
        expect(await reading).toEqual({
          ok: false,
          fault: 'stopped',
          state: { state: 'no-service', fault: 'lost' },
        })
        simulator.behave()
        simulator.liftCard()
      },
      unplug: () => simulator.stopService(),
      plug: () => simulator.startService(),
      close: () => simulator.close(),
    }
  },
})

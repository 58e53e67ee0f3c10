import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'unplug',
  strike: (simulator) => simulator.unplug(),
  mend: (simulator) => simulator.plug(),
  state: 'unplugged',
  condition: 'not-reachable',
  midJob: { fault: 'unplugged', paper: 'unknown' },
})

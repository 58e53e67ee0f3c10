import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'head-hot',
  strike: (simulator) => simulator.headHot(true),
  mend: (simulator) => simulator.headHot(false),
  state: 'head-hot',
  condition: 'overheated',
  midJob: 'waits',
})

import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'near-end',
  strike: (simulator) => simulator.paperNearEnd(),
  mend: (simulator) => simulator.paperNearEnd(false),
  state: 'ready',
  condition: 'media-low',
  midJob: 'printed',
})

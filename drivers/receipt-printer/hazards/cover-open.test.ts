import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'cover-open',
  strike: (simulator) => simulator.openCover(),
  mend: (simulator) => simulator.closeCover(),
  state: 'cover-open',
  condition: 'cover-open',
  midJob: { fault: 'cover-open', paper: 'partly' },
})

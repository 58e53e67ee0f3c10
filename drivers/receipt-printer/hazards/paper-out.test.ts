import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'paper-out',
  strike: (simulator) => simulator.paperOut(),
  mend: (simulator) => simulator.loadPaper(),
  state: 'paper-out',
  condition: 'media-empty',
  midJob: { fault: 'paper-out', paper: 'partly' },
})

import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'cutter-error',
  strike: (simulator) => simulator.cutterJam(),
  mend: (simulator) => simulator.freeCutter(),
  state: 'cutter-error',
  condition: 'media-jammed',
  midJob: { fault: 'cutter-error', paper: 'partly' },
  isLatent: true,
})

import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'no-answer',
  strike: (simulator) => simulator.silence(true),
  mend: (simulator) => simulator.silence(false),
  state: 'no-answer',
  condition: 'not-responding',
  midJob: { fault: 'no-answer', paper: 'unknown' },
})

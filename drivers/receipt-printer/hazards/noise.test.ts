import { describeReceiptHazard } from '../testing/hazard.ts'

describeReceiptHazard({
  name: 'noise',
  strike: (simulator) => simulator.garbageOnStatus(true),
  mend: (simulator) => simulator.garbageOnStatus(false),
  state: 'no-answer',
  condition: 'not-responding',
  midJob: { fault: 'no-answer', paper: 'unknown' },
})

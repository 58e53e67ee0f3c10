import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'

describeHazard(
  'document-scanner',
  'jam',
  hazardCells({
    strike: ({ simulator }) => simulator.jam(),
    mend: ({ simulator }) => simulator.recover(),
    state: { state: 'jammed' },
    condition: 'media-jammed',
    event: 'document-scanner.state',
    midJob: { fault: 'jam' },
  }),
)

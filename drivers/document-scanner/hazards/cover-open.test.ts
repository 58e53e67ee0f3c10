import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'

describeHazard(
  'document-scanner',
  'cover-open',
  hazardCells({
    strike: ({ simulator }) => simulator.openCover(),
    mend: ({ simulator }) => simulator.recover(),
    state: { state: 'cover-open' },
    condition: 'cover-open',
    event: 'document-scanner.state',
    midJob: { fault: 'cover-open' },
  }),
)

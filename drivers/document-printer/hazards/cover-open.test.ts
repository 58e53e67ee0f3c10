import { describeHazard } from '../../testing/fault-matrix.ts'
import { blockedCells } from '../testing/blocked-hazard.ts'

describeHazard(
  'document-printer',
  'cover-open',
  blockedCells({
    trouble: 'cover-open',
    condition: 'cover-open',
    strike: ({ simulator }) => simulator.openCover(),
    mend: ({ simulator }) => simulator.closeCover(),
  }),
)

import { describeHazard } from '../../testing/fault-matrix.ts'
import { blockedCells } from '../testing/blocked-hazard.ts'

describeHazard(
  'document-printer',
  'jam',
  blockedCells({
    trouble: 'media-jam',
    condition: 'media-jammed',
    strike: ({ simulator }) => simulator.jam(),
    mend: ({ simulator }) => simulator.clearJam(),
  }),
)

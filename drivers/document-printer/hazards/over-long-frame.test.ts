import { describeHazard } from '../../testing/fault-matrix.ts'
import { silenceCells } from '../testing/silence-hazard.ts'

describeHazard(
  'document-printer',
  'over-long-frame',
  silenceCells({
    strike: ({ simulator }) => simulator.overLong(),
    cease: ({ simulator }) => simulator.overLong(false),
    garbles: true,
  }),
)

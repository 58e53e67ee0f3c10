import { describeHazard } from '../../testing/fault-matrix.ts'
import { silenceCells } from '../testing/silence-hazard.ts'

describeHazard(
  'document-printer',
  'no-answer',
  silenceCells({
    strike: ({ simulator }) => simulator.silence(),
    cease: ({ simulator }) => simulator.silence(false),
    garbles: false,
  }),
)

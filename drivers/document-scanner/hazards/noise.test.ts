import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'

/** Bytes that are no HTTP at all, as from another machine at the same address or a broken serial server. */
describeHazard(
  'document-scanner',
  'noise',
  hazardCells({
    strike: ({ simulator }) => simulator.garble('socket'),
    mend: ({ simulator }) => simulator.garble(undefined),
    state: { state: 'bad-answer', why: 'not-understood' },
    condition: 'not-responding',
    event: 'document-scanner.state',
    midJob: { fault: 'bad-answer' },
  }),
)

import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'

const MAX_PAGE_BYTES = 1024 * 1024

/** An answer that never ends: XML while idle, a page in a job. Neither is kept beyond its limit. */
describeHazard(
  'document-scanner',
  'over-long-frame',
  hazardCells({
    strike: ({ simulator }) => simulator.endless('xml'),
    mend: ({ simulator }) => simulator.endless(undefined),
    state: { state: 'bad-answer', why: 'too-long' },
    condition: 'not-responding',
    event: 'document-scanner.state',
    midJob: {
      strike: ({ simulator }) => simulator.endless('page'),
      fault: 'page-too-big',
      state: { state: 'ready' },
      condition: 'ready',
    },
    driver: { limits: { maxPageBytes: MAX_PAGE_BYTES } },
  }),
)

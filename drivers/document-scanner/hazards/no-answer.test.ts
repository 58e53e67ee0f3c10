import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'
import { type Bench, WAITS } from '../testing/scanner-bench.ts'

/** Connections are taken and nothing is ever said: a firmware that hangs behind a network that works. */
describeHazard(
  'document-scanner',
  'no-answer',
  hazardCells({
    strike: ({ simulator }) => simulator.hang('everywhere'),
    mend: ({ simulator }) => simulator.hang(undefined),
    async pass({ clock }: Bench) {
      await clock.fire(WAITS.answerTimeoutMs)
    },
    state: { state: 'no-answer' },
    condition: 'not-responding',
    event: 'document-scanner.state',
    midJob: {
      fault: 'timed-out',
      async pass({ clock }) {
        await clock.fire(WAITS.pageTimeoutMs)
        // Then the job's deletion, once at its end and once before the look, and the look itself.
        await clock.fire(WAITS.deleteTimeoutMs)
        await clock.fire(WAITS.deleteTimeoutMs)
        await clock.fire(WAITS.answerTimeoutMs)
      },
    },
  }),
)

import { implement } from '@orpc/server'
import type { CatalogueView, QueueView } from '../../sync/protocol/queue-view.ts'
import { type Cell, follow } from '../cell.ts'
import { type IntakeState, queue } from './queue.contract.ts'

export function queueHandlers(
  view: Cell<QueueView>,
  catalogue: Cell<CatalogueView | null>,
  intake: Cell<{ readonly intake: IntakeState }>,
) {
  const os = implement(queue)
  return os.router({
    watchView: os.watchView.handler(({ signal }) => follow(view, signal)),
    watchCatalogue: os.watchCatalogue.handler(({ signal }) => follow(catalogue, signal)),
    watchIntake: os.watchIntake.handler(({ signal }) => follow(intake, signal)),
  })
}

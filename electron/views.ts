import type { Ledger } from '../sync/journal/ledger.ts'
import type { CatalogueView, Connection, QueueView } from '../sync/protocol/queue-view.ts'
import { type Cell, createCell } from './cell.ts'
import type { Packages } from './packages.ts'

export interface ViewParts {
  readonly ledger: Ledger
  readonly journalHead: Cell<number>
  readonly connection: Cell<Connection>
  readonly packages: Pick<Packages, 'catalogue' | 'listing'>
}

/** Main's own live views of queue and catalogue, for a page whose sync worker cannot give them. */
export function liveViews({ ledger, journalHead, connection, packages }: ViewParts): {
  readonly queue: Cell<QueueView>
  readonly catalogue: Cell<CatalogueView | null>
} {
  const queueNow = (): QueueView => ({
    connection: connection.get(),
    waiting: ledger.waiting,
    oldestAcceptedAt: ledger.oldestWaiting()?.acceptedAt ?? null,
    quarantined: ledger.quarantined,
    received: ledger.received,
  })
  const catalogueNow = (): CatalogueView | null => {
    const held = packages.catalogue.get()
    // The listing's version, as the worker shows it: the same content has one number, whoever tells it.
    const version = packages.listing.get()?.version
    return held === null || version === undefined ? null : { version, catalogue: held.catalogue }
  }
  const queue = createCell(queueNow())
  const catalogue = createCell(catalogueNow())
  journalHead.subscribe(() => queue.set(queueNow()))
  connection.subscribe(() => queue.set(queueNow()))
  // The listing is the last to change.
  packages.listing.subscribe(() => catalogue.set(catalogueNow()))
  return { queue, catalogue }
}

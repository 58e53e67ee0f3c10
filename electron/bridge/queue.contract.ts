import { eventIterator, oc } from '@orpc/contract'
import { CatalogueViewSchema, QueueViewSchema } from '../../sync/protocol/queue-view.ts'

/** Main's own view of queue and catalogue, for when the sync worker cannot give one (IndexedDB unusable). */
export const watchView = oc.output(eventIterator(QueueViewSchema))
/** Starts with the present catalogue (null: none yet), then each newer one. */
export const watchCatalogue = oc.output(eventIterator(CatalogueViewSchema.nullable()))

export const queue = { watchView, watchCatalogue }

import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { CatalogueViewSchema, QueueViewSchema } from '../../sync/protocol/queue-view.ts'

/** Main's own view of queue and catalogue, for when the sync worker cannot give one (IndexedDB unusable). */
export const watchView = oc.output(eventIterator(QueueViewSchema))
/** Starts with the present catalogue (null: none yet), then each newer one. */
export const watchCatalogue = oc.output(eventIterator(CatalogueViewSchema.nullable()))

/**
 * Does the terminal take new submissions in? Free space decides: below the first mark no attachments, below the second
 * nothing; and mains power: nothing while the terminal runs from its battery. All open again by themselves.
 */
export const IntakeStateSchema = z.enum(['open', 'no-attachments', 'no-space', 'no-power'])
export type IntakeState = z.infer<typeof IntakeStateSchema>
export const watchIntake = oc.output(eventIterator(z.object({ intake: IntakeStateSchema })))

export const queue = { watchView, watchCatalogue, watchIntake }

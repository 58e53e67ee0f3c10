import { z } from 'zod'
import { CatalogueSchema } from './service-item.ts'

/**
 * What staff and citizens see of the queue: small, live, and the same whether the worker's RxDB or main's journal
 * computed it (look.md section 4.4).
 */
export const ConnectionSchema = z.enum([
  /** A signed answer of the hub is younger than 30 s. */
  'connected',
  /** The network is there, the hub is silent, refuses, or is not our hub. */
  'hub-silent',
  /** No way out of this machine. */
  'no-network',
])
export type Connection = z.infer<typeof ConnectionSchema>

export const QueueViewSchema = z.object({
  connection: ConnectionSchema,
  /** Accepted and not yet received by the hub, quarantined ones apart. */
  waiting: z.int().min(0),
  /** Wall clock at acceptance of the oldest that waits, or null. */
  oldestAcceptedAt: z.iso.datetime({ precision: 3 }).nullable(),
  quarantined: z.int().min(0),
  received: z.int().min(0),
})
export type QueueView = z.infer<typeof QueueViewSchema>

export const CatalogueViewSchema = z.object({ version: z.int(), catalogue: CatalogueSchema })
export type CatalogueView = z.infer<typeof CatalogueViewSchema>

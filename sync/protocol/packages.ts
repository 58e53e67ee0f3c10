import { z } from 'zod'
import { LocalTextSchema, OfflinePolicySchema } from './service-item.ts'

/** What the hub's packages hold besides the catalogue (service-item.ts). All of it is data; unknown fields are kept out. */

/** A themed entry of the home page (专题): items that belong together in a citizen's life. */
export const TopicsSchema = z.object({
  topics: z
    .array(z.object({ id: z.string().min(1).max(40), title: LocalTextSchema, itemIds: z.array(z.string()).max(100) }))
    .max(200),
})
export type Topics = z.infer<typeof TopicsSchema>

/** Overrides of an item's offline policy, e.g. while a back end is under repair (domain.md). */
export const PoliciesSchema = z.object({
  offline: z.array(z.object({ itemId: z.string(), offlinePolicy: OfflinePolicySchema })).max(10_000),
})
export type Policies = z.infer<typeof PoliciesSchema>

/** Settings that the hub may give all its terminals; what a machine's own settings file says is left alone. */
export const FleetSettingsSchema = z.object({
  /** Sealed payloads stay at least so long after the hub's receipt (proposal: 24 h). */
  minimumRetentionMs: z.int().min(0).optional(),
  reconcileEveryMs: z.int().min(60_000).optional(),
})
export type FleetSettings = z.infer<typeof FleetSettingsSchema>

/**
 * What an office hands to a hub: items that are new or changed, and ids of those that are no longer offered. The hub puts
 * them into its catalogue; terminals never see this shape. Items are checked one by one, so that every fault is named.
 */
export const ItemPackageSchema = z.strictObject({
  kind: z.literal('items'),
  items: z.array(z.unknown()).max(1000).default([]),
  withdraw: z.array(z.string()).max(1000).default([]),
})
export type ItemPackage = z.infer<typeof ItemPackageSchema>

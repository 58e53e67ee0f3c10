import type { z } from 'zod'
import { sha256Hex } from '../envelope/sha256.ts'
import { FleetSettingsSchema, PoliciesSchema, TopicsSchema } from '../protocol/packages.ts'
import { type PackageKind, PackageKindSchema } from '../protocol/receipt.ts'
import { type Catalogue, CatalogueSchema, type ServiceItem } from '../protocol/service-item.ts'
import { type EpochParts, publishIn } from './epoch.ts'
import type { HubReads } from './store.ts'

/** What the content of each kind must look like. */
export const PACKAGE_SCHEMAS = {
  catalogue: CatalogueSchema,
  topics: TopicsSchema,
  policies: PoliciesSchema,
  settings: FleetSettingsSchema,
} as const satisfies Record<PackageKind, z.ZodType>

/**
 * Publishes a package when its content differs from the newest one's: next version, signed manifest. A sample never
 * takes the place of a catalogue that came from a file. Every version stays, for submissions that waited at a terminal.
 * @returns the version that is now the newest.
 * @throws ZodError when the content is none of its kind.
 */
export function publishPackage<K extends PackageKind>(
  parts: Omit<EpochParts, 'onEvent'>,
  kind: K,
  content: z.input<(typeof PACKAGE_SCHEMAS)[K]>,
  origin: 'sample' | 'file',
): Promise<number> {
  const given = JSON.stringify(PACKAGE_SCHEMAS[kind].parse(content))
  return parts.store.transaction(async (tx) => {
    const newest = await tx.newestPackage(kind)
    const kept = origin === 'sample' && newest?.origin === 'file' ? newest : { content: given, origin }
    const sha256 = sha256Hex(kept.content)
    // A new epoch publishes the same content again: a manifest names the epoch that it belongs to.
    if (newest?.sha256 === sha256 && newest.epoch === tx.hub.epoch) return newest.version
    return publishIn(tx, kind, { content: kept.content, sha256, origin: kept.origin }, tx.hub.epoch, parts)
  })
}

/** Publishes again what was published under another epoch. At each start: somebody may have changed it by hand. */
export function republishAll(parts: Omit<EpochParts, 'onEvent'>): Promise<void> {
  return parts.store.transaction(async (tx) => {
    for (const kind of PackageKindSchema.options) {
      const newest = await tx.newestPackage(kind)
      if (newest !== undefined && newest.epoch !== tx.hub.epoch) await publishIn(tx, kind, newest, tx.hub.epoch, parts)
    }
  })
}

export type ItemFinder = (id: string, version: number) => { item: ServiceItem; catalogue: Catalogue } | undefined

/** Finds an item by id and version in every catalogue that was ever published, newest first. */
export async function loadItemFinder(reads: Pick<HubReads, 'packageContents'>): Promise<ItemFinder> {
  const contents = await reads.packageContents('catalogue')
  const catalogues = contents.map((content) => CatalogueSchema.parse(JSON.parse(content)))
  return (id, version) => {
    for (const catalogue of catalogues) {
      const item = catalogue.items.find((candidate) => candidate.id === id && candidate.version === version)
      if (item !== undefined) return { item, catalogue }
    }
    return undefined
  }
}

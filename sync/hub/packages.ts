import { signManifest } from '../envelope/package.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import { type Catalogue, CatalogueSchema, type ServiceItem } from '../protocol/service-item.ts'
import type { HubDatabase } from './database.ts'
import { type HubSources, instant } from './sources.ts'

/** A catalogue as it came from the database; every version stays, for submissions that waited at a terminal. */
export interface StoredPackage {
  readonly version: number
  /** The hub's epoch when it was published, as the manifest says. */
  readonly epoch: string
  readonly manifest: string
  readonly content: string
}

/**
 * Publishes a catalogue when its content differs from the newest one's: next version, signed manifest. A sample never
 * takes the place of a catalogue that came from a file.
 * @returns the version that is now the newest.
 */
export async function publishCatalogue(
  db: HubDatabase,
  catalogue: Catalogue,
  origin: 'sample' | 'file',
  packageKey: SigningKey,
  sources: HubSources,
): Promise<number> {
  const given = JSON.stringify(CatalogueSchema.parse(catalogue))
  return db.transaction().execute(async (trx) => {
    const hub = await trx.selectFrom('hub').select('epoch').where('id', '=', 1).forUpdate().executeTakeFirstOrThrow()
    const newest = await trx
      .selectFrom('packages')
      .selectAll()
      .where('kind', '=', 'catalogue')
      .orderBy('version', 'desc')
      .executeTakeFirst()
    const kept = origin === 'sample' && newest?.origin === 'file' ? newest : { content: given, origin }
    const sha256 = sha256Hex(kept.content)
    // A new epoch publishes the same content again: a manifest names the epoch that it belongs to.
    if (newest?.sha256 === sha256 && newest.hub_epoch === hub.epoch) return newest.version
    const version = (newest?.version ?? 0) + 1
    const publishedAt = instant(sources)
    const bytes = Buffer.byteLength(kept.content)
    const manifest = await signManifest(
      { kind: 'catalogue', version, hubEpoch: hub.epoch, sha256, bytes, publishedAt },
      packageKey,
    )
    const about = { kind: 'catalogue' as const, version, hub_epoch: hub.epoch, published_at: publishedAt }
    await trx
      .insertInto('packages')
      .values({ ...about, manifest, sha256, content: kept.content, origin: kept.origin })
      .execute()
    return version
  })
}

export async function newestCatalogue(db: HubDatabase): Promise<StoredPackage | undefined> {
  return db
    .selectFrom('packages')
    .select(['version', 'hub_epoch as epoch', 'manifest', 'content'])
    .where('kind', '=', 'catalogue')
    .orderBy('version', 'desc')
    .executeTakeFirst()
}

export type ItemFinder = (id: string, version: number) => { item: ServiceItem; catalogue: Catalogue } | undefined

/** Finds an item by id and version in every catalogue that was ever published, newest first. */
export async function loadItemFinder(db: HubDatabase): Promise<ItemFinder> {
  const rows = await db
    .selectFrom('packages')
    .select('content')
    .where('kind', '=', 'catalogue')
    .orderBy('version', 'desc')
    .execute()
  const catalogues = rows.map((row) => CatalogueSchema.parse(JSON.parse(row.content)))
  return (id, version) => {
    for (const catalogue of catalogues) {
      const item = catalogue.items.find((candidate) => candidate.id === id && candidate.version === version)
      if (item !== undefined) return { item, catalogue }
    }
    return undefined
  }
}

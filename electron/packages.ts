import { z } from 'zod'
import { type PackageContent, verifyPackageOf } from '../sync/envelope/package.ts'
import { FORMS_LEVEL, withoutNewerForms } from '../sync/protocol/forms-level.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { type PackageKind, PackageKindSchema, type PackageManifest } from '../sync/protocol/receipt.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'
import { type Listing, listingOf } from './catalogue-changes.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import type { HeldCatalogue, HeldPackage, VerifiedPackage } from './held-package.ts'
import { folderFiles, jsonOrUndefined, type SmallFiles } from './small-files.ts'

export type { HeldCatalogue, HeldPackage, VerifiedPackage } from './held-package.ts'

/**
 * The signed packages beside the journal: taken only when they verify and are newer, written by fsync + rename, and
 * there again after a wiped browser profile or a start without network (design.md section 4, step 9).
 */
export interface Packages {
  readonly catalogue: Cell<HeldCatalogue | null>
  readonly settings: Cell<HeldPackage<'settings'> | null>
  /** Catalogue, topics and policies as documents for the worker. */
  readonly listing: Cell<Listing | null>
  /** What is held of a kind, or null. */
  have(kind: PackageKind): { readonly version: number; readonly hubEpoch: string } | null
  /**
   * Takes over what was verified, on disk before anybody sees it. False when it is older than what is held: a lower
   * version counts as newer only in the epoch that the hub says it is in now. Throws what the disk throws.
   */
  take(verified: VerifiedPackage, hubEpochNow?: string): Promise<boolean>
}

const StoredSchema = z.object({ manifest: z.string(), content: z.string() })
type Held = { [K in PackageKind]: HeldPackage<K> | null }

/** `dir` is a folder's path, or the files themselves. Without the hub's keys nothing on disk is believed. */
export async function openPackages(
  dir: string | SmallFiles,
  keySet: KeySet | undefined,
  log: Log,
  verify: typeof verifyPackageOf = verifyPackageOf,
): Promise<Packages> {
  const files = typeof dir === 'string' ? await folderFiles(dir) : dir
  const held: Held = { catalogue: null, topics: null, policies: null, settings: null }
  for (const kind of PackageKindSchema.options) if (keySet !== undefined) await load(kind, keySet)

  async function load<K extends PackageKind>(kind: K, keys: KeySet): Promise<void> {
    const text = await files.read(`${kind}.json`)
    if (text === undefined) return
    const stored = StoredSchema.safeParse(jsonOrUndefined(text))
    const verified = stored.success
      ? await verify(kind, stored.data, keys)
      : ({ ok: false, fault: 'bad-content', detail: 'not a package file' } as const)
    if (verified.ok) {
      ;(held as Record<PackageKind, HeldPackage<PackageKind> | null>)[kind] = verified
      log('package-taken', { kind, source: 'disk', version: verified.manifest.version })
      if (stored.success) logWithheld(kind, stored.data, log)
    } else {
      log('package-refused', { kind, source: 'disk', fault: verified.fault, detail: verified.detail })
    }
  }

  const effective = (): HeldCatalogue | null =>
    held.catalogue === null
      ? null
      : { manifest: held.catalogue.manifest, catalogue: withPolicies(held.catalogue.content, held.policies?.content) }
  const catalogue = createCell(effective())
  const settings = createCell(held.settings)
  const listing = createCell(listingOf(catalogue.get(), held.topics, held.policies))

  return {
    catalogue,
    settings,
    listing,
    have: (kind) => held[kind]?.manifest ?? null,
    async take({ kind, manifest, content, signed }, hubEpochNow) {
      const before = held[kind]?.manifest
      if (before !== undefined && !isNewer(manifest, before, hubEpochNow)) {
        log('package-refused', { kind, source: 'hub', fault: 'older', offered: manifest.version })
        return false
      }
      await files.write(`${kind}.json`, JSON.stringify(signed))
      ;(held as Record<PackageKind, HeldPackage<PackageKind> | null>)[kind] = { manifest, content }
      log('package-taken', { kind, source: 'hub', version: manifest.version })
      logWithheld(kind, signed, log)
      if (kind === 'settings') settings.set(held.settings)
      else {
        if (kind !== 'topics') catalogue.set(effective())
        listing.set(listingOf(catalogue.get(), held.topics, held.policies))
      }
      return true
    },
  }
}

function logWithheld(kind: PackageKind, { content }: z.infer<typeof StoredSchema>, log: Log): void {
  if (kind !== 'catalogue') return
  const { withheld } = withoutNewerForms(jsonOrUndefined(content))
  if (withheld.length > 0) log('items-withheld', { items: withheld.map(({ id }) => id), level: FORMS_LEVEL })
}

function isNewer(offered: PackageManifest, before: PackageManifest, hubEpochNow: string | undefined): boolean {
  if (offered.version > before.version) return true
  return offered.hubEpoch !== before.hubEpoch && offered.hubEpoch === hubEpochNow
}

/** What the hub says of an item's offline policy now goes before what its catalogue says. */
function withPolicies(catalogue: Catalogue, policies: PackageContent<'policies'> | undefined): Catalogue {
  if (policies === undefined) return catalogue
  const byItem = new Map(policies.offline.map(({ itemId, offlinePolicy }) => [itemId, offlinePolicy]))
  const items = catalogue.items.map((item) => ({ ...item, offlinePolicy: byItem.get(item.id) ?? item.offlinePolicy }))
  return { ...catalogue, items }
}

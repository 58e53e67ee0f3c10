import { z } from 'zod'
import { type SignedPackage, verifyPackage } from '../sync/envelope/package.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import type { PackageManifest } from '../sync/protocol/receipt.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import { folderFiles, jsonOrUndefined, type SmallFiles } from './small-files.ts'

/** A catalogue that was verified, with its manifest. */
export interface HeldCatalogue {
  readonly manifest: PackageManifest
  readonly catalogue: Catalogue
}

/**
 * The signed packages beside the journal: taken only when they verify and are newer, written by fsync + rename, and
 * there again after a wiped browser profile or a start without network (design.md section 4, step 9).
 */
export interface Packages {
  readonly catalogue: Cell<HeldCatalogue | null>
  /** Takes over what the hub client has verified and found newer; on disk before anybody sees it. */
  take(verified: HeldCatalogue & { readonly signed: SignedPackage }): Promise<void>
}

const StoredSchema = z.object({ manifest: z.string(), content: z.string() })

export async function openPackages(dir: string | SmallFiles, keySet: KeySet | undefined, log: Log): Promise<Packages> {
  const files = typeof dir === 'string' ? await folderFiles(dir) : dir
  const file = 'catalogue.json'
  const catalogue = createCell<HeldCatalogue | null>(null)

  const text = await files.read(file)
  if (text !== undefined && keySet !== undefined) {
    const stored = StoredSchema.safeParse(jsonOrUndefined(text))
    const verified = stored.success
      ? await verifyPackage(stored.data, keySet)
      : ({ ok: false, fault: 'bad-content', detail: 'not a package file' } as const)
    if (verified.ok) hold({ manifest: verified.manifest, catalogue: verified.catalogue }, 'disk')
    else log('catalogue-refused', { source: 'disk', fault: verified.fault, detail: verified.detail })
  }

  function hold(held: HeldCatalogue, source: 'disk' | 'hub'): void {
    catalogue.set(held)
    log('catalogue-taken', { source, version: held.manifest.version, items: held.catalogue.items.length })
  }

  return {
    catalogue,
    async take({ signed, ...verified }) {
      await files.write(file, JSON.stringify(signed))
      hold(verified, 'hub')
    },
  }
}

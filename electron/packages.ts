import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type SignedPackage, verifyPackage } from '../sync/envelope/package.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import type { PackageManifest } from '../sync/protocol/receipt.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'
import { writeAtomically } from './atomic-file.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import { readIfThere } from './trust.ts'

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
  take(signed: SignedPackage, keySet: KeySet): Promise<void>
}

const StoredSchema = z.object({ manifest: z.string(), content: z.string() })

export async function openPackages(dir: string, keySet: KeySet | undefined, log: Log): Promise<Packages> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'catalogue.json')
  const catalogue = createCell<HeldCatalogue | null>(null)

  const text = await readIfThere(file)
  if (text !== undefined && keySet !== undefined) {
    const stored = StoredSchema.safeParse(JSON.parse(text))
    if (stored.success) await hold(stored.data, keySet, 'disk')
    else log('catalogue-refused', { source: 'disk', fault: 'bad-content' })
  }

  async function hold(signed: SignedPackage, keys: KeySet, source: 'disk' | 'hub'): Promise<boolean> {
    const verified = await verifyPackage(signed, keys)
    if (!verified.ok) {
      log('catalogue-refused', { source, fault: verified.fault, detail: verified.detail })
      return false
    }
    const held = catalogue.get()?.manifest
    const { manifest } = verified
    // Versions are compared within an epoch only: a hub restored from a backup counts anew.
    if (held !== undefined && held.hubEpoch === manifest.hubEpoch && manifest.version <= held.version) {
      if (manifest.version < held.version) {
        log('catalogue-refused', { source, fault: 'older', offered: manifest.version, held: held.version })
      }
      return false
    }
    if (source === 'hub') await writeAtomically(file, JSON.stringify(signed))
    catalogue.set({ manifest, catalogue: verified.catalogue })
    log('catalogue-taken', { source, version: manifest.version, items: verified.catalogue.items.length })
    return true
  }

  return {
    catalogue,
    async take(signed, keys) {
      await hold(signed, keys, 'hub')
    },
  }
}

import type { ServiceItem } from '../sync/protocol/service-item.ts'
import type { Cell } from './cell.ts'
import type { HeldCatalogue } from './held-package.ts'

/** A visit lasts at most 45 minutes; more newer catalogues than this do not come in that time. */
const KEPT = 4

/**
 * The catalogues that were held in this run, newest first. A newer one never pulls the form out of a citizen's hands:
 * what she began by the former is taken in by the former, and the hub judges it by the version that she saw.
 */
export interface CataloguesInUse {
  /** The newest catalogue that has this item in this version, or undefined. */
  withItem(id: string, version: number): { readonly held: HeldCatalogue; readonly item: ServiceItem } | undefined
  /** An item in whatever version is newest, also when the present catalogue no longer has it. */
  newest(id: string): ServiceItem | undefined
}

export function rememberCatalogues(catalogue: Pick<Cell<HeldCatalogue | null>, 'get' | 'subscribe'>): CataloguesInUse {
  const held: HeldCatalogue[] = []
  const note = () => {
    const now = catalogue.get()
    if (now === null || now === held[0]) return
    held.unshift(now)
    held.length = Math.min(held.length, KEPT)
  }
  note()
  catalogue.subscribe(note)

  function find(matches: (item: ServiceItem) => boolean) {
    if (catalogue.get() === null) return undefined
    for (const each of held) {
      const item = each.catalogue.items.find(matches)
      if (item !== undefined) return { held: each, item }
    }
    return undefined
  }
  return {
    withItem: (id, version) => find((item) => item.id === id && item.version === version),
    newest: (id) => find((item) => item.id === id)?.item,
  }
}

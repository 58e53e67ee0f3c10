import { randomUUID } from 'node:crypto'
import { MAX_ATTACHMENTS, MAX_MATERIAL_BYTES } from '../sync/protocol/item-parts.ts'
import type { Material } from './attaching.ts'

/** A scanned page that waits to be handed in. */
export interface TrayPage extends Material {
  readonly pageId: string
}

export type Laid = { readonly ok: true } | { readonly ok: false; readonly fault: 'tray-full' | 'page-too-large' }

/** Of all pages together, in memory: 20 pages in colour at 200 dpi are 10 to 20 MB, this is room for worse. */
export const MAX_TRAY_BYTES = 64 * 1024 * 1024

/**
 * What one citizen has scanned for one draft, in memory only, in the order of scanning. Pages of one draft never reach
 * another: laying one for another draft takes the others out. Bounded by pages, by page and in sum.
 */
export interface PaperTray {
  lay(draftId: string, page: Material): Laid
  pagesOf(draftId: string): readonly TrayPage[]
  /** False when there is no such page. */
  discard(draftId: string, pageId: string): boolean
  empty(): void
}

export function createPaperTray(): PaperTray {
  let owner: string | undefined
  let pages: readonly TrayPage[] = []
  const pagesOf = (draftId: string) => (draftId === owner ? pages : [])
  return {
    lay(draftId, page) {
      const here = pagesOf(draftId)
      const bytes = page.plain.length
      if (bytes > MAX_MATERIAL_BYTES) return { ok: false, fault: 'page-too-large' }
      const sum = here.reduce((all, { plain }) => all + plain.length, bytes)
      if (here.length >= MAX_ATTACHMENTS || sum > MAX_TRAY_BYTES) return { ok: false, fault: 'tray-full' }
      owner = draftId
      pages = [...here, { ...page, pageId: randomUUID() }]
      return { ok: true }
    },
    pagesOf,
    discard(draftId, pageId) {
      const here = pagesOf(draftId)
      const kept = here.filter((page) => page.pageId !== pageId)
      if (kept.length === here.length) return false
      pages = kept
      return true
    },
    empty() {
      owner = undefined
      pages = []
    },
  }
}

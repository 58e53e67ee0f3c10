import { z } from 'zod'
import { CatalogueSchema } from '../protocol/service-item.ts'
import { mergeItems } from './item-package.ts'
import { loadItemFinder, publishPackage } from './packages.ts'

const IdsSchema = z.array(z.string()).readonly()
/** How it went; `version` is that of the catalogue that holds the items now. */
export const ItemsPublishedSchema = z.union([
  z.object({ ok: z.literal(true), version: z.int(), added: IdsSchema, changed: IdsSchema, withdrawn: IdsSchema }),
  z.object({ ok: z.literal(false), fault: z.enum(['no-catalogue', 'no-answer']) }),
  z.object({
    ok: z.literal(false),
    fault: z.literal('refused'),
    complaints: z.array(z.object({ place: z.string(), what: z.string() })).readonly(),
  }),
])
export type ItemsPublished = z.infer<typeof ItemsPublishedSchema>

/** Puts a package of items into the newest catalogue, signs it and publishes it; all of the package or nothing. */
export async function publishItems(parts: Parameters<typeof publishPackage>[0], text: string): Promise<ItemsPublished> {
  const newest = await parts.store.newestPackage('catalogue')
  if (newest === undefined) return { ok: false, fault: 'no-catalogue' }
  const find = await loadItemFinder(parts.store)
  const merged = mergeItems(
    text,
    CatalogueSchema.parse(JSON.parse(newest.content)),
    (id, version) => find(id, version)?.item,
  )
  if (!merged.ok) return { ok: false, fault: 'refused', complaints: merged.complaints }
  const { catalogue, added, changed, withdrawn } = merged
  return { ok: true, version: await publishPackage(parts, 'catalogue', catalogue, 'file'), added, changed, withdrawn }
}

import { z } from 'zod'
import { checkItemShape } from './item-checks.ts'
import { ItemShapeSchema } from './item-shape.ts'
import { LocalTextSchema } from './local-text.ts'

export type { Field, FieldOf, FieldType, Option, Prefill } from './item-fields.ts'
export { FieldSchema } from './item-fields.ts'
export type { Material, MaterialSource, Precondition, ProxyRule } from './item-parts.ts'
export type { Rule } from './item-rules.ts'
export { OfflinePolicySchema, type Page, PageSchema } from './item-shape.ts'
export { type LocalText, LocalTextSchema } from './local-text.ts'

/**
 * A service item (事项) as data: who may begin it, what the screens show, which questions they ask, what makes an answer
 * good, which materials it wants, and what the terminal may do with it offline. No item is known to the code by its id
 * (domain.md section 5).
 */
export const ServiceItemSchema = ItemShapeSchema.superRefine((item, context) => {
  checkItemShape(item, (message, path) => context.addIssue({ code: 'custom', message, path: [...path] }))
})
export type ServiceItem = z.infer<typeof ServiceItemSchema>
/** An item as it is written: what has a default may be left out. */
export type ServiceItemInput = z.input<typeof ServiceItemSchema>

/** A place of GB/T 2260: six digits, its name, and whether it is a province, a prefecture or a county. */
export const DivisionSchema = z.object({
  code: z.string().regex(/^\d{6}$/),
  name: LocalTextSchema,
})
export type Division = z.infer<typeof DivisionSchema>

export function divisionLevel(code: string): 'province' | 'prefecture' | 'county' {
  if (code.endsWith('0000')) return 'province'
  return code.endsWith('00') ? 'prefecture' : 'county'
}

export const CatalogueSchema = z.object({
  kind: z.literal('catalogue'),
  region: LocalTextSchema,
  divisions: z.array(DivisionSchema),
  items: z.array(ServiceItemSchema).min(1),
})
export type Catalogue = z.infer<typeof CatalogueSchema>

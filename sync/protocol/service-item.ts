import { z } from 'zod'

/**
 * A service item (事项) as data: what the screens show, which questions they ask, what makes an answer good, and what
 * the terminal may do with it offline. No item is known to the code by its id (issue 2; domain.md section 5).
 */

/** Text by language; zh is always there. */
export const LocalTextSchema = z.object({
  zh: z.string().min(1),
  en: z.string().min(1).optional(),
  ug: z.string().min(1).optional(),
  bo: z.string().min(1).optional(),
})
export type LocalText = z.infer<typeof LocalTextSchema>

const FieldIdSchema = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/)

const FieldCommon = {
  id: FieldIdSchema,
  /** As people say it. */
  label: LocalTextSchema,
  /** The official term, for the hub's file. */
  term: LocalTextSchema.optional(),
  required: z.boolean().default(true),
  /** Asked only when another field's answer is one of these. */
  when: z.object({ field: FieldIdSchema, in: z.array(z.string()).min(1) }).optional(),
}

export const ChoiceFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('choice'),
  options: z
    .array(z.object({ value: z.string().min(1).max(40), label: LocalTextSchema, note: LocalTextSchema.optional() }))
    .min(2),
})
export const TextFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('text'),
  minGlyphs: z.int().min(0),
  maxGlyphs: z.int().min(1).max(200),
})
export const PhoneFieldSchema = z.object({ ...FieldCommon, type: z.literal('phone') })
export const DateFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('date'),
  /** Days from today, negative in the past; inclusive. */
  earliestDays: z.int(),
  latestDays: z.int(),
})
export const DivisionFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('division'),
  /** How deep an answer must go: a province, a prefecture or a county. */
  level: z.enum(['province', 'prefecture', 'county']),
  /** The answer must lie in another province than this field's. */
  otherProvinceThan: FieldIdSchema.optional(),
  /** Where the answer starts from: the division of the card's number. */
  startsFrom: z.enum(['card-division']).optional(),
})
export const FieldSchema = z.discriminatedUnion('type', [
  ChoiceFieldSchema,
  TextFieldSchema,
  PhoneFieldSchema,
  DateFieldSchema,
  DivisionFieldSchema,
])
export type Field = z.infer<typeof FieldSchema>

export const PageSchema = z.object({
  id: FieldIdSchema,
  /** May hold a line break where the sense allows one. */
  question: LocalTextSchema,
  hint: LocalTextSchema.optional(),
  /** At most six on a page (domain.md section 4). */
  fields: z.array(FieldIdSchema).min(1).max(6),
})
export type Page = z.infer<typeof PageSchema>

/** A: accept and queue fully. B: accept, the result needs the hub. C: online only. D: may decide provisionally. */
export const OfflinePolicySchema = z.enum(['A', 'B', 'C', 'D'])

export const ServiceItemSchema = z
  .object({
    id: z.string().regex(/^[A-Z]\d{2,5}$/),
    version: z.int().min(1),
    /** Implementation code, 31 characters (GB/T 39554.1). */
    code: z.string().regex(/^[0-9A-Z]{18}[1-6]\d{12}$/),
    name: LocalTextSchema,
    /** One line: what it is good for. */
    use: LocalTextSchema,
    /** One character that stands for its topic. */
    seal: z.string().min(1).max(2),
    topic: LocalTextSchema,
    department: z.object({ name: LocalTextSchema, uscc: z.string().length(18) }),
    /** Working days; 0 = at once. */
    days: z.object({ legal: z.int().min(0), promised: z.int().min(0) }),
    minutes: z.int().min(1),
    crossProvince: z.boolean(),
    offlinePolicy: OfflinePolicySchema,
    /** Devices of the terminal without which the item cannot be taken. */
    needs: z.array(z.enum(['id-card-reader', 'receipt-printer', 'document-scanner', 'document-printer'])),
    bring: z.array(z.object({ sign: z.enum(['card', 'paper']), what: LocalTextSchema, note: LocalTextSchema })),
    notice: LocalTextSchema.optional(),
    pages: z.array(PageSchema).min(1),
    fields: z.array(FieldSchema).min(1),
    pledge: z.object({ title: LocalTextSchema, text: LocalTextSchema }).optional(),
    signature: z.boolean(),
    /** What happens after it was taken in; the first step is always ours. */
    after: z.array(z.object({ what: LocalTextSchema, note: LocalTextSchema })).min(1),
  })
  .superRefine((item, context) => {
    const known = new Set(item.fields.map((field) => field.id))
    if (known.size !== item.fields.length) context.addIssue({ code: 'custom', message: 'two fields share an id' })
    const placed = item.pages.flatMap((page) => page.fields)
    if (new Set(placed).size !== placed.length) {
      context.addIssue({ code: 'custom', message: 'a field stands on two pages' })
    }
    for (const id of placed) {
      if (!known.has(id)) context.addIssue({ code: 'custom', message: `page names an unknown field: ${id}` })
    }
    for (const id of known) {
      if (!placed.includes(id)) context.addIssue({ code: 'custom', message: `field is on no page: ${id}` })
    }
    for (const field of item.fields) {
      const others = [field.when?.field, field.type === 'division' ? field.otherProvinceThan : undefined]
      for (const other of others) {
        if (other !== undefined && !known.has(other)) {
          context.addIssue({ code: 'custom', message: `field ${field.id} leans on an unknown field: ${other}` })
        }
      }
    }
  })
export type ServiceItem = z.infer<typeof ServiceItemSchema>

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

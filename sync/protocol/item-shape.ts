import { z } from 'zod'
import { ConsentSchema } from './item-consent.ts'
import { FieldSchema } from './item-fields.ts'
import {
  AssuranceLevelSchema,
  MaterialSchema,
  MemberSchema,
  OfflineTextsSchema,
  PreconditionSchema,
  ProxyRuleSchema,
  ResultSchema,
} from './item-parts.ts'
import { RuleSchema } from './item-rules.ts'
import { FieldIdSchema, LocalTextSchema } from './local-text.ts'

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

/** The shape of an item, part by part; how the parts must fit together is in item-checks.ts. */
export const ItemShapeSchema = z.object({
  id: z.string().regex(/^[A-Z]\d{2,5}$/),
  version: z.int().min(1),
  /** What a program must be able to show and check for it (forms-level.ts); 1 when not given. */
  needsForms: z.int().min(1).optional(),
  /** Implementation code, 31 characters (GB/T 39554.1). */
  code: z.string().regex(/^[0-9A-Z]{18}[1-6]\d{12}$/),
  name: LocalTextSchema,
  /** One line: what it is good for. */
  use: LocalTextSchema,
  /** One character that stands for its topic. */
  seal: z.string().min(1).max(2),
  topic: LocalTextSchema,
  /** Other words for it, as people search: 养老金没到账. */
  searchWords: z.array(z.string().min(1).max(40)).max(60).optional(),
  department: z.object({ name: LocalTextSchema, uscc: z.string().length(18) }),
  /** Working days; 0 = at once. */
  days: z.object({ legal: z.int().min(0), promised: z.int().min(0) }),
  minutes: z.int().min(1),
  crossProvince: z.boolean(),
  offlinePolicy: OfflinePolicySchema,
  offline: OfflineTextsSchema.optional(),
  assurance: AssuranceLevelSchema.optional(),
  /** Devices of the terminal without which the item cannot be taken. */
  needs: z.array(z.enum(['id-card-reader', 'receipt-printer', 'document-scanner', 'document-printer'])),
  bring: z.array(z.object({ sign: z.enum(['card', 'paper']), what: LocalTextSchema, note: LocalTextSchema })),
  notice: LocalTextSchema.optional(),
  preconditions: z.array(PreconditionSchema).max(20).optional(),
  proxy: ProxyRuleSchema.optional(),
  pages: z.array(PageSchema).min(1),
  fields: z.array(FieldSchema).min(1),
  rules: z.array(RuleSchema).max(60).optional(),
  materials: z.array(MaterialSchema).max(20).optional(),
  /** What she says yes to before her data is used; one of its name and department when not given (consent.ts). */
  consent: ConsentSchema.optional(),
  pledge: z.object({ title: LocalTextSchema, text: LocalTextSchema }).optional(),
  signature: z.boolean(),
  result: ResultSchema.optional(),
  /** Sub-cases of a one-thing bundle (一件事). */
  members: z.array(MemberSchema).min(2).max(20).optional(),
  /** Soft words, no greeting, no rating (look.md section 5). */
  quiet: z.boolean().optional(),
  /** What happens after it was taken in; the first step is always ours. */
  after: z.array(z.object({ what: LocalTextSchema, note: LocalTextSchema })).min(1),
})
export type ItemShape = z.infer<typeof ItemShapeSchema>

import { z } from 'zod'
import { AnswerConditionSchema, CitizenConditionSchema } from './item-conditions.ts'
import { FieldIdSchema, LocalTextSchema } from './local-text.ts'

/** The parts of a service item beside its form. */

/** 20 MB, the most that one attachment may have (queue-and-sync.md section 4). */
export const MAX_MATERIAL_BYTES = 20 * 1024 * 1024
export const MAX_ATTACHMENTS = 20
/** Characters of the words that are signed, as they are sealed. */
export const MAX_PLEDGE = 500

/** How a material can be given: paper scanned here, an e-licence, data that a department shares; or pledged instead. */
export const MaterialSourceSchema = z.enum(['scan', 'licence', 'shared', 'pledge'])
export type MaterialSource = z.infer<typeof MaterialSourceSchema>

export const MaterialSchema = z.object({
  id: FieldIdSchema,
  name: LocalTextSchema,
  note: LocalTextSchema.optional(),
  /** Wanted only then. */
  when: AnswerConditionSchema.optional(),
  required: z.boolean(),
  sources: z
    .array(z.enum(['scan', 'licence', 'shared']))
    .min(1)
    .max(3),
  /** Type code of the e-licence, 21 characters (GB/T 36904). */
  licenceType: z
    .string()
    .regex(/^[0-9A-Z]{21}$/)
    .optional(),
  maxPages: z.int().min(1).max(MAX_ATTACHMENTS).default(1),
  /** Of each page. */
  maxBytes: z.int().min(1).max(MAX_MATERIAL_BYTES).default(MAX_MATERIAL_BYTES),
  /** The item's pledge, signed, stands for it. */
  pledgeInstead: z.boolean().default(false),
  /** Then said before the pledge's own words: 我这次不交离职证明。 True also of who has it with her where nothing scans. */
  notHandedIn: LocalTextSchema.optional(),
})
export type Material = z.infer<typeof MaterialSchema>

/** What the citizen must be, checked before the first question; `{date}` in the sentence is when the age is reached. */
export const PreconditionSchema = z.object({
  id: FieldIdSchema,
  must: CitizenConditionSchema,
  /** In the citizen's words, with the way on. */
  sentence: LocalTextSchema,
  wayOn: z.enum(['window', 'later', 'another-item']),
})
export type Precondition = z.infer<typeof PreconditionSchema>

/** What the citizen hears when there is no network; with policy D also what the terminal may say by itself. */
export const OfflineTextsSchema = z.object({ text: LocalTextSchema, decision: LocalTextSchema.optional() })

export const AuthoritySchema = z.enum(['principal-present', 'scanned-authority', 'standing-binding', 'legal-guardian'])
export const RelationSchema = z.enum(['child', 'spouse', 'parent', 'guardian', 'official', 'employer', 'other'])

/** The letter of authority (委托书): a material that is wanted when, and only when, it is what the agent comes with. */
const AuthorityPaperSchema = z.object({
  id: FieldIdSchema,
  name: LocalTextSchema,
  note: LocalTextSchema.optional(),
  maxPages: z.int().min(1).max(MAX_ATTACHMENTS).default(1),
})

/** 代办: whether somebody else may hand the item in, and who. */
export const ProxyRuleSchema = z.discriminatedUnion('allowed', [
  z.object({ allowed: z.literal(false), sentence: LocalTextSchema }),
  z.object({
    allowed: z.literal(true),
    /** Who may come instead, in the citizen's words. */
    who: LocalTextSchema,
    authorities: z.array(AuthoritySchema).min(1),
    relations: z
      .array(
        z.object({
          value: RelationSchema,
          label: LocalTextSchema,
        }),
      )
      .min(1),
    /** Age in whole years that the agent must have; any when not given. */
    agentAtLeast: z.int().min(1).max(130).optional(),
    /** What `scanned-authority` scans; without it that authority cannot be shown here. */
    paper: AuthorityPaperSchema.optional(),
  }),
])
export type ProxyRule = z.infer<typeof ProxyRuleSchema>

export const ResultSchema = z.object({
  name: LocalTextSchema,
  /** here: printed or given at this terminal. */
  ways: z.array(z.enum(['here', 'window', 'post', 'electronic', 'message'])).min(1),
  note: LocalTextSchema.optional(),
  /** Handed over in a closed envelope, never on a screen. */
  sealed: z.boolean().optional(),
})

/** One of the sub-cases into which the hub splits a bundle (一件事). */
export const MemberSchema = z.object({
  name: LocalTextSchema,
  department: z.object({ name: LocalTextSchema, uscc: z.string().length(18) }),
  /** Fields that go to this department; all when not given. */
  fields: z.array(FieldIdSchema).min(1).optional(),
})

/**
 * Assurance that a submission needs (domain.md section 2.5): 0 guide, 2 low-risk, 3 certificates and family binding, 4 money,
 * licences and property, for which the resident card's own chip must be read. What each way to sign in is worth stands in
 * sign-in.ts.
 */
export const AssuranceLevelSchema = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
export type AssuranceLevel = z.infer<typeof AssuranceLevelSchema>

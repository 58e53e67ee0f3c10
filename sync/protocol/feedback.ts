import { z } from 'zod'
import { ApplicantSchema } from './applicant.ts'
import { DraftIdSchema, InstantSchema, SubmissionIdSchema } from './ids.ts'
import { HelpersSchema } from './staff.ts'

/**
 * Ratings (好差评) and complaints (投诉建议) as they are asked, sealed and read. A rating never says who rated; a
 * complaint says it only when the citizen gave the name.
 */

/** GB/T 39735: 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意; 1 and 2 are 差评 and ask for reasons. */
export const RATING_LEVELS = [5, 4, 3, 2, 1] as const
export const RatingLevelSchema = z.literal(RATING_LEVELS)
export type RatingLevel = z.infer<typeof RatingLevelSchema>
/** At this level and below a rating is bad, and may say why. */
export const BAD_LEVEL: RatingLevel = 2

export const RATING_REASONS = [
  'too-many-steps',
  'hard-to-understand',
  'not-as-told',
  'too-many-papers',
  'device-trouble',
  'too-slow',
  'nobody-helped',
  'staff-manner',
] as const
export const RatingReasonSchema = z.enum(RATING_REASONS)
export type RatingReason = z.infer<typeof RatingReasonSchema>

export const RATING_MAX_GLYPHS = 200
export const COMPLAINT_MIN_GLYPHS = 4
export const COMPLAINT_MAX_GLYPHS = 200

/**
 * In the place of a service item where an envelope names one in the clear: it says what kind of thing this is, not what
 * was rated or complained of. No item of a catalogue can have such an id.
 */
export const FEEDBACK_ITEM = {
  rating: { id: 'rating', code: 'rating', version: 1 },
  complaint: { id: 'complaint', code: 'complaint', version: 1 },
} as const
const itemNamed = <Id extends keyof typeof FEEDBACK_ITEM>(id: Id) =>
  z.object({ id: z.literal(id), code: z.literal(id), version: z.literal(1) })

/** Words of a citizen, on one line. Counted in glyphs: a rare character is one, also where UTF-16 needs two units. */
const words = (min: number, max: number) =>
  z
    .string()
    .regex(/^[^\p{C}]*$/u)
    .refine((text) => text.trim() === text && [...text].length >= min && [...text].length <= max)

const RatingFields = {
  level: RatingLevelSchema,
  reasons: z.array(RatingReasonSchema).max(RATING_REASONS.length),
  words: words(1, RATING_MAX_GLYPHS).optional(),
}

interface Rated {
  readonly level: RatingLevel
  readonly reasons: readonly RatingReason[]
  readonly words?: string | undefined
}

/** Only a bad rating has reasons and words, and none twice. */
function isSound({ level, reasons, words: said }: Rated): boolean {
  if (new Set(reasons).size !== reasons.length) return false
  return level <= BAD_LEVEL || (reasons.length === 0 && said === undefined)
}
const UNSOUND = 'reasons and words belong to the two lowest levels, each once'

export const RatingPayloadSchema = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('rating'),
    submissionId: SubmissionIdSchema,
    item: itemNamed('rating'),
    /** The application that is rated. */
    about: SubmissionIdSchema,
    ...RatingFields,
    acceptedAt: InstantSchema,
  })
  .refine(isSound, UNSOUND)
export type RatingPayload = z.infer<typeof RatingPayloadSchema>

/** What the page hands main. */
export const RateRequestSchema = z
  .strictObject({ draftId: DraftIdSchema, about: SubmissionIdSchema, ...RatingFields })
  .refine(isSound, UNSOUND)
export type RateRequest = z.infer<typeof RateRequestSchema>

export const StaffNumberSchema = z.string().regex(/^[0-9A-Za-z-]{1,12}$/)
export const ComplaintAboutSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('item'), itemId: z.string().min(1).max(40) }),
  z.strictObject({ what: z.literal('hall') }),
  z.strictObject({ what: z.literal('staff'), staffNumber: StaffNumberSchema }),
  z.strictObject({ what: z.literal('else') }),
])
export type ComplaintAbout = z.infer<typeof ComplaintAboutSchema>
export const COMPLAINT_SORTS = ['投诉', '建议'] as const
export const ComplaintSortSchema = z.enum(COMPLAINT_SORTS)
export type ComplaintSort = z.infer<typeof ComplaintSortSchema>

const ComplaintFields = {
  about: ComplaintAboutSchema,
  sort: ComplaintSortSchema,
  words: words(COMPLAINT_MIN_GLYPHS, COMPLAINT_MAX_GLYPHS),
  anonymous: z.boolean(),
  /** A mobile number. */
  contact: z
    .string()
    .regex(/^1[3-9]\d{9}$/)
    .optional(),
}
const NAMELESS = 'an anonymous complaint names nobody'

export const ComplaintPayloadSchema = z
  .strictObject({
    v: z.literal(1),
    kind: z.literal('complaint'),
    submissionId: SubmissionIdSchema,
    item: itemNamed('complaint'),
    ...ComplaintFields,
    applicant: ApplicantSchema.optional(),
    /** Staff who helped since the visit's last submission, as of an application: words said beside somebody are read so. */
    assistedBy: HelpersSchema.optional(),
    acceptedAt: InstantSchema,
  })
  .refine((each) => !each.anonymous || (each.contact === undefined && each.applicant === undefined), NAMELESS)
export type ComplaintPayload = z.infer<typeof ComplaintPayloadSchema>

/** What the page hands main, which adds the applicant itself. */
export const ComplainRequestSchema = z
  .strictObject({ draftId: DraftIdSchema, ...ComplaintFields })
  .refine((each) => !each.anonymous || each.contact === undefined, NAMELESS)
export type ComplainRequest = z.infer<typeof ComplainRequestSchema>

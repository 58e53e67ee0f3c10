import { z } from 'zod'
import { AnswerConditionSchema } from './item-conditions.ts'
import { FieldIdSchema, LocalTextSchema } from './local-text.ts'

/** The kinds of question that a form can ask, and what a good answer is. An answer is always one text (answers.ts). */

/** Where an answer comes from before anybody types: the card's chip, or what a department shares by a key. */
export const PrefillSchema = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('card'),
    part: z.enum(['name', 'id-number', 'birth', 'address', 'division']),
  }),
  z.strictObject({ from: z.literal('shared'), key: z.string().regex(/^[a-z][a-z0-9.-]{0,59}$/) }),
])
export type Prefill = z.infer<typeof PrefillSchema>

const FieldCommon = {
  id: FieldIdSchema,
  /** As people say it. */
  label: LocalTextSchema,
  /** The official term, for the hub's file. */
  term: LocalTextSchema.optional(),
  /** The whole question, for a page that asks nothing else (elder mode). */
  question: LocalTextSchema.optional(),
  /** Half a sentence that helps to answer. */
  hint: LocalTextSchema.optional(),
  required: z.boolean().default(true),
  /** Asked only then. */
  when: AnswerConditionSchema.optional(),
  prefill: PrefillSchema.optional(),
  /** Never spoken aloud, shown as signs when somebody steps near. */
  sensitive: z.boolean().optional(),
}

const OptionSchema = z.object({
  value: z.string().min(1).max(40),
  label: LocalTextSchema,
  note: LocalTextSchema.optional(),
})
export type Option = z.infer<typeof OptionSchema>

export const ChoiceFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('choice'),
  options: z.array(OptionSchema).min(2),
})
/** Answer: the chosen values with commas between, in the order of the options. */
export const MultiChoiceFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('multi-choice'),
  options: z.array(OptionSchema).min(2),
  minChosen: z.int().min(1).default(1),
  maxChosen: z.int().min(1).optional(),
})
export const TextFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('text'),
  minGlyphs: z.int().min(0),
  maxGlyphs: z.int().min(1).max(200),
})
/** 2 to 50 glyphs: Han with "·" between parts, or Latin letters. */
export const PersonNameFieldSchema = z.object({ ...FieldCommon, type: z.literal('person-name') })
export const PhoneFieldSchema = z.object({ ...FieldCommon, type: z.literal('phone') })
/** Answer: ISO date. */
export const DateFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('date'),
  /** Days from today, negative in the past; inclusive. */
  earliestDays: z.int(),
  latestDays: z.int(),
})
/** Answer: YYYY-MM. */
export const MonthFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('month'),
  /** Months from this one, negative in the past; inclusive. */
  earliestMonths: z.int(),
  latestMonths: z.int(),
})
const LevelSchema = z.enum(['province', 'prefecture', 'county'])
/** Answer: six digits. */
export const DivisionFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('division'),
  /** How deep an answer must go: a province, a prefecture or a county. */
  level: LevelSchema,
  /** The answer must lie in another province than this field's. */
  otherProvinceThan: FieldIdSchema.optional(),
  /** Where the answer starts from: the division of the card's number. */
  startsFrom: z.enum(['card-division']).optional(),
})
/** Answer: division, one space, street and house (`990101 临河路1号`). */
export const AddressFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('address'),
  level: LevelSchema.default('county'),
  minGlyphs: z.int().min(1).default(5),
  maxGlyphs: z.int().min(1).max(100).default(100),
  startsFrom: z.enum(['card-division']).optional(),
})
/** A person's number of any of these kinds (person-numbers.ts); all but the card of 2017 without it. */
export const IdNumberFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('id-number'),
  kinds: z
    .array(z.enum(['citizen', 'hk-mo-tw', 'foreigner-2023', 'foreigner-2017']))
    .min(1)
    .default(['citizen', 'hk-mo-tw', 'foreigner-2023']),
})
/** Unified social credit code. */
export const UsccFieldSchema = z.object({ ...FieldCommon, type: z.literal('uscc') })
export const BankCardFieldSchema = z.object({ ...FieldCommon, type: z.literal('bank-card') })
/** Answer: yuan with at most two decimals. */
export const AmountFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('amount'),
  minFen: z.int().min(0),
  maxFen: z.int().min(1),
})
export const WholeNumberFieldSchema = z.object({
  ...FieldCommon,
  type: z.literal('whole-number'),
  min: z.int().min(0),
  max: z.int().min(1),
  /** What is counted: 人, 份, 个月. */
  unit: LocalTextSchema.optional(),
})
/** Validators that a `code` field may name (answer-values.ts). */
export const CodeValidatorSchema = z.enum([
  'item-code',
  'case-code',
  'licence-id',
  'birth-certificate',
  'disability-certificate',
  'postal-code',
  /** 6 to 24 digits and capital letters: an account or paper number without a public check. */
  'account',
])
export type CodeValidator = z.infer<typeof CodeValidatorSchema>
export const CodeFieldSchema = z.object({ ...FieldCommon, type: z.literal('code'), validator: CodeValidatorSchema })

export const FieldSchema = z.discriminatedUnion('type', [
  ChoiceFieldSchema,
  MultiChoiceFieldSchema,
  TextFieldSchema,
  PersonNameFieldSchema,
  PhoneFieldSchema,
  DateFieldSchema,
  MonthFieldSchema,
  DivisionFieldSchema,
  AddressFieldSchema,
  IdNumberFieldSchema,
  UsccFieldSchema,
  BankCardFieldSchema,
  AmountFieldSchema,
  WholeNumberFieldSchema,
  CodeFieldSchema,
])
export type Field = z.infer<typeof FieldSchema>
export type FieldType = Field['type']
export type FieldOf<T extends FieldType> = Extract<Field, { type: T }>

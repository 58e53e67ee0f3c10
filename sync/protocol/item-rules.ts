import { z } from 'zod'
import { AnswerConditionSchema } from './item-conditions.ts'
import { FieldIdSchema, LocalTextSchema } from './local-text.ts'

/**
 * What must hold between answers. A rule is looked at when all fields that it names are asked, answered and good by
 * themselves, and its `when` holds; its fault stands at the field that it names last.
 */
const RuleCommon = {
  id: FieldIdSchema,
  when: AnswerConditionSchema.optional(),
  /** What the citizen reads when it does not hold, instead of the usual sentence. */
  sentence: LocalTextSchema.optional(),
}

/** A field, or what the card says. */
const ReferenceSchema = z.union([FieldIdSchema, z.enum(['card.name', 'card.idNumber', 'card.birth'])])

export const RuleSchema = z.discriminatedUnion('kind', [
  /** `from` is not after (or above) `to`: two dates, months, amounts or whole numbers; dates at most so far apart. */
  z.object({
    ...RuleCommon,
    kind: z.literal('order'),
    from: FieldIdSchema,
    to: FieldIdSchema,
    atMostDays: z.int().min(1).optional(),
  }),
  z.object({ ...RuleCommon, kind: z.literal('equal'), to: ReferenceSchema, field: FieldIdSchema }),
  z.object({ ...RuleCommon, kind: z.literal('differ'), from: ReferenceSchema, field: FieldIdSchema }),
  /** Amounts or whole numbers together are equal to, or at most, another. */
  z.object({
    ...RuleCommon,
    kind: z.literal('sum'),
    of: z.array(FieldIdSchema).min(2),
    must: z.enum(['equal', 'be-at-most']),
    field: FieldIdSchema,
  }),
  /** Age in whole years of who was born on that date, or has that number; today, or on the day of another field. */
  z.object({
    ...RuleCommon,
    kind: z.literal('age'),
    on: FieldIdSchema.optional(),
    atLeast: z.int().min(0).max(130).optional(),
    atMost: z.int().min(0).max(130).optional(),
    field: FieldIdSchema,
  }),
  /** A division or address lies in one of these, each of 2, 4 or 6 digits. */
  z.object({
    ...RuleCommon,
    kind: z.literal('within'),
    divisions: z.array(z.string().regex(/^(\d{2}){1,3}$/)).min(1),
    field: FieldIdSchema,
  }),
  /**
   * No fault: an answer that may be right and is seldom so. The page that asks "对吗？" comes before the summary.
   * `value`: the number itself, amounts in yuan; `age`: of a date or a person's number. `{value}` in the sentence.
   */
  z.object({
    ...RuleCommon,
    kind: z.literal('odd'),
    measure: z.enum(['value', 'age']),
    below: z.number().optional(),
    above: z.number().optional(),
    sentence: LocalTextSchema,
    field: FieldIdSchema,
  }),
])
export type Rule = z.infer<typeof RuleSchema>

/** All references of a rule, `card.…` ones among them, in its order. */
export function referencesOf(rule: Rule): readonly string[] {
  switch (rule.kind) {
    case 'order':
      return [rule.from, rule.to]
    case 'equal':
      return [rule.to, rule.field]
    case 'differ':
      return [rule.from, rule.field]
    case 'sum':
      return [...rule.of, rule.field]
    case 'age':
      return rule.on === undefined ? [rule.field] : [rule.on, rule.field]
    case 'within':
    case 'odd':
      return [rule.field]
  }
}

/** The field at which a rule's fault stands. */
export function faultyFieldOf(rule: Rule): string {
  return rule.kind === 'order' ? rule.to : rule.field
}

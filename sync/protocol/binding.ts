import { z } from 'zod'
import { ApplicantSchema } from './applicant.ts'
import { ConsentGivenSchema, consentFault, MAX_CONSENT_TEXT } from './consent.ts'
import { ageOn, checkIdNumber, isRealDate } from './id-number.ts'
import { DraftIdSchema, InstantSchema, SubmissionIdSchema } from './ids.ts'
import type { Consent } from './item-consent.ts'
import type { RelationSchema } from './item-parts.ts'
import { HelpersSchema } from './staff.ts'

/**
 * Standing bindings (亲情绑定): the principal lets a member of the family act for her without being there, for a time and
 * within a scope. Made with both cards beside each other, ended by either of the two alone. Screen, terminal and hub
 * hold to the same rules.
 */

/** In the place of a service item where an envelope names one in the clear. No item of a catalogue has such an id. */
export const BINDING_ITEM = { id: 'proxy-binding', code: 'proxy-binding', version: 1 } as const

/** What the agent is to the principal: family. A guardian needs no binding, an official or employer gets none. */
export const BINDING_RELATIONS = ['child', 'spouse', 'parent', 'other'] as const
export const BindingRelationSchema = z.enum(BINDING_RELATIONS) satisfies z.ZodType<z.infer<typeof RelationSchema>>
export type BindingRelation = z.infer<typeof BindingRelationSchema>

/** Whole months that a binding may last; a year at most. */
export const BINDING_MONTHS = [12, 6, 3] as const
const MAX_BINDING_MONTHS = 12
export const MAX_SCOPE_ITEMS = 20

/** Which items the agent may hand in by it. Whether an item takes a binding at all, the item says. */
export const BindingScopeSchema = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('all') }),
  z.strictObject({ of: z.literal('items'), ids: z.array(z.string().min(1).max(20)).min(1).max(MAX_SCOPE_ITEMS) }),
])
export type BindingScope = z.infer<typeof BindingScopeSchema>

export function inScope(scope: BindingScope, itemId: string): boolean {
  return scope.of === 'all' || scope.ids.includes(itemId)
}

/** The hub's name of a binding: random, says nothing of anybody. */
export const BindingIdSchema = z.uuid()
/** Which of the two asks that it ends. */
export const BindingSideSchema = z.enum(['agent', 'principal'])
export type BindingSide = z.infer<typeof BindingSideSchema>

const MakeBindingSchema = z.strictObject({
  what: z.literal('make'),
  agent: ApplicantSchema,
  principal: ApplicantSchema,
  relation: BindingRelationSchema,
  scope: BindingScopeSchema,
  /** The last day on which it holds, ISO date in China. */
  until: z.iso.date(),
  consent: ConsentGivenSchema.optional(),
})
export type MakeBinding = z.infer<typeof MakeBindingSchema>
const WithdrawBindingSchema = z.strictObject({
  what: z.literal('withdraw'),
  bindingId: BindingIdSchema,
  side: BindingSideSchema,
  by: ApplicantSchema,
})
export type WithdrawBinding = z.infer<typeof WithdrawBindingSchema>

/** What is sealed. */
export const BindingPayloadSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('proxy-binding'),
  submissionId: SubmissionIdSchema,
  item: z.object({
    id: z.literal(BINDING_ITEM.id),
    code: z.literal(BINDING_ITEM.code),
    version: z.literal(BINDING_ITEM.version),
  }),
  binding: z.discriminatedUnion('what', [MakeBindingSchema, WithdrawBindingSchema]),
  /** Staff who helped. Main puts it in; the page has no say. */
  assistedBy: HelpersSchema.optional(),
  acceptedAt: InstantSchema,
})
export type BindingPayload = z.infer<typeof BindingPayloadSchema>

/** What the page hands main, which adds both cards itself. */
export const BindRequestSchema = z.strictObject({
  draftId: DraftIdSchema,
  relation: BindingRelationSchema,
  scope: BindingScopeSchema,
  until: z.iso.date(),
  /** The words that they said yes to (BINDING_CONSENT): main takes no others. */
  consent: z.string().max(MAX_CONSENT_TEXT),
})
export type BindRequest = z.infer<typeof BindRequestSchema>
/** One that main was told of in this visit. */
export const UnbindRequestSchema = z.strictObject({ draftId: DraftIdSchema, bindingId: BindingIdSchema })
export type UnbindRequest = z.infer<typeof UnbindRequestSchema>

/** What both are told, and say yes to by pressing 确认. */
export const BINDING_CONSENT: Consent = {
  purpose: { zh: '以后由家人替本人办事，本人不用到场', en: 'A relative acts for the card’s owner, who need not come' },
  fields: { zh: '两位的身份证信息、关系', en: 'Both cards’ data, the relation' },
  receiver: { zh: '政务服务总枢纽和办事的部门', en: 'The service hub and the departments in charge' },
  keeping: { zh: '到期或解除后3年', en: '3 years after it ends' },
}
/** As consentText and consentFault ask for it. */
export const BINDING_CONSENTED: Parameters<typeof consentFault>[0] = {
  consent: BINDING_CONSENT,
  name: { zh: '绑定家人', en: 'Binding' },
  department: { name: { zh: '政务服务总枢纽' }, uscc: '' },
}

export const BindingFaultSchema = z.enum([
  /** One of the two cards was not read by its chip. */
  'card-missing',
  'same-person',
  'agent-too-young',
  /** A child's guardian acts for it without a binding. */
  'principal-too-young',
  /** A number that is no good one, or of a kind that cannot be looked up later. */
  'bad-number',
  'until-past',
  'until-too-late',
  'consent-missing',
])
export type BindingFault = z.infer<typeof BindingFaultSchema>

/** Of age at 18 (民法典 article 17). */
const OF_AGE_YEARS = 18

/**
 * All that is wrong with making a binding.
 * @param today ISO date in China on which it was made.
 * @param sha256Hex of a text's UTF-8 bytes.
 */
export function bindingFaults(
  { agent, principal, until, consent }: Pick<MakeBinding, 'agent' | 'principal' | 'until' | 'consent'>,
  today: string,
  sha256Hex: (text: string) => string,
): readonly BindingFault[] {
  const faults: BindingFault[] = [...peopleFaults(agent, principal, today)]
  if (until < today) faults.push('until-past')
  if (until > bindingEnd(today, MAX_BINDING_MONTHS)) faults.push('until-too-late')
  if (consentFault(BINDING_CONSENTED, consent, sha256Hex) !== undefined) faults.push('consent-missing')
  return faults
}

type Holder = Pick<MakeBinding['agent'], 'idNumber' | 'birth' | 'source'>

/** The same of the two people alone: said before anything else is asked. */
export function peopleFaults(agent: Holder, principal: Holder, today: string): readonly BindingFault[] {
  const both = [agent, principal]
  const faults: BindingFault[] = []
  if (both.some(({ source }) => source !== 'id-card-chip')) faults.push('card-missing')
  if (agent.idNumber === principal.idNumber) faults.push('same-person')
  if (ageOn(agent.birth, today) < OF_AGE_YEARS) faults.push('agent-too-young')
  if (ageOn(principal.birth, today) < OF_AGE_YEARS) faults.push('principal-too-young')
  if (both.some(({ idNumber }) => !checkIdNumber(idNumber, today).ok)) faults.push('bad-number')
  return faults
}

/** The last day of a binding that begins today and lasts so many months: the same day of the month, or its last. */
export function bindingEnd(today: string, months: number): string {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number)
  const index = year * 12 + month - 1 + months
  const head = `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`
  for (let last = day; last > 28; last--) if (isRealDate(`${head}-${last}`)) return `${head}-${last}`
  return `${head}-${String(Math.min(day, 28)).padStart(2, '0')}`
}

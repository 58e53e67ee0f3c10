import { z } from 'zod'
import { type Applicant, CardApplicantSchema } from './applicant.ts'
import { BindingIdSchema } from './binding.ts'
import { checkIdNumber } from './id-number.ts'
import {
  AuthoritySchema,
  MAX_MATERIAL_BYTES,
  type MaterialSchema,
  type ProxyRuleSchema,
  RelationSchema,
} from './item-parts.ts'
import type { PersonNumberKind } from './person-numbers.ts'

/**
 * 代办 as it travels: somebody (the agent) hands an item in for somebody else (the principal). The submission's applicant
 * is the principal, so that whatever an item asks of its citizen is asked of the right one. What must hold is in
 * proxy-rules.ts.
 */

export type Relation = z.infer<typeof RelationSchema>
export type Authority = z.infer<typeof AuthoritySchema>

/** A number of 18 characters: the foreigner's card of 2017 has none, its holder goes to the window. */
export const PRINCIPAL_NUMBER_LENGTH = 18
export const PrincipalSchema = z.object({
  name: z.string().min(1).max(60),
  idNumber: z.string().length(PRINCIPAL_NUMBER_LENGTH),
})
export type Principal = z.infer<typeof PrincipalSchema>

/** What the page asks for. Who stands there, and whether the principal's card was read, main knows by itself. */
export const ProxyClaimSchema = z.object({
  principal: PrincipalSchema,
  relation: RelationSchema,
  authority: AuthoritySchema,
})
export type ProxyClaim = z.infer<typeof ProxyClaimSchema>

/** The same by a standing binding: the page knows no more of the principal than the binding's name. */
export const BoundClaimSchema = z.strictObject({
  bindingId: BindingIdSchema,
  relation: RelationSchema,
  authority: z.literal('standing-binding'),
})
export type BoundClaim = z.infer<typeof BoundClaimSchema>

/** What is sealed. */
export const ProxyBlockSchema = z.object({
  /** As read from the chip. */
  agent: CardApplicantSchema,
  /** The submission's applicant; from a second chip when the principal is present. */
  principal: PrincipalSchema.extend({ source: z.enum(['id-card-chip', 'typed']) }),
  relation: RelationSchema,
  authority: AuthoritySchema,
  /** What the agent may do for the principal by this: hand in this one submission of this item, nothing else. */
  scope: z.object({ itemCode: z.string().length(31), through: z.literal('this-submission') }),
})
export type ProxyBlock = z.infer<typeof ProxyBlockSchema>

/** Submissions that one agent may hand in on one day for others, over all terminals (domain.md section 4). */
export const AGENT_DAY_LIMIT = 5

/** An applicant of whom only name and number are known, as somebody typed them; undefined when that is no number. */
export function typedApplicant(
  { name, idNumber }: Principal,
  kind: PersonNumberKind,
  readAt: string,
  today: string,
): Applicant | undefined {
  const checked = checkIdNumber(idNumber, today)
  if (!checked.ok) return undefined
  const { birth, sex } = checked
  return { cardType: kind, name, idNumber, sex, birth, address: '', validTo: '', source: 'typed', readAt }
}

/** Puts the two cards, or the card and what was typed, together with what the page asked for. */
export function proxyOf(
  { relation, authority }: Pick<ProxyClaim, 'relation' | 'authority'>,
  agent: Applicant,
  { name, idNumber, source }: Applicant,
  item: { readonly code: string },
): ProxyBlock | undefined {
  const proxy = ProxyBlockSchema.safeParse({
    agent,
    principal: { name, idNumber, source },
    relation,
    authority,
    scope: { itemCode: item.code, through: 'this-submission' },
  })
  return proxy.success ? proxy.data : undefined
}

interface WithMaterials {
  readonly proxy?: z.infer<typeof ProxyRuleSchema> | undefined
  readonly materials?: z.infer<typeof MaterialSchema>[] | undefined
}

/** The item with its letter of authority among the materials, when that is what the agent comes with. */
export function withAuthorityPaper<Item extends WithMaterials>(item: Item, authority: Authority | undefined): Item {
  if (authority !== 'scanned-authority' || item.proxy?.allowed !== true || item.proxy.paper === undefined) return item
  const paper: z.infer<typeof MaterialSchema> = {
    ...item.proxy.paper,
    required: true,
    sources: ['scan'],
    maxBytes: MAX_MATERIAL_BYTES,
    pledgeInstead: false,
  }
  return { ...item, materials: [...(item.materials ?? []), paper] }
}

import { z } from 'zod'
import type { Applicant } from './applicant.ts'
import type { AssuranceLevel as ItemAssurance } from './item-parts.ts'
import { HelperSchema } from './staff.ts'

/**
 * How a citizen signed in, and how sure that makes anybody of who stands there. Main writes it by what it saw itself; it
 * is sealed into the application, and the hub looks at it again. A face is no way to sign in: it may be compared beside a
 * card (electron/face-compare.ts), so nothing can ever ask for a face alone.
 */
export const SignInWaySchema = z.enum([
  /** The chip of a resident card, which the reader's module proves to be genuine. */
  'id-card',
  /** EF05 and EF06 of a social-security card: read without a PIN, and nothing in it proves that the card is genuine. */
  'social-security-card',
  /** A code off the citizen's phone, redeemed by the hub. */
  'code',
  /** A member of staff saw the papers, and typed what they say. */
  'witness',
])
export type SignInWay = z.infer<typeof SignInWaySchema>

/** From the weakest to the strongest. */
export const AssuranceSchema = z.enum(['provisional', 'substantial', 'high'])
export type Assurance = z.infer<typeof AssuranceSchema>

export const ASSURANCE_OF: Readonly<Record<SignInWay, Assurance>> = {
  'id-card': 'high',
  'social-security-card': 'substantial',
  code: 'substantial',
  witness: 'provisional',
}

/** @returns whether `given` is worth at least `needed`. */
export function suffices(given: Assurance, needed: Assurance): boolean {
  return AssuranceSchema.options.indexOf(given) >= AssuranceSchema.options.indexOf(needed)
}

/** The levels that items name (domain.md section 2.5), as what a sign-in must be worth. An item that says nothing asks for little. */
const NEEDED: Readonly<Record<ItemAssurance, Assurance>> = {
  0: 'provisional',
  1: 'provisional',
  2: 'provisional',
  3: 'substantial',
  4: 'high',
}

export function assuranceNeeded(item: { readonly assurance?: ItemAssurance | undefined }): Assurance {
  return NEEDED[item.assurance ?? 0]
}

export const SignInSchema = z
  .object({
    by: SignInWaySchema,
    assurance: AssuranceSchema,
    /** Who saw the papers; with "witness", and with nothing else. */
    witness: HelperSchema.optional(),
  })
  .refine(
    ({ by, witness }) => (by === 'witness') === (witness !== undefined),
    'a witness has a name, and nobody else is one',
  )
export type SignIn = z.infer<typeof SignInSchema>

export function signInBy(by: Exclude<SignInWay, 'witness'>): SignIn {
  return { by, assurance: ASSURANCE_OF[by] }
}

const SOURCE_OF: Readonly<Record<SignInWay, Applicant['source']>> = {
  'id-card': 'id-card-chip',
  'social-security-card': 'social-security-card',
  code: 'code',
  witness: 'witness',
}

export type SignInFault =
  /** Another way than the applicant's data come from, or worth something else than that way is. */
  | 'sign-in-disagrees'
  /** The item asks for more. */
  | 'sign-in-too-low'

/**
 * What is wrong with a sign-in for an item.
 * @param signIn undefined in what was sealed before there were several ways: then a card's chip had been read.
 * @param seen who stood there: the applicant, or the agent who hands it in for one.
 */
export function signInFault(
  item: Parameters<typeof assuranceNeeded>[0],
  signIn: SignIn | undefined,
  seen: Pick<Applicant, 'source'>,
): SignInFault | undefined {
  const said = signIn ?? signInBy('id-card')
  if (SOURCE_OF[said.by] !== seen.source || ASSURANCE_OF[said.by] !== said.assurance) return 'sign-in-disagrees'
  return suffices(said.assurance, assuranceNeeded(item)) ? undefined : 'sign-in-too-low'
}

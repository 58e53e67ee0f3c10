import { z } from 'zod'
import { checkLicenceId } from './affair-codes.ts'
import { LocalTextSchema } from './local-text.ts'
import type { Material } from './service-item.ts'

/** E-licences in the place of papers. */

/** An e-licence (电子证照) as its issuer's register has it. */
export const LicenceSchema = z.object({
  /** GB/T 36904, with its check character. */
  id: z.string().min(1).max(120),
  /** Type code, 21 characters. */
  type: z.string().length(21),
  name: LocalTextSchema,
  issuer: LocalTextSchema,
  validFrom: z.iso.date(),
  /** Null: for ever. */
  validTo: z.iso.date().nullable(),
  state: z.enum(['valid', 'suspended', 'revoked']),
})
export type Licence = z.infer<typeof LicenceSchema>

export type LicenceUse = 'usable' | 'not-yet' | 'expired' | 'suspended' | 'revoked'

/** @param today ISO date; both days of its validity are days on which it is good. */
export function licenceUse({ state, validFrom, validTo }: Licence, today: string): LicenceUse {
  if (state !== 'valid') return state
  if (today < validFrom) return 'not-yet'
  return validTo !== null && validTo < today ? 'expired' : 'usable'
}

/** The licence of a material's type that is best: one that can be used, else the one that says why not. */
export function licenceFor(
  { sources, licenceType }: Pick<Material, 'sources' | 'licenceType'>,
  licences: readonly Licence[],
  today: string,
): Licence | undefined {
  if (licenceType === undefined || !sources.includes('licence')) return undefined
  const ofType = licences.filter((each) => each.type === licenceType && isLicenceOf(each.id, licenceType))
  return ofType.find((each) => licenceUse(each, today) === 'usable') ?? ofType[0]
}

/** Whether a text is an identifier of GB/T 36904 with its check character, of this type. */
export function isLicenceOf(id: string, licenceType: string | undefined): boolean {
  const checked = checkLicenceId(id)
  return checked.ok && (licenceType === undefined || checked.type === licenceType)
}

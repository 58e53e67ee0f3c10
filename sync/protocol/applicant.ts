import { z } from 'zod'
import { InstantSchema } from './ids.ts'

/**
 * Who applies: as read from the chip of a card and checked by main, as another way of signing in has it (sign-in.ts), or
 * the principal of a proxy whose name and number somebody typed. Only a resident card has an address; what is typed
 * proves nothing. The hub looks it up.
 */
export const ApplicantSchema = z.object({
  cardType: z.enum(['citizen', 'foreigner-2017', 'foreigner-2023', 'hk-mo-tw']),
  name: z.string().min(1).max(60),
  idNumber: z.string().min(15).max(18),
  sex: z.enum(['male', 'female', 'unknown']),
  birth: z.iso.date(),
  address: z.string().max(100),
  validTo: z.string().max(10),
  source: z.enum(['id-card-chip', 'social-security-card', 'code', 'witness', 'typed']),
  readAt: InstantSchema,
})
export type Applicant = z.infer<typeof ApplicantSchema>

/** Whoever stands there: seen by the own card. */
export const CardApplicantSchema = ApplicantSchema.extend({ source: z.literal('id-card-chip') })

import { oc } from '@orpc/contract'
import { z } from 'zod'
import { MAX_CONSENT_TEXT } from '../../sync/protocol/consent.ts'
import { LicenceSchema, PersonCaseSchema, PersonNoticeSchema, SharedValueSchema } from '../../sync/protocol/person.ts'

/** What the hub is asked about whoever's card is in the visit, and about nobody else: the page names no person. */

/** Why nothing was told. */
export const UntoldSchema = z.enum([
  /** There is no hub to ask now. */
  'offline',
  /** It did not answer in the time that she is made to wait, or cannot answer. */
  'no-answer',
  /** No checked card is in the session, or another one by now. */
  'no-card',
  /** Other words than the item's own: nothing is asked without her yes. */
  'not-agreed',
  /** Staff sees the form that is open, and nobody's cases. */
  'staff-helping',
  /** More often than anybody needs. */
  'too-many-tries',
])
export type Untold = z.infer<typeof UntoldSchema>
const untold = z.object({ outcome: UntoldSchema })

export const PersonDataSchema = z.union([
  z.object({
    outcome: z.literal('told'),
    shared: z.array(SharedValueSchema),
    licences: z.array(LicenceSchema),
  }),
  untold,
])
export type PersonData = z.infer<typeof PersonDataSchema>

export const PersonItemSchema = z.object({
  item: z.object({ id: z.string().max(20), version: z.int() }),
  /** The words that she said yes to. */
  consent: z.string().max(MAX_CONSENT_TEXT),
})
export type PersonItem = z.infer<typeof PersonItemSchema>

export const MyCasesSchema = z.union([
  z.object({ outcome: z.literal('told'), cases: z.array(PersonCaseSchema) }),
  untold,
])
export type MyCases = z.infer<typeof MyCasesSchema>

export const MyNoticesSchema = z.union([
  z.object({ outcome: z.literal('told'), notices: z.array(PersonNoticeSchema) }),
  untold,
])
export type MyNotices = z.infer<typeof MyNoticesSchema>

/** For an item: answers that departments share, and e-licences in the place of its papers. */
export const data = oc.input(PersonItemSchema).output(PersonDataSchema)
/** Her cases, wherever they were handed in. */
export const cases = oc.output(MyCasesSchema)

/** What others did for her, or with her: she is told here too. */
export const notices = oc.output(MyNoticesSchema)

export const person = { data, cases, notices }

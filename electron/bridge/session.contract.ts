import { oc } from '@orpc/contract'
import { z } from 'zod'
import { AnswersSchema } from '../../sync/protocol/answers.ts'
import { ApplicantSchema } from '../../sync/protocol/applicant.ts'
import { DraftIdSchema } from '../../sync/protocol/ids.ts'
import { MaterialsGivenSchema } from '../../sync/protocol/materials.ts'
import { ProxyClaimSchema } from '../../sync/protocol/proxy.ts'
import { SignatureSchema } from '../../sync/protocol/submission.ts'

/** Where a citizen stands, so that a lost page can go on. In main's memory only (design.md section 4, step 1). */
export const SnapshotSchema = z.object({
  draftId: DraftIdSchema,
  item: z.object({ id: z.string(), version: z.int() }),
  /** Index of the form page, "papers" once all are filled, "confirm" once the papers are there too. */
  step: z.union([z.int().min(0), z.enum(['papers', 'confirm'])]),
  /** How its pages are cut: `step` counts in this mode. */
  mode: z.enum(['standard', 'elder']).optional(),
  answers: AnswersSchema,
  signature: SignatureSchema.optional(),
  /** How each paper is given, as far as that is settled; what was scanned lies in main's tray. */
  papers: MaterialsGivenSchema.optional(),
  /** Papers that may be left out, and are. */
  papersLeftOut: z.array(z.string().min(1).max(60)).max(20).optional(),
  /** She said yes to the item's consent. */
  agreed: z.boolean().optional(),
  /** For whom it is filled in, when not for whoever's card is in the visit. */
  proxy: ProxyClaimSchema.extend({ principal: ApplicantSchema }).optional(),
})
export type Snapshot = z.infer<typeof SnapshotSchema>

/**
 * Called once by each document before anything else, with a number of its own. A new document begins without a card,
 * so that whoever stands there puts it on the reader again; a reconnecting one keeps its visit.
 */
export const open = oc.input(z.object({ pageId: z.uuid() })).output(z.object({ sameVisit: z.boolean() }))
/** Binds the snapshot to the card in the session; refused without one. */
export const save = oc.input(SnapshotSchema).output(z.object({ saved: z.boolean() }))
/** The snapshot of the card that was read as `readId`, if the page was lost less than 120 s ago and it is the same card. */
export const restore = oc.input(z.object({ readId: z.uuid() })).output(SnapshotSchema.nullable())
/** Drops card, snapshot and secrets. The page loads a fresh document right after. */
export const end = oc
  .input(z.object({ why: z.enum(['done', 'left', 'idle', 'card-changed', 'fault']) }))
  .output(z.object({ wiped: z.literal(true) }))

export const session = { open, save, restore, end }

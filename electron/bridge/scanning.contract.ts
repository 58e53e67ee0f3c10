import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { PageFormatSchema, ScanFaultSchema } from '../../drivers/document-scanner/states.ts'
import { DraftIdSchema } from '../../sync/protocol/ids.ts'
import { MAX_ATTACHMENTS, MAX_MATERIAL_BYTES } from '../../sync/protocol/item-parts.ts'

/** A page in main's tray. Its bytes stay there; the page sees it by `preview`. */
export const ScannedPageSchema = z.object({
  pageId: z.uuid(),
  materialId: z.string().min(1).max(60),
  mediaType: PageFormatSchema,
  bytes: z.int().min(1),
})
export type ScannedPage = z.infer<typeof ScannedPageSchema>

export const ScanRequestSchema = z.object({
  /** Pages belong to a draft: another one's never mix with them. */
  draftId: DraftIdSchema,
  materialId: z.string().min(1).max(60),
  /** So many more pages are wanted; what a feeder holds beyond them is not kept. */
  atMost: z.int().min(1).max(MAX_ATTACHMENTS),
  /** Of each page. */
  maxBytes: z.int().min(1).max(MAX_MATERIAL_BYTES),
})
export type ScanRequest = z.infer<typeof ScanRequestSchema>

export const ScanAnswerSchema = z.discriminatedUnion('ok', [
  /** `more`: the feeder held more sheets than were wanted. */
  z.object({ ok: z.literal(true), pages: z.int().min(0), more: z.boolean() }),
  z.object({
    ok: z.literal(false),
    fault: z.enum([
      ...ScanFaultSchema.options,
      /** No checked card is in the session. */
      'no-card',
      /** Too many pages, or too many bytes, for one submission. */
      'tray-full',
      'page-too-large',
      /** The disk is nearly full, or the power is out: nothing with papers is taken in. */
      'no-attachments',
    ]),
    /** Whole pages before it failed: they are kept. */
    pages: z.int().min(0),
  }),
])
export type ScanAnswer = z.infer<typeof ScanAnswerSchema>
export type ScanTrouble = Extract<ScanAnswer, { ok: false }>['fault']

/** Takes in what lies on the glass or in the feeder; answers once the scanner is through. One scan at a time. */
export const scan = oc.input(ScanRequestSchema).output(ScanAnswerSchema)
/** Gives the scan under way up: its answer is then `cancelled`. */
export const cancel = oc.output(z.object({ cancelled: z.boolean() }))
/** The pages of a draft, in the order of scanning; none without a card. */
export const pages = oc.input(z.object({ draftId: DraftIdSchema })).output(z.array(ScannedPageSchema))

const PageSchema = z.object({ draftId: DraftIdSchema, pageId: z.uuid() })
/** A page as it was scanned, in base64; null when it is gone or larger than what crosses at once. */
export const preview = oc
  .input(PageSchema)
  .output(z.object({ mediaType: PageFormatSchema, base64: z.string() }).nullable())
export const discard = oc.input(PageSchema).output(z.object({ discarded: z.boolean() }))

/** The page under way, from 1, and how much of it is in where the scanner says so; null: nothing is scanned now. */
export const ScanProgressViewSchema = z
  .object({ page: z.int().min(1), percent: z.number().min(0).max(100).nullable() })
  .nullable()
export type ScanProgressView = z.infer<typeof ScanProgressViewSchema>
export const watchProgress = oc.output(eventIterator(ScanProgressViewSchema))

export const scanning = { scan, cancel, pages, preview, discard, watchProgress }

import { z } from 'zod'

/**
 * What a receipt says, without a byte of how it is printed. 80 mm roll, 72 mm printed (look.md 4.6): 576 dots at 8 dots/mm,
 * 48 half-width columns at normal size. Pure: imports zod only, so that a screen may build one too.
 */

/** Control characters would reach the printer as commands (ESC is 1B), so no text may hold one; line breaks are the exception. */
const lineOfText = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'no control characters')
const paragraph = z
  .string()
  .max(2000)
  .regex(/^(?:\P{Cc}|\n)*$/u, 'no control characters except line breaks')

export const AlignSchema = z.enum(['left', 'centre', 'right'])
export type Align = z.infer<typeof AlignSchema>

/** normal: 3 mm high, 48 columns; tall: same width, 6 mm high; double: 6 mm high, 24 columns. */
export const TextSizeSchema = z.enum(['normal', 'tall', 'double'])
export type TextSize = z.infer<typeof TextSizeSchema>

const TitleSchema = z.strictObject({ type: z.literal('title'), text: lineOfText.min(1) })
const TextSchema = z.strictObject({
  type: z.literal('text'),
  text: paragraph,
  bold: z.boolean().optional(),
  size: TextSizeSchema.optional(),
  align: AlignSchema.optional(),
})
/** A label at the left and its value in a column of its own; a long value keeps to that column on its next lines. */
const RowSchema = z.strictObject({
  type: z.literal('row'),
  label: lineOfText.min(1).max(20),
  value: paragraph,
  size: TextSizeSchema.optional(),
})
/** The pick-up code (取件码), 8 characters, printed large as 4-4. A hyphen or space between the groups is accepted. */
const CodeSchema = z.strictObject({ type: z.literal('code'), code: z.string().regex(/^[0-9A-Z]{4}[- ]?[0-9A-Z]{4}$/) })
/** A QR code about 32 mm wide, level M. Printable ASCII only; 400 characters still give dots of 0.375 mm. */
const QrSchema = z.strictObject({ type: z.literal('qr'), data: z.string().regex(/^[\x20-\x7e]{1,400}$/) })
const RuleSchema = z.strictObject({ type: z.literal('rule') })
const FeedSchema = z.strictObject({ type: z.literal('feed'), heightMm: z.number().min(1).max(100) })
const CutSchema = z.strictObject({ type: z.literal('cut') })

export const ReceiptBlockSchema = z.discriminatedUnion('type', [
  TitleSchema,
  TextSchema,
  RowSchema,
  CodeSchema,
  QrSchema,
  RuleSchema,
  FeedSchema,
  CutSchema,
])
export type ReceiptBlock = z.infer<typeof ReceiptBlockSchema>

/** One paper, or several with a cut between them. A paper that is not cut at its end is cut by the encoder. */
export const ReceiptDocumentSchema = z.strictObject({ blocks: z.array(ReceiptBlockSchema).min(1).max(200) })
export type ReceiptDocument = z.infer<typeof ReceiptDocumentSchema>

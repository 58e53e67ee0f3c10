import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/**
 * What the ID card reader tells the rest of the terminal. Pure: the page's contract uses these schemas too. All of it
 * survives structured clone and JSON alike, so bytes are base64.
 */

/** Two hexadecimal digits of the module's status word, for the maintainer. */
const Sw3Schema = z.string().regex(/^[0-9A-F]{2}$/)

export const CardReaderStateSchema = z.discriminatedUnion('state', [
  /** Started, and nothing known yet. */
  z.strictObject({ state: z.literal('connecting') }),
  /** Looks for a card. `samId` is the module's own number, null when it does not tell it. */
  z.strictObject({ state: z.literal('ready'), samId: z.string().nullable() }),
  /** A card lies on the reader and is being read. */
  z.strictObject({ state: z.literal('reading') }),
  /** The wire is not there; opened again by itself, except for a `bad-url`, which only a settings change cures. */
  z.strictObject({ state: z.literal('unplugged'), fault: LinkTroubleSchema }),
  /** The wire is open and the module silent; probed about once a second. */
  z.strictObject({ state: z.literal('no-answer') }),
  /** The module answers, but its bytes arrive damaged even after resending; tried again about once a second. */
  z.strictObject({ state: z.literal('link-bad') }),
  /** The module says itself that it cannot work: 60 self-test, 66 not authorised, 23, 47. Probed on. */
  z.strictObject({ state: z.literal('out-of-service'), sw3: Sw3Schema }),
  /** Told to stop. */
  z.strictObject({ state: z.literal('stopped') }),
])
export type CardReaderState = z.infer<typeof CardReaderStateSchema>

/** The reader's state in the words that all device classes share. */
export function cardReaderCondition(state: CardReaderState): Condition {
  switch (state.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return conditionOf('ready')
    case 'reading':
      return conditionOf('busy')
    case 'unplugged':
      return linkCondition(state.fault)
    case 'no-answer':
    case 'link-bad':
      return conditionOf('not-responding')
    case 'out-of-service':
      return conditionOf('hardware-error')
    case 'stopped':
      return conditionOf('not-reachable', { mend: 'nobody' })
  }
}

/** By the type letter in the card's text block, never by the number. */
export const CardTypeSchema = z.enum(['citizen', 'foreigner-2017', 'foreigner-2023', 'hk-mo-tw'])
export type CardType = z.infer<typeof CardTypeSchema>

/** Longest field of any card: 60 UTF-16 units (the 2017 card's English name). */
const MAX_FIELD_UNITS = 60

/** Fields as the chip gives them, without padding; names as in text-block.ts. Not validated: dates may be impossible. */
export const RawFieldsSchema = z.record(z.string(), z.string().max(MAX_FIELD_UNITS))
export type RawFields = Readonly<z.infer<typeof RawFieldsSchema>>

export const RawCardSchema = z.strictObject({
  cardType: CardTypeSchema,
  fields: RawFieldsSchema,
  /** Only when asked for: null = the card has none. */
  additionalAddress: z.string().nullable().optional(),
  /** Only when asked for: hexadecimal digits, null = the card has none. */
  managementNumber: z
    .string()
    .regex(/^(?:[0-9A-F]{2})+$/)
    .nullable()
    .optional(),
})
export type RawCard = z.infer<typeof RawCardSchema>

export const CardFaultSchema = z.enum([
  /** 41, or gone between find and read: "put the card back and hold it". */
  'lifted-early',
  /** 40: a bank or bus card. */
  'not-an-id-card',
  /** An ID card of a type that this program does not know. */
  'unknown-card-type',
  /** 31, 32: another card or the counter. */
  'not-verified',
  /** 33, 37, 3F, 24, 81 again and again: the counter. */
  'unreadable',
  /** The answer's own lengths contradict each other, or a damaged answer could not be had again: lift and put back. */
  'damaged-answer',
  /** Checksums or lengths wrong on the wire even after resending: the maintainer. */
  'reader-link-bad',
  /** The module fell silent while a card was being read. */
  'no-answer',
  /** 21, 23, 47, 60, 66 while a card was being read. */
  'reader-fault',
])
export type CardFault = z.infer<typeof CardFaultSchema>

/** 1024 bytes in base64, of photo or fingerprints; a card's own length field decides, so fewer are allowed. */
const MAX_WLT_BASE64 = 1368

export const CardReadSchema = z.strictObject({
  event: z.literal('card'),
  /** New for each reading; two readings of one card differ. */
  readId: z.string().min(1),
  card: RawCardSchema,
  /** The photo in its closed WLT format, base64, opaque here. */
  wlt: z.base64().max(MAX_WLT_BASE64),
  /** Milliseconds with a fraction since 1970 on a monotonic clock (timeOrigin + performance.now()). */
  /** Only when asked for: 0, 512 or 1024 bytes in base64, opaque here. Never written anywhere, never logged. */
  fingerprint: z.base64().max(MAX_WLT_BASE64).optional(),
  timing: z.strictObject({
    /** The find request that was answered "card found" began to be written. */
    foundAtMs: z.number(),
    /** The fields were handed out. */
    fieldsAtMs: z.number(),
  }),
})
export type CardRead = z.infer<typeof CardReadSchema>

export const CardReaderEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: CardReaderStateSchema }),
  CardReadSchema,
  z.strictObject({ event: z.literal('card-fault'), fault: CardFaultSchema, sw3: Sw3Schema.optional() }),
])
export type CardReaderEvent = z.infer<typeof CardReaderEventSchema>

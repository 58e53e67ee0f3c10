import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/**
 * What the smart-card reader tells the rest of the terminal. Pure: the page's contract uses these schemas too. All of it
 * survives structured clone; bytes are Uint8Array in results, an ATR is hexadecimal text in events.
 */

/** pcsc-lite's MAX_READERNAME and its number of slots; names come from USB descriptors and are not personal. */
const MAX_READER_NAME = 128
const MAX_READERS = 16
const ReaderNameSchema = z.string().min(1).max(MAX_READER_NAME)

/** Status word of the card, four hexadecimal digits, for the maintainer. */
const StatusWordSchema = z.string().regex(/^[0-9A-F]{4}$/)

export const SmartCardStateSchema = z.discriminatedUnion('state', [
  /** Started, and nothing known yet. */
  z.strictObject({ state: z.literal('connecting') }),
  /** The reader that the pattern names is there and holds no card. */
  z.strictObject({ state: z.literal('ready'), reader: ReaderNameSchema }),
  /** A card that answered its reset lies in it. Its ATR is not told here: it can hold the card's serial number. */
  z.strictObject({ state: z.literal('card'), reader: ReaderNameSchema }),
  /** The card is being talked to. */
  z.strictObject({ state: z.literal('reading'), reader: ReaderNameSchema }),
  /** Something lies in the reader that does not answer: put in the wrong way round, not a chip card, or broken. */
  z.strictObject({ state: z.literal('mute'), reader: ReaderNameSchema }),
  /** Another program on this machine holds the card. */
  z.strictObject({ state: z.literal('in-use'), reader: ReaderNameSchema }),
  /** The service lists the reader and cannot speak to it. */
  z.strictObject({ state: z.literal('reader-fault'), reader: ReaderNameSchema }),
  /** The service runs; no reader fits the pattern. `readers` are those that it has. */
  z.strictObject({ state: z.literal('no-reader'), readers: z.array(ReaderNameSchema).max(MAX_READERS) }),
  /** The smart-card service (pcscd) cannot be reached, or ended. Tried again by itself. */
  z.strictObject({ state: z.literal('no-service'), fault: LinkTroubleSchema }),
  /** The service took the call and says nothing. */
  z.strictObject({ state: z.literal('service-silent') }),
  /** What the service says makes no sense. */
  z.strictObject({ state: z.literal('service-garbled') }),
  /** The service speaks a version of its protocol that this driver does not know. */
  z.strictObject({ state: z.literal('service-mismatch'), theirs: z.string().max(24) }),
  /** The address in the settings is wrong; only a settings change helps. */
  z.strictObject({ state: z.literal('bad-address') }),
  /** This operating system has no pcscd: see README. */
  z.strictObject({ state: z.literal('not-supported') }),
  /** Told to stop. */
  z.strictObject({ state: z.literal('stopped') }),
])
export type SmartCardState = z.infer<typeof SmartCardStateSchema>

/** A state in the vocabulary that all device classes share. */
export function smartCardCondition(state: SmartCardState): Condition {
  switch (state.state) {
    case 'ready':
    case 'card':
      return conditionOf('ready')
    case 'reading':
      return conditionOf('busy')
    case 'mute':
      return conditionOf('media-misplaced')
    case 'in-use':
      return conditionOf('busy', { severity: 'alarm', mend: 'maintainer' })
    case 'no-reader':
      return conditionOf('not-reachable')
    case 'reader-fault':
      return conditionOf('not-responding')
    case 'no-service':
      return { ...linkCondition(state.fault), mend: 'maintainer' }
    case 'service-silent':
      return conditionOf('not-responding', { mend: 'maintainer' })
    case 'service-garbled':
    case 'service-mismatch':
      return conditionOf('software-error')
    case 'bad-address':
    case 'not-supported':
      return conditionOf('bad-address')
    case 'connecting':
      return conditionOf('connecting')
    case 'stopped':
      return conditionOf('not-reachable', { mend: 'nobody' })
  }
}

export const SmartCardFaultSchema = z.enum([
  'no-card',
  /** Gone, or reset under us, before the work was done: "put the card back and leave it in". */
  'lifted-early',
  /** Did not answer its reset. */
  'mute',
  /** Answered its reset and then fell silent. */
  'no-answer',
  /** Answers, but is not a social-security card. */
  'wrong-card',
  /** The card refuses with the status word in `sw`. */
  'unreadable',
  /** Lengths, tags or status words that cannot be; nothing of it was delivered as data. */
  'damaged-answer',
  'in-use',
  'no-reader',
  'no-service',
  /** Not a well-formed short command. A program's mistake; nothing was sent. */
  'bad-command',
  /** It would read a bank application; this driver does not. Nothing was sent. */
  'bank-data',
  'stopped',
])
export type SmartCardFault = z.infer<typeof SmartCardFaultSchema>

/** Whatever went wrong: which, the card's word if it said one, and how the reader stands now. */
const FailureSchema = z.strictObject({
  ok: z.literal(false),
  fault: SmartCardFaultSchema,
  sw: StatusWordSchema.optional(),
  state: SmartCardStateSchema,
})
export type SmartCardFailure = z.infer<typeof FailureSchema>

/** Answers in the order of the commands; `sw` is the last status word, after 61xx and 6Cxx were followed. */
export const ExchangeResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    answers: z.array(z.strictObject({ data: z.instanceof(Uint8Array), sw: StatusWordSchema })),
  }),
  FailureSchema,
])
export type ExchangeResult = z.infer<typeof ExchangeResultSchema>

/** Names of the public fields (files EF05 and EF06), in the order of their tags. */
export const SOCIAL_SECURITY_FIELDS = [
  'cardId',
  'cardClass',
  'specVersion',
  'issuerCode',
  'issuedOn',
  'validTo',
  'cardNumber',
  'number',
  'name',
  'sex',
  'ethnicGroup',
  'birthplace',
  'birth',
] as const
export type SocialSecurityField = (typeof SOCIAL_SECURITY_FIELDS)[number]

/** The name and its extension together: 50 bytes, so at most as many characters. */
export const MAX_FIELD_UNITS = 50

export const SocialSecurityCardSchema = z.strictObject({
  /** New for each reading. */
  readId: z.string().min(1),
  /**
   * Fields as the chip gives them, without padding; a record that the card does not have is absent, `number` and `name`
   * are always there. Not validated: dates and check digits may be impossible.
   */
  fields: z.partialRecord(z.enum(SOCIAL_SECURITY_FIELDS), z.string().max(MAX_FIELD_UNITS)),
})
export type SocialSecurityCard = z.infer<typeof SocialSecurityCardSchema>

export const SocialSecurityResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), card: SocialSecurityCardSchema }),
  FailureSchema,
])
export type SocialSecurityResult = z.infer<typeof SocialSecurityResultSchema>

/** Hexadecimal; at most 33 bytes. May hold a serial number: not for the log. */
const AtrSchema = z.string().regex(/^(?:[0-9A-F]{2}){1,33}$/)

export const SmartCardEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: SmartCardStateSchema }),
  z.strictObject({ event: z.literal('reader-attached'), reader: ReaderNameSchema }),
  z.strictObject({ event: z.literal('reader-removed'), reader: ReaderNameSchema }),
  /** `insertion` counts up; the same number comes with its removal. `atr` null: the card is mute. */
  z.strictObject({
    event: z.literal('card-inserted'),
    reader: ReaderNameSchema,
    insertion: z.int().positive(),
    atr: AtrSchema.nullable(),
  }),
  z.strictObject({ event: z.literal('card-removed'), reader: ReaderNameSchema, insertion: z.int().positive() }),
])
export type SmartCardEvent = z.infer<typeof SmartCardEventSchema>

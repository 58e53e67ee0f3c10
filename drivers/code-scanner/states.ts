import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/** What a code scanner tells the rest of the terminal. Pure: the page uses these schemas too. */

export const CodeScannerStateSchema = z.discriminatedUnion('state', [
  /** Started, and nothing known yet. */
  z.strictObject({ state: z.literal('connecting') }),
  /** The wire is open. A scanner cannot be asked whether it lives; it speaks when it has read something. */
  z.strictObject({ state: z.literal('ready') }),
  /** Several times in a row what came was no code; over with the next code, or when it was quiet for a while. */
  z.strictObject({ state: z.literal('garbled') }),
  /** The wire is not there; opened again by itself, except for a `bad-url`. */
  z.strictObject({ state: z.literal('unplugged'), fault: LinkTroubleSchema }),
  z.strictObject({ state: z.literal('stopped') }),
])
export type CodeScannerState = z.infer<typeof CodeScannerStateSchema>

export function codeScannerCondition(state: CodeScannerState): Condition {
  switch (state.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return conditionOf('ready')
    case 'garbled':
      // The next code may come through: no reason to grey anything out, reason enough to look at the cable.
      return conditionOf('not-responding', { severity: 'warning' })
    case 'unplugged':
      return linkCondition(state.fault)
    case 'stopped':
      return conditionOf('not-reachable', { mend: 'nobody' })
  }
}

/** By the AIM identifier that the scanner sends in front; `unknown` when it sends none. */
export const SYMBOLOGIES = [
  'unknown',
  'other',
  'aztec',
  'codabar',
  'code-11',
  'code-39',
  'code-49',
  'code-93',
  'code-128',
  'data-matrix',
  'ean-upc',
  'gs1-databar',
  'han-xin',
  'interleaved-2-of-5',
  'maxicode',
  'msi',
  'pdf417',
  'qr',
  'straight-2-of-5',
  'telepen',
] as const
export const SymbologySchema = z.enum(SYMBOLOGIES)
export type Symbology = z.infer<typeof SymbologySchema>

/** The largest code there is, Han Xin, holds 7827 digits; an AIM identifier and a suffix come on top. */
export const MAX_CODE_BYTES = 8_192

export const CodeReadSchema = z.strictObject({
  event: z.literal('code'),
  /** New for each code read. */
  readId: z.string().min(1),
  /**
   * What the code says, without suffix and AIM identifier. May be somebody's token or name: never logged. Tokens of
   * e-ID services are passed on and checked online only, never queued (reference/devices.md 3).
   */
  text: z.string().min(1).max(MAX_CODE_BYTES),
  encoding: z.enum(['utf-8', 'gb18030']),
  symbology: SymbologySchema,
  /** `]Q1`; null when the scanner sent none. */
  aim: z.string().length(3).nullable(),
  /** When it was whole: milliseconds with a fraction since 1970 on a monotonic clock. */
  atMs: z.number(),
})
export type CodeRead = z.infer<typeof CodeReadSchema>

export const CodeFaultSchema = z.enum([
  /** More bytes than any code has. */
  'over-long',
  /** Bytes without the suffix, CR or LF, that ends a code; or reports of which the last never came. */
  'unterminated',
  /** Neither UTF-8 nor GB18030, or control characters: noise, or a code that holds no text. */
  'not-text',
  /** A report that contradicts itself. */
  'broken-report',
])
export type CodeFault = z.infer<typeof CodeFaultSchema>

export const CodeScannerEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: CodeScannerStateSchema }),
  CodeReadSchema,
  z.strictObject({ event: z.literal('code-fault'), fault: CodeFaultSchema }),
])
export type CodeScannerEvent = z.infer<typeof CodeScannerEventSchema>

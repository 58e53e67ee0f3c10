import { AIM_BYTES, aimAt } from './aim.ts'
import { decodeText } from './decode.ts'
import type { CodeFault, Symbology } from './states.ts'

/** What becomes of the bytes or reports of a scanner: whole codes, and faults. */
export type Framed =
  | {
      readonly kind: 'code'
      readonly text: string
      readonly encoding: 'utf-8' | 'gb18030'
      readonly symbology: Symbology
      readonly aim: string | null
      readonly bytes: number
    }
  | { readonly kind: 'fault'; readonly fault: CodeFault; readonly bytes: number }

/** Takes the chunks of a link apart, without a clock: its owner says when the line has been still for `quietMs()`. */
export interface CodeFramer {
  /** How long a stillness counts after what came last. */
  quietMs(): number
  push(chunk: Uint8Array): Framed[]
  /** The line is still: what has no end by now has none. */
  quiet(): Framed[]
  /** Something is unfinished, so stillness matters. */
  isOpen(): boolean
  heldBytes(): number
}

/** The code in a whole payload: suffix and AIM identifier off, text decoded. Undefined for nothing but a suffix. */
export function codeOf(
  payload: Uint8Array,
  known?: { readonly aim: string; readonly symbology: Symbology },
): Framed | undefined {
  const body = withoutSuffix(payload)
  const inFront = known === undefined ? aimAt(body, 0) : undefined
  const identifier = known ?? inFront
  const content = inFront === undefined ? body : body.subarray(AIM_BYTES)
  if (content.length === 0) return undefined
  const decoded = decodeText(content)
  if (!decoded.ok) return { kind: 'fault', fault: decoded.fault, bytes: payload.length }
  return {
    kind: 'code',
    text: decoded.text,
    encoding: decoded.encoding,
    symbology: identifier?.symbology ?? 'unknown',
    aim: identifier?.aim ?? null,
    bytes: payload.length,
  }
}

const CR = 0x0d
const LF = 0x0a

/** Whether a code's suffix, CR, LF or both, stands at the end. */
export function hasSuffix(bytes: Uint8Array): boolean {
  const last = bytes.at(-1)
  return last === CR || last === LF
}

/** One suffix off: a line end that belongs to the code stays. */
function withoutSuffix(bytes: Uint8Array): Uint8Array {
  if (!hasSuffix(bytes)) return bytes
  const isBoth = bytes.at(-1) === LF && bytes.at(-2) === CR
  return bytes.subarray(0, bytes.length - (isBoth ? 2 : 1))
}

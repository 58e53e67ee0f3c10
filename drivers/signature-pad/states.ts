import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/** What a signature pad tells the rest of the terminal. Pure: the page uses these schemas too. */

/** A signature's own units, the same as those of the touch screen's pad (sync/protocol/submission). */
export const BOX_WIDTH = 1_000
export const BOX_HEIGHT = 360
export const MAX_PRESSURE = 1_023
export const MAX_STROKES = 200
export const MAX_STROKE_POINTS = 2_000
/** 100 s of writing without a pause at 200 points a second; a signature has a few hundred. */
export const MAX_POINTS = 20_000
/** Whoever has not signed by then does not stand there any more. */
export const MAX_WRITING_MS = 600_000

export const SignaturePadStateSchema = z.discriminatedUnion('state', [
  /** Started, and nothing known yet. */
  z.strictObject({ state: z.literal('connecting') }),
  /** Nobody is asked to sign; what the pen does is not listened to. */
  z.strictObject({ state: z.literal('ready') }),
  /** Somebody is asked to sign. */
  z.strictObject({ state: z.literal('writing'), strokes: z.int().min(0).max(MAX_STROKES) }),
  /** Reports come that make no sense, one after the other; over with the first that does, or when it was quiet. */
  z.strictObject({ state: z.literal('garbled') }),
  /** The wire is not there; opened again by itself, except for a `bad-url`. */
  z.strictObject({ state: z.literal('unplugged'), fault: LinkTroubleSchema }),
  /** A pad is there whose reports this program cannot read. */
  z.strictObject({ state: z.literal('unknown-pad') }),
  z.strictObject({ state: z.literal('stopped') }),
])
export type SignaturePadState = z.infer<typeof SignaturePadStateSchema>

export function signaturePadCondition(state: SignaturePadState): Condition {
  switch (state.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return conditionOf('ready')
    case 'writing':
      return conditionOf('busy')
    case 'garbled':
      return conditionOf('not-responding')
    case 'unplugged':
      return linkCondition(state.fault)
    case 'unknown-pad':
      return conditionOf('software-error')
    case 'stopped':
      return conditionOf('not-reachable', { mend: 'nobody' })
  }
}

/** x, y in the box; milliseconds since the signature's first point; pressure. All whole numbers. */
export const PenPointSchema = z.tuple([
  z.int().min(0).max(BOX_WIDTH),
  z.int().min(0).max(BOX_HEIGHT),
  z.int().min(0).max(MAX_WRITING_MS),
  z.int().min(0).max(MAX_PRESSURE),
])
export type PenPoint = Readonly<z.infer<typeof PenPointSchema>>
export const PenStrokesSchema = z.array(z.array(PenPointSchema).min(1).max(MAX_STROKE_POINTS)).min(1).max(MAX_STROKES)
export type PenStrokes = readonly (readonly PenPoint[])[]

export const PadSignatureSchema = z.strictObject({
  strokes: PenStrokesSchema,
  /** SHA-256 over the canonical bytes of the strokes (strokes.ts), hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  svg: z.string(),
  /** More was written than is kept. */
  cut: z.boolean(),
})
export type PadSignature = z.infer<typeof PadSignatureSchema>

export const SignFaultSchema = z.enum([
  /** Nothing was written, or no more than a dot. */
  'empty',
  /** Nobody was asked to sign. */
  'not-writing',
  /** Somebody is being asked already. */
  'busy',
  /** No pad, or none that can be read: `state` says why. */
  'not-connected',
  /** The pad was pulled while somebody wrote: what was written is gone. */
  'interrupted',
  'timed-out',
])
export type SignFault = z.infer<typeof SignFaultSchema>

const failed = z.strictObject({ ok: z.literal(false), fault: SignFaultSchema, state: SignaturePadStateSchema })
export const BeginResultSchema = z.discriminatedUnion('ok', [z.strictObject({ ok: z.literal(true) }), failed])
export type BeginResult = z.infer<typeof BeginResultSchema>
export const SignatureResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), signature: PadSignatureSchema }),
  failed,
])
export type SignatureResult = z.infer<typeof SignatureResultSchema>

export const SignaturePadEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: SignaturePadStateSchema }),
  /** New points of a stroke, for the screen to draw along; a few times a second and at its end. */
  z.strictObject({
    event: z.literal('ink'),
    stroke: z
      .int()
      .min(0)
      .max(MAX_STROKES - 1),
    points: z.array(PenPointSchema).min(1),
  }),
  /** Asked to sign, and it came to nothing by itself. */
  z.strictObject({ event: z.literal('ended'), fault: z.enum(['interrupted', 'timed-out']) }),
])
export type SignaturePadEvent = z.infer<typeof SignaturePadEventSchema>

import { z } from 'zod'
import { type Frame, FrameSchema } from '../protocol/frames.ts'
import { InstantSchema } from '../protocol/ids.ts'
import { MAX_BODY_BYTES } from './framing.ts'

/**
 * What a frame's body says: `{sequence, group, type, …}`. `sequence` counts from 0 without gaps; `group` is the sequence
 * of the first frame of the write that it came in, so that a reader can tell frames that were promised together.
 */
export type JournalEntry =
  | { readonly sequence: number; readonly known: true; readonly frame: Frame }
  /** Of a type, or with a content, that only a later program knows: kept, passed on, not understood. */
  | { readonly sequence: number; readonly known: false; readonly type: string; readonly body: Record<string, unknown> }

/** The journal's first frame, sequence 0: gives the journal its name. */
export const HeaderFrameSchema = z.object({
  type: z.literal('journal'),
  journalId: z.uuid(),
  at: InstantSchema,
})
export type HeaderFrame = z.infer<typeof HeaderFrameSchema>

const BodySchema = z.looseObject({ sequence: z.int().min(0), group: z.int().min(0), type: z.string() })
export type Body = z.infer<typeof BodySchema>

/** Longest that the two numbers make a body. */
const NUMBERS_BYTES = 60

/** A frame as text, made once when it is handed in. @throws RangeError when it could not be framed. */
export function frameText(frame: Frame | HeaderFrame): string {
  const text = JSON.stringify(frame)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BODY_BYTES - NUMBERS_BYTES) throw new RangeError(`journal: a frame of ${bytes} bytes is too long`)
  return text
}

/** The body of a frame: its numbers, then what `frameText` gave. */
export function encodeBody(sequence: number, group: number, text: string): Buffer {
  return Buffer.from(`{"sequence":${sequence},"group":${group},${text.slice(1)}`, 'utf8')
}

/** The body of a frame whose hash was checked, or undefined when it is none of ours. */
export function parseBody(bytes: Buffer): Body | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const parsed = BodySchema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

export function toEntry(body: Body): JournalEntry {
  const { sequence, group: _, ...rest } = body
  const parsed = FrameSchema.safeParse(rest)
  if (parsed.success) return { sequence, known: true, frame: parsed.data }
  return { sequence, known: false, type: body.type, body: rest }
}

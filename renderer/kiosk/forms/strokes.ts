import type { Signature } from '../../../sync/protocol/submission.ts'

/** The signature's own units: a box of 1000 × 360 (sync/protocol/submission). */
export const BOX_WIDTH = 1000
export const BOX_HEIGHT = 360
/** Points nearer than this to the one before add nothing that can be seen (0.5 mm on a pad of 250 mm). */
const NEAREST = 2
/** Limits of the protocol. */
const MOST_POINTS = 2000
const MOST_STROKES = 200

export type Point = Signature['strokes'][number][number]

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)))

/** From a place on the pad, as fractions of its width and height, to the box. */
export function pointAt(x: number, y: number): Point {
  return [clamp(x * BOX_WIDTH, BOX_WIDTH), clamp(y * BOX_HEIGHT, BOX_HEIGHT)]
}

/** The stroke with one more point, or as it was when the point adds nothing or the stroke is full. */
export function extend(stroke: readonly Point[], point: Point): readonly Point[] {
  const last = stroke.at(-1)
  if (stroke.length >= MOST_POINTS) return stroke
  if (last !== undefined && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAREST) return stroke
  return [...stroke, point]
}

export function withStroke(signature: Signature | null, stroke: readonly Point[]): Signature | null {
  if (stroke.length === 0) return signature
  const strokes = [...(signature?.strokes ?? []), [...stroke]]
  return { strokes: strokes.slice(0, MOST_STROKES) }
}

/** An SVG path through a stroke; a single point is a dot. */
export function pathOf(stroke: readonly Point[]): string {
  const [first] = stroke
  if (first === undefined) return ''
  if (stroke.length === 1) return `M${first[0]} ${first[1]}h.01`
  return `M${stroke.map((point) => point.join(' ')).join('L')}`
}

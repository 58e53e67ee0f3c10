import { createHash } from 'node:crypto'
import { BOX_HEIGHT, BOX_WIDTH, MAX_PRESSURE, type PenPoint, type PenStrokes } from './states.ts'

/** What becomes of a pen's strokes: bytes to hash, and a picture. Pure functions over whole numbers. */

/** Shorter than this all together, in units of the box, is a dot or a slip: 0.5 % of its width. */
const LEAST_INK = 5
/** Width of the line at no and at full pressure, in units of the box (250 units = 62 mm on a usual pad). */
const THINNEST = 4
const THICKEST = 12
/** Widths in between: enough for the eye, few enough for a short picture. */
const WIDTH_STEPS = 4

/**
 * The bytes that a signature is hashed over: UTF-8 JSON `{"v":1,"box":[1000,360],"strokes":[[[x,y,ms,pressure],…],…]}` without
 * spaces. All numbers are whole and written without exponent, so there is one way to write them (RFC 8785 gives the same).
 */
export function canonicalStrokes(strokes: PenStrokes): Uint8Array {
  return new TextEncoder().encode(`{"v":1,"box":[${BOX_WIDTH},${BOX_HEIGHT}],"strokes":${JSON.stringify(strokes)}}`)
}

/** SHA-256 over the canonical bytes, hexadecimal. */
export function hashStrokes(strokes: PenStrokes): string {
  return createHash('sha256').update(canonicalStrokes(strokes)).digest('hex')
}

/** Nothing that anybody would call a signature. */
export function isEmptySignature(strokes: PenStrokes): boolean {
  let ink = 0
  for (const stroke of strokes) {
    for (let at = 1; at < stroke.length; at += 1) ink += apart(stroke[at - 1], stroke[at])
  }
  return ink < LEAST_INK
}

function apart(a: PenPoint | undefined, b: PenPoint | undefined): number {
  return a === undefined || b === undefined ? 0 : Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** As the touch screen's pad keeps it: places only. */
export function withoutTime(strokes: PenStrokes): [number, number][][] {
  return strokes.map((stroke) => stroke.map(([x, y]) => [x, y]))
}

/** A picture of the box, black on nothing, the line thicker where the pen pressed. */
export function strokesToSvg(strokes: PenStrokes): string {
  const paths = strokes.flatMap(pathsOf)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BOX_WIDTH} ${BOX_HEIGHT}" fill="none" stroke="#000"`,
    ` stroke-linecap="round" stroke-linejoin="round">${paths.join('')}</svg>`,
  ].join('')
}

/** One path for each run of segments of about the same pressure; a stroke of one point is a dot. */
function pathsOf(stroke: readonly PenPoint[]): string[] {
  const [first] = stroke
  if (first === undefined) return []
  if (stroke.length === 1) return [path(widthStep(first), [`M${first[0]} ${first[1]}h.01`])]
  const paths: string[] = []
  let step = -1
  let line: string[] = []
  for (let at = 1; at < stroke.length; at += 1) {
    const [from, to] = [stroke[at - 1], stroke[at]]
    if (from === undefined || to === undefined) continue
    const next = widthStep(to)
    if (next !== step) {
      if (line.length > 0) paths.push(path(step, line))
      step = next
      line = [`M${from[0]} ${from[1]}`]
    }
    line.push(`L${to[0]} ${to[1]}`)
  }
  paths.push(path(step, line))
  return paths
}

const path = (step: number, line: readonly string[]) =>
  `<path stroke-width="${THINNEST + (step * (THICKEST - THINNEST)) / (WIDTH_STEPS - 1)}" d="${line.join('')}"/>`.replace(
    /(\d\.\d\d)\d+/,
    '$1',
  )

function widthStep([, , , pressure]: PenPoint): number {
  return Math.min(WIDTH_STEPS - 1, Math.floor((pressure * WIDTH_STEPS) / (MAX_PRESSURE + 1)))
}

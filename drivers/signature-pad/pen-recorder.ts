import type { PenSample } from './pad-protocol.ts'
import {
  BOX_HEIGHT,
  BOX_WIDTH,
  MAX_POINTS,
  MAX_STROKE_POINTS,
  MAX_STROKES,
  MAX_WRITING_MS,
  type PenPoint,
  type PenStrokes,
} from './states.ts'

/**
 * Makes strokes of a pen's samples: the pad's surface is fitted into the box without distorting it, points that add
 * nothing are left out, and more than a signature can have is not kept. No clock: each sample brings its time.
 */
export interface PenRecorder {
  /** The new point and its stroke's place, when there is one. */
  take(sample: PenSample, atMs: number): { readonly stroke: number; readonly point: PenPoint } | undefined
  strokes(): PenStrokes
  /** More was written than is kept. */
  isCut(): boolean
}

/** Points nearer than this to the one before add nothing that can be seen, as on the touch screen's pad. */
const NEAREST = 2

export function createPenRecorder(width: number, height: number): PenRecorder {
  const scale = Math.min(BOX_WIDTH / width, BOX_HEIGHT / height)
  const left = (BOX_WIDTH - width * scale) / 2
  const top = (BOX_HEIGHT - height * scale) / 2
  const strokes: PenPoint[][] = []
  let points = 0
  let firstAtMs: number | undefined
  let isDown = false
  let cut = false

  return {
    take(sample, atMs) {
      if (!sample.isTouching) {
        isDown = false
        return undefined
      }
      const isNew = !isDown
      isDown = true
      if (isNew && strokes.length === MAX_STROKES) cut = true
      firstAtMs ??= atMs
      const tMs = Math.round(atMs - firstAtMs)
      // Behind the last stroke that is kept, or behind all time, nothing is kept.
      if (cut || points === MAX_POINTS || tMs > MAX_WRITING_MS) {
        cut = true
        return undefined
      }
      const point: PenPoint = [
        clamp(left + sample.x * scale, BOX_WIDTH),
        clamp(top + sample.y * scale, BOX_HEIGHT),
        tMs,
        sample.pressure,
      ]
      if (isNew) strokes.push([])
      const stroke = strokes.at(-1)
      if (stroke === undefined) return undefined
      const last = stroke.at(-1)
      if (last !== undefined && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAREST) return undefined
      if (stroke.length === MAX_STROKE_POINTS) {
        cut = true
        return undefined
      }
      stroke.push(point)
      points += 1
      return { stroke: strokes.length - 1, point }
    },
    strokes: () => strokes,
    isCut: () => cut,
  }
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(value)))
}

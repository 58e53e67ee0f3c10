import { buildPenReport, WACOM_STU_540 } from './pad-protocol.ts'
import { createPenRecorder } from './pen-recorder.ts'
import { PenStrokesSchema } from './states.ts'
import { strokesToSvg } from './strokes.ts'

/** The parsers of this class for the fuzz campaign: FuzzTargets by shape, since what is shipped imports no test tools. */
type Verdict = 'accepted' | 'rejected'

const REPORT_BYTES = 7
const SAMPLE_MS = 5

const reports = {
  name: 'signature-pad/reports',
  seeds: (): Uint8Array[] => {
    const stroke = Array.from({ length: 40 }, (_, at) =>
      buildPenReport({ isTouching: at % 20 !== 19, x: at * 200, y: at * 100, pressure: at * 20 }),
    )
    return [Buffer.concat(stroke), Buffer.concat(stroke.slice(0, 3))]
  },
  maxHeldBytes: 0,
  /** Reports of one size; `pieces` says nothing here. Throws when strokes come out that their own schema would refuse. */
  feed(bytes: Uint8Array): Verdict {
    const recorder = createPenRecorder(WACOM_STU_540.width, WACOM_STU_540.height)
    for (let at = 0; at < bytes.length; at += REPORT_BYTES) {
      const sample = WACOM_STU_540.decode(bytes.subarray(at, at + REPORT_BYTES))
      if (typeof sample === 'object') recorder.take(sample, at * SAMPLE_MS)
    }
    const strokes = recorder.strokes()
    if (strokes.length === 0) return 'rejected'
    PenStrokesSchema.parse(strokes)
    if (!/^<svg [^<>]*>(<path [^<>]*\/>)*<\/svg>$/.test(strokesToSvg(strokes))) throw new Error('no picture')
    return 'accepted'
  },
}

export const fuzzTargets = [reports]

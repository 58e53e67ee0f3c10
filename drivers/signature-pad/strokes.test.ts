import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPenReport, padProtocolOf, WACOM_STU_540 } from './pad-protocol.ts'
import { createPenRecorder } from './pen-recorder.ts'
import {
  BOX_HEIGHT,
  BOX_WIDTH,
  MAX_POINTS,
  MAX_PRESSURE,
  MAX_STROKE_POINTS,
  MAX_STROKES,
  MAX_WRITING_MS,
  type PenPoint,
  PenStrokesSchema,
} from './states.ts'
import { canonicalStrokes, hashStrokes, isEmptySignature, strokesToSvg, withoutTime } from './strokes.ts'

const point: fc.Arbitrary<PenPoint> = fc.tuple(
  fc.integer({ min: 0, max: BOX_WIDTH }),
  fc.integer({ min: 0, max: BOX_HEIGHT }),
  fc.integer({ min: 0, max: MAX_WRITING_MS }),
  fc.integer({ min: 0, max: MAX_PRESSURE }),
)
const strokes = fc.array(fc.array(point, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 })

describe('the bytes of a signature', () => {
  it('are the canonical JSON of its strokes', () => {
    const signature: PenPoint[][] = [
      [
        [1, 2, 0, 1_023],
        [5, 2, 7, 0],
      ],
      [[1_000, 360, 600_000, 512]],
    ]
    const text = '{"v":1,"box":[1000,360],"strokes":[[[1,2,0,1023],[5,2,7,0]],[[1000,360,600000,512]]]}'
    expect(Buffer.from(canonicalStrokes(signature)).toString()).toBe(text)
    expect(hashStrokes(signature)).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('carry the same values as RFC 8785 writes them, but for the order of the keys', () => {
    fc.assert(
      fc.property(strokes, (signature) => {
        const text = Buffer.from(canonicalStrokes(signature)).toString()
        expect(canonicalize(JSON.parse(text))).toBe(canonicalize({ v: 1, box: [1000, 360], strokes: signature }))
        expect(text.endsWith(`"strokes":${canonicalize(signature)}}`)).toBe(true)
      }),
    )
  })

  it('differ with every change', () => {
    fc.assert(
      fc.property(strokes, strokes, (one, other) => {
        expect(hashStrokes(one) === hashStrokes(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})

describe('the picture of a signature', () => {
  it('is thicker where the pen pressed', () => {
    const svg = strokesToSvg([
      [
        [10, 10, 0, 0],
        [20, 10, 5, 100],
        [30, 10, 10, 1_023],
      ],
      [[50, 60, 20, 512]],
    ])
    expect(svg).toBe(
      [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 360" fill="none" stroke="#000" stroke-linecap="round" stroke-linejoin="round">',
        '<path stroke-width="4" d="M10 10L20 10"/>',
        '<path stroke-width="12" d="M20 10L30 10"/>',
        '<path stroke-width="9.33" d="M50 60h.01"/></svg>',
      ].join(''),
    )
  })

  it('holds every point, and nothing but numbers', () => {
    fc.assert(
      fc.property(strokes, (signature) => {
        const svg = strokesToSvg(signature)
        expect(svg).toMatch(/^<svg [^<>]*>(<path stroke-width="[\d.]+" d="[MLh\d .]+"\/>)+<\/svg>$/)
        for (const [x, y] of signature.flat()) expect(svg).toContain(`${x} ${y}`)
      }),
    )
  })
})

describe('a signature', () => {
  it('is empty without ink, or with no more than a dot', () => {
    expect(isEmptySignature([])).toBe(true)
    expect(isEmptySignature([[[10, 10, 0, 500]], [[200, 10, 0, 500]]])).toBe(true)
    expect(
      isEmptySignature([
        [
          [10, 10, 0, 500],
          [12, 10, 5, 500],
        ],
      ]),
    ).toBe(true)
    expect(
      isEmptySignature([
        [
          [10, 10, 0, 500],
          [20, 10, 5, 500],
        ],
      ]),
    ).toBe(false)
  })

  it('is places only where the touch screen’s are', () => {
    expect(
      withoutTime([
        [
          [10, 20, 0, 500],
          [12, 22, 5, 500],
        ],
      ]),
    ).toEqual([
      [
        [10, 20],
        [12, 22],
      ],
    ])
  })
})

describe('the recorder', () => {
  const { width, height } = WACOM_STU_540
  const sample = (x: number, y: number, isTouching = true, pressure = 500) => ({ isTouching, x, y, pressure })

  it('fits the surface into the box without distorting it', () => {
    // 10800 × 6480 is less wide than the box: 600 × 360 in its middle.
    const recorder = createPenRecorder(width, height)
    recorder.take(sample(0, 0), 1_000)
    recorder.take(sample(width, height), 1_010)
    expect(recorder.strokes()).toEqual([
      [
        [200, 0, 0, 500],
        [800, 360, 10, 500],
      ],
    ])
    const wide = createPenRecorder(10_000, 2_000)
    wide.take(sample(0, 0), 0)
    wide.take(sample(10_000, 2_000), 5)
    expect(wide.strokes()).toEqual([
      [
        [0, 80, 0, 500],
        [1_000, 280, 5, 500],
      ],
    ])
  })

  it('begins a stroke when the pen comes down, and leaves out what cannot be seen', () => {
    const recorder = createPenRecorder(1_000, 360)
    expect(recorder.take(sample(10, 10, false), 0)).toBeUndefined()
    expect(recorder.take(sample(10, 10), 5)).toEqual({ stroke: 0, point: [10, 10, 0, 500] })
    expect(recorder.take(sample(11, 10), 10)).toBeUndefined()
    expect(recorder.take(sample(12, 10), 15)).toEqual({ stroke: 0, point: [12, 10, 10, 500] })
    recorder.take(sample(12, 10, false), 20)
    expect(recorder.take(sample(12, 10), 25)).toEqual({ stroke: 1, point: [12, 10, 20, 500] })
  })

  it('keeps no more than a signature can have', () => {
    const recorder = createPenRecorder(1_000, 360)
    for (let at = 0; at < MAX_STROKE_POINTS + 5; at += 1) recorder.take(sample((at % 2) * 100, 0), at)
    expect(recorder.strokes()[0]).toHaveLength(MAX_STROKE_POINTS)
    expect(recorder.isCut()).toBe(true)

    const many = createPenRecorder(1_000, 360)
    for (let stroke = 0; stroke < MAX_STROKES + 3; stroke += 1) {
      expect(many.isCut()).toBe(stroke > MAX_STROKES)
      for (let at = 0; at < 3; at += 1) many.take(sample(at * 10, 0), stroke * 10)
      many.take(sample(0, 0, false), stroke * 10)
    }
    expect(many.strokes()).toHaveLength(MAX_STROKES)

    const long = createPenRecorder(1_000, 360)
    for (let at = 0; at < MAX_POINTS + 100; at += 1) {
      if (at % 1_000 === 0) long.take(sample(0, 0, false), at)
      long.take(sample((at % 2) * 100, 0), at)
    }
    expect(long.strokes().flat()).toHaveLength(MAX_POINTS)
    expect(long.isCut()).toBe(true)

    const late = createPenRecorder(1_000, 360)
    late.take(sample(0, 0), 0)
    late.take(sample(50, 0), MAX_WRITING_MS + 1)
    expect([late.strokes().flat().length, late.isCut()]).toEqual([1, true])
  })

  it('makes strokes that fit their schema of anything a pad can say', () => {
    const anySample = fc.record({
      isTouching: fc.boolean(),
      x: fc.integer({ min: 0, max: width }),
      y: fc.integer({ min: 0, max: height }),
      pressure: fc.integer({ min: 0, max: MAX_PRESSURE }),
    })
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 1, maxLength: 100 }), (samples) => {
        const recorder = createPenRecorder(width, height)
        samples.forEach((each, index) => void recorder.take(each, index * 5.5))
        const any = samples.some(({ isTouching }) => isTouching)
        expect(PenStrokesSchema.safeParse(recorder.strokes()).success).toBe(any)
      }),
    )
  })
})

describe('reports of a Wacom STU-540', () => {
  it('come back as they were built', () => {
    fc.assert(
      fc.property(
        fc.record({
          isTouching: fc.boolean(),
          x: fc.integer({ min: 0, max: 10_800 }),
          y: fc.integer({ min: 0, max: 6_480 }),
          pressure: fc.integer({ min: 0, max: MAX_PRESSURE }),
        }),
        (pen) => {
          expect(WACOM_STU_540.decode(buildPenReport(pen))).toEqual(pen)
        },
      ),
    )
  })

  it('are read from literal bytes', () => {
    expect(WACOM_STU_540.decode(Uint8Array.of(0x01, 0x93, 0xff, 0x2a, 0x30, 0x19, 0x50))).toEqual({
      isTouching: true,
      x: 10_800,
      y: 6_480,
      pressure: 1_023,
    })
    expect(WACOM_STU_540.decode(Uint8Array.of(0x34, 0x80, 0, 0, 1, 0, 2, 0, 9, 0, 8))).toEqual({
      isTouching: false,
      x: 1,
      y: 2,
      pressure: 0,
    })
  })

  it.each([
    ['another report', [0x08, 1, 2, 3], 'other'],
    ['nothing', [], 'other'],
    ['a short one', [0x01, 0x90, 0, 0, 1, 0], 'broken'],
    ['a short one with time', [0x34, 0x90, 0, 0, 1, 0, 2], 'broken'],
    ['a place beyond its edge', [0x01, 0x90, 0, 0x2a, 0x31, 0, 0], 'broken'],
    ['a place below it', [0x01, 0x90, 0, 0, 0, 0x19, 0x51], 'broken'],
    ['more pressure than there is', [0x01, 0x94, 0, 0, 0, 0, 0], 'broken'],
  ])('%s', (_, bytes, verdict) => {
    expect(WACOM_STU_540.decode(Uint8Array.from(bytes))).toBe(verdict)
  })

  it('are known by vendor and product', () => {
    expect(padProtocolOf(0x056a, 0x00a8)?.name).toBe('wacom-stu-540')
    expect(padProtocolOf(0x056a, 0x00a9)).toBeUndefined()
    expect(padProtocolOf(0x0400, 0x00a8)).toBeUndefined()
  })
})

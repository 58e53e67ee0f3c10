import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { greyOf, judgeQuality, LIMITS, measureQuality, sharpnessOf } from './quality.ts'
import { blurred, paint, sharpText } from './testing/fake-cameras.ts'

const judge = (pixels: Parameters<typeof measureQuality>[0], subject: keyof typeof LIMITS = 'document') =>
  judgeQuality(measureQuality(pixels), LIMITS[subject])

describe('measures', () => {
  test('brightness is weighed as the eye does', () => {
    const one = (red: number, green: number, blue: number) =>
      greyOf({ data: Uint8ClampedArray.of(red, green, blue, 255), width: 1, height: 1 })[0]
    expect([one(0, 0, 0), one(255, 255, 255), one(255, 0, 0), one(0, 255, 0), one(0, 0, 255)]).toEqual([
      0, 255, 76, 149, 28,
    ])
  })

  test('sharpness of known pictures', () => {
    // One bright point: the Laplacian is 400 there, -100 at its four neighbours, 0 at the other four.
    const point = Uint8Array.from({ length: 25 }, (_, at) => (at === 12 ? 100 : 0))
    expect(sharpnessOf(point, 5, 5)).toBeCloseTo((400 * 400 + 4 * 100 * 100) / 9, 6)
    // An even slope has no edges.
    expect(
      sharpnessOf(
        Uint8Array.from({ length: 100 }, (_, at) => (at % 10) * 20),
        10,
        10,
      ),
    ).toBe(0)
    expect(sharpnessOf(new Uint8Array(0), 0, 0)).toBe(0)
    expect(sharpnessOf(new Uint8Array(4), 2, 2)).toBe(0)
  })

  test('contrast leaves single specks out', () => {
    const speck = paint(100, 100, (x, y) => (x + y === 0 ? 0 : 200))
    expect(measureQuality(speck)).toMatchObject({ contrast: 0, brightness: 199.98 })
    expect(measureQuality(paint(100, 100, (x) => (x < 50 ? 20 : 220)))).toMatchObject({
      contrast: 200,
      brightness: 120,
    })
    expect(measureQuality(paint(10, 10, (x) => (x < 3 ? 255 : 100))).burntShare).toBe(0.3)
  })

  test('always stay within their bounds, and blurring never sharpens', () => {
    const picture = fc.tuple(
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 3, max: 12 }),
      fc.infiniteStream(fc.nat(255)),
    )
    fc.assert(
      fc.property(picture, ([width, height, shades]) => {
        const pixels = paint(width, height, () => shades.next().value ?? 0)
        const quality = measureQuality(pixels)
        for (const value of [quality.brightness, quality.contrast]) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(255)
        }
        expect(quality.burntShare).toBeLessThanOrEqual(1)
        expect(quality.sharpness).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 50 },
    )
    const text = sharpText()
    const sharpness = [0, 1, 2, 3].map((radius) => measureQuality(blurred(text, radius)).sharpness)
    expect(sharpness).toEqual([...sharpness].sort((a, b) => b - a))
  })
})

describe('the gate', () => {
  test.each([
    ['text on paper', sharpText(), undefined],
    ['grey text on grey paper', sharpText(90, 170), undefined],
    ['text in the dark', sharpText(5, 50), 'too-dark'],
    ['the lens covered', paint(60, 60, () => 3), 'too-dark'],
    ['burnt out', paint(60, 60, () => 255), 'too-bright'],
    ['nearly all burnt out', paint(60, 60, (x) => (x < 3 ? 90 : 255)), 'too-bright'],
    ['an empty sheet', paint(60, 60, (x, y) => 200 + ((x * y) % 5)), 'blank'],
    ['text as pale as the paper', sharpText(190, 230), 'low-contrast'],
    ['text out of focus', blurred(sharpText(), 5), 'low-contrast'],
    ['a slope of light', paint(160, 120, (x) => 40 + x), 'blurred'],
  ] as const)('%s', (_, pixels, fault) => {
    expect(judge(pixels)).toBe(fault)
  })

  test('a face may be softer than text', () => {
    const soft = paint(160, 120, (x, y) => 120 + 60 * Math.sin(x / 1.7) * Math.sin(y / 1.7))
    const quality = measureQuality(soft)
    expect(judgeQuality({ ...quality, sharpness: 60 }, LIMITS.portrait)).toBeUndefined()
    expect(judgeQuality({ ...quality, sharpness: 60 }, LIMITS.document)).toBe('blurred')
  })

  test('counts faces only when somebody counted', () => {
    const quality = measureQuality(sharpText(30, 180))
    expect(judgeQuality(quality, LIMITS.portrait)).toBeUndefined()
    expect(judgeQuality({ ...quality, faces: 1 }, LIMITS.portrait)).toBeUndefined()
    expect(judgeQuality({ ...quality, faces: 0 }, LIMITS.portrait)).toBe('no-face')
    expect(judgeQuality({ ...quality, faces: 2 }, LIMITS.portrait)).toBe('several-faces')
  })
})

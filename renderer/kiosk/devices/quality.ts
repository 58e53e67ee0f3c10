import type { CameraFault, CameraScanOptions, PictureQuality } from '../../../electron/bridge/camera.contract.ts'

/** Whether a picture is worth keeping, from its pixels alone. Pure: takes what ImageData is, and needs no browser. */

/** Red, green, blue and opacity of each pixel, row by row: an ImageData is one. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array
  readonly width: number
  readonly height: number
}

/** The copy that is measured is at most this wide: sharpness depends on the size of a pixel. */
export const MEASURED_WIDTH_PX = 640

const BRIGHTEST = 255
/** Specks and single bright reflexes do not count as contrast. */
const LOW_PERCENTILE = 0.01
const HIGH_PERCENTILE = 0.99
/** As bright as the sensor goes, less its noise. */
const BURNT_FROM = 252

/** Brightness of each pixel as the eye weighs it (BT.601), 0 to 255. */
export function greyOf({ data, width, height }: Pixels): Uint8Array {
  const grey = new Uint8Array(width * height)
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 4) {
    // 77 + 150 + 29 = 256: weights of 0.299, 0.587 and 0.114.
    grey[pixel] = (77 * (data[at] ?? 0) + 150 * (data[at + 1] ?? 0) + 29 * (data[at + 2] ?? 0)) >> 8
  }
  return grey
}

/**
 * Variance of the Laplacian (each pixel against its four neighbours): large where there are edges, small in a blurred
 * picture (Pech-Pacheco et al. 2000). Zero for pictures without an inside.
 */
export function sharpnessOf(grey: Uint8Array, width: number, height: number): number {
  let sum = 0
  let squares = 0
  let count = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      const here = grey[at] ?? 0
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0)
      const laplacian = 4 * here - around
      sum += laplacian
      squares += laplacian * laplacian
      count++
    }
  }
  if (count === 0) return 0
  const mean = sum / count
  return Math.max(0, squares / count - mean * mean)
}

/** Measures a picture. Without pixels everything is zero. */
export function measureQuality(pixels: Pixels): PictureQuality {
  const { width, height } = pixels
  const grey = greyOf(pixels)
  const histogram = new Uint32Array(BRIGHTEST + 1)
  let sum = 0
  for (const value of grey) {
    histogram[value] = (histogram[value] ?? 0) + 1
    sum += value
  }
  const count = grey.length
  if (count === 0) return { sharpness: 0, brightness: 0, contrast: 0, burntShare: 0 }
  let burnt = 0
  for (let value = BURNT_FROM; value <= BRIGHTEST; value++) burnt += histogram[value] ?? 0
  return {
    sharpness: sharpnessOf(grey, width, height),
    brightness: sum / count,
    contrast: percentileOf(histogram, count, HIGH_PERCENTILE) - percentileOf(histogram, count, LOW_PERCENTILE),
    burntShare: burnt / count,
  }
}

function percentileOf(histogram: Uint32Array, count: number, share: number): number {
  let below = 0
  for (let value = 0; value <= BRIGHTEST; value++) {
    below += histogram[value] ?? 0
    if (below >= share * count) return value
  }
  return BRIGHTEST
}

export interface QualityLimits {
  readonly minBrightness: number
  readonly maxBrightness: number
  readonly maxBurntShare: number
  /** Below this there is nothing on it. */
  readonly minContrast: number
  /** Below this it can hardly be read. */
  readonly goodContrast: number
  readonly minSharpness: number
}

/**
 * Our own choice, to be set anew for the cameras of a hall: text printed on white paper at 640 pixels across measures
 * above 500, the same out of focus below 60; 100 is the usual limit for photographs. A white sheet may be as bright as
 * it likes as long as it is not burnt out.
 */
export const LIMITS: Readonly<Record<CameraScanOptions['subject'], QualityLimits>> = {
  document: {
    minBrightness: 60,
    maxBrightness: 250,
    maxBurntShare: 0.9,
    minContrast: 25,
    goodContrast: 60,
    minSharpness: 100,
  },
  portrait: {
    minBrightness: 50,
    maxBrightness: 220,
    maxBurntShare: 0.4,
    minContrast: 25,
    goodContrast: 50,
    minSharpness: 40,
  },
}

/** What is wrong with a picture, the cause before its consequences: a dark picture is also blurred. Undefined: good. */
export function judgeQuality(quality: PictureQuality, limits: QualityLimits): CameraFault | undefined {
  const { sharpness, brightness, contrast, burntShare, faces } = quality
  if (brightness < limits.minBrightness) return 'too-dark'
  if (brightness > limits.maxBrightness || burntShare > limits.maxBurntShare) return 'too-bright'
  if (contrast < limits.minContrast) return 'blank'
  if (contrast < limits.goodContrast) return 'low-contrast'
  if (sharpness < limits.minSharpness) return 'blurred'
  if (faces === 0) return 'no-face'
  if (faces !== undefined && faces > 1) return 'several-faces'
  return undefined
}

import { judgeQuality, LIMITS, MEASURED_WIDTH_PX, measureQuality } from './quality.ts'

/** What a citizen is warned of at a scanned page: the faults of a document that somebody can see and mend. */
const TOLD = ['blank', 'blurred', 'low-contrast', 'too-dark', 'too-bright'] as const
export type PreviewWarning = (typeof TOLD)[number]

/** A scanner's white is as bright as it goes: a page is not overexposed for that. */
const SCANNER_LIMITS = { ...LIMITS.document, maxBrightness: 255, maxBurntShare: 1 }

/** Looks at a picture that has been loaded; null when nothing is wrong with it, or nothing can be said. */
export function previewWarning(picture: HTMLImageElement): PreviewWarning | null {
  const { naturalWidth, naturalHeight } = picture
  const scale = Math.min(1, MEASURED_WIDTH_PX / naturalWidth)
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(naturalWidth * scale)),
    Math.max(1, Math.round(naturalHeight * scale)),
  )
  const context = canvas.getContext('2d')
  if (context === null) return null
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  const fault = judgeQuality(measureQuality(pixels), SCANNER_LIMITS)
  return TOLD.find((told) => told === fault) ?? null
}

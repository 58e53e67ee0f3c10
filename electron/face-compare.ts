import type { Log } from './events.ts'

/**
 * Comparing the face before the camera with the photo in the chip of the card that lies there (domain.md section 0, 4): on
 * this device, beside a card and never instead of one. An interface for whoever has such a device; none comes with this
 * program, and it is off unless the settings say otherwise. It adds to a card and opens nothing by itself: sign-in.ts has
 * no way of this name, so no item can ask for it, and whoever does not want it goes on as ever.
 */
export interface FaceCompare {
  /**
   * @param photo the chip's photo in its closed WLT format, as the reader gave it; neither it nor the picture outlives
   * the call.
   */
  compare(photo: Uint8Array, signal: AbortSignal): Promise<FaceCompared>
}

export type FaceCompared =
  | { readonly ok: true; readonly isSame: boolean; readonly isAlive: boolean }
  | { readonly ok: false; readonly fault: 'no-camera' | 'no-face' | 'too-dark' | 'gone' }

/** What may be used: only what the settings switch on and somebody brought. */
export function faceCompareOf(
  isOn: boolean | undefined,
  brought: FaceCompare | undefined,
  log: Log,
): FaceCompare | undefined {
  if (isOn !== true) return undefined
  if (brought === undefined) log('face-compare-missing')
  return brought
}

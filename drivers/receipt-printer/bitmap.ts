/** Black dots, rows from the top, each row padded to whole bytes, the leftmost dot in the highest bit (as GS v 0 wants it). */
export interface Bitmap {
  readonly widthDots: number
  readonly heightDots: number
  readonly rows: Uint8Array
}

/** Draws one character (one code point) `heightDots` high, or says undefined if its font lacks it too. */
export type Rasterise = (character: string, heightDots: number) => Bitmap | undefined

export const bytesPerRow = (widthDots: number): number => Math.ceil(widthDots / 8)

export function emptyBitmap(widthDots: number, heightDots: number): Bitmap {
  return { widthDots, heightDots, rows: new Uint8Array(bytesPerRow(widthDots) * heightDots) }
}

export function dotAt(bitmap: Bitmap, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= bitmap.widthDots || y >= bitmap.heightDots) return false
  return ((bitmap.rows[y * bytesPerRow(bitmap.widthDots) + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0
}

export function setDot(bitmap: Bitmap, x: number, y: number): void {
  if (x < 0 || y < 0 || x >= bitmap.widthDots || y >= bitmap.heightDots) return
  const index = y * bytesPerRow(bitmap.widthDots) + (x >> 3)
  bitmap.rows[index] = (bitmap.rows[index] ?? 0) | (0x80 >> (x & 7))
}

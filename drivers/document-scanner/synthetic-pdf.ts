/** The smallest PDF (1.4) that shows one JPEG over its whole page, as scanners write them. */
export function wrapInPdf(
  jpeg: Uint8Array,
  { widthPx, heightPx, dpi, isColour }: { widthPx: number; heightPx: number; dpi: number; isColour: boolean },
): Uint8Array {
  const points = (px: number): string => ((px * 72) / dpi).toFixed(2)
  const drawing = `q ${points(widthPx)} 0 0 ${points(heightPx)} 0 0 cm /P Do Q`
  const space = isColour ? '/DeviceRGB' : '/DeviceGray'
  const picture = `/Type /XObject /Subtype /Image /Width ${widthPx} /Height ${heightPx} /ColorSpace ${space} /BitsPerComponent 8`
  const pieces: (string | Uint8Array)[] = []
  const offsets: number[] = []
  let length = 0
  const add = (piece: string | Uint8Array): void => {
    pieces.push(piece)
    length += piece.length
  }
  const object = (...parts: (string | Uint8Array)[]): void => {
    offsets.push(length)
    add(`${offsets.length} 0 obj\n`)
    for (const part of parts) add(part)
    add('\nendobj\n')
  }
  add('%PDF-1.4\n')
  object('<< /Type /Catalog /Pages 2 0 R >>')
  object('<< /Type /Pages /Kids [3 0 R] /Count 1 >>')
  object(
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${points(widthPx)} ${points(heightPx)}] /Contents 4 0 R`,
    ' /Resources << /XObject << /P 5 0 R >> >> >>',
  )
  object(`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`)
  object(`<< ${picture} /Filter /DCTDecode /Length ${jpeg.length} >>\nstream\n`, jpeg, '\nendstream')
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const start = length
  const count = offsets.length + 1
  add(`xref\n0 ${count}\n0000000000 65535 f \n${table}`)
  add(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`)
  // All text here is ASCII, so a character is a byte.
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))
}

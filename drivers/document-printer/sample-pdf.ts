/** A PDF of empty A4 pages, each with a line of text: for the test print, the tests and the measurements. Invented data. */
export function samplePdf(pages = 1, line = 'Bianmin test page'): Uint8Array {
  const objects: string[] = []
  const pageIds = Array.from({ length: pages }, (_, index) => 4 + 2 * index)
  objects.push('<< /Type /Catalog /Pages 2 0 R >>')
  objects.push(`<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${pages} >>`)
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  for (const [index, id] of pageIds.entries()) {
    const content = `BT /F1 24 Tf 72 760 Td (${line}, ${index + 1} of ${pages}) Tj ET`
    const resources = '<< /Font << /F1 3 0 R >> >>'
    // 595 x 842 points are A4.
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources ${resources} /Contents ${id + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    )
  }
  let file = '%PDF-1.4\n'
  const offsets: number[] = []
  for (const [index, object] of objects.entries()) {
    offsets.push(file.length)
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
  }
  const xrefAt = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  for (const offset of offsets) file += `${String(offset).padStart(10, '0')} 00000 n \n`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xrefAt}\n%%EOF\n`
  return new TextEncoder().encode(file)
}

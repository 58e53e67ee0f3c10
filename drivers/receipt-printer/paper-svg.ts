import QRCode from 'qrcode'
import { dotAt } from './bitmap.ts'
import { cellsOf, PAPER_WIDTH_DOTS, type Paper, type PaperAlign, type PaperElement, type TextRun } from './paper.ts'

/**
 * A paper as SVG, one unit a dot. Text stays text (Song type, as printers have it), each character in its own cell of
 * 12 or 24 dots as on the paper; QR codes are drawn from their modules.
 */

const CELL_DOTS = 24
/** Half as wide as high, like a printer's 12 x 24 font. */
const ASCII_FONT = "'Noto Sans Mono CJK SC','Sarasa Mono SC',monospace"
const FONT = "'Noto Serif CJK SC','Noto Serif SC','Source Han Serif SC',SimSun,serif"
/** White above the first line and below the last one, for the eye. */
const MARGIN_DOTS = 16

export function qrModuleCount(payload: string, level: 'L' | 'M' | 'Q' | 'H'): number {
  return payload === '' ? 0 : QRCode.create(payload, { errorCorrectionLevel: level }).modules.size
}

export function paperSvgHeightDots(paper: Paper): number {
  return paper.heightDots + 2 * MARGIN_DOTS
}

export function renderPaperSvg(paper: Paper): string {
  const height = paperSvgHeightDots(paper)
  const body = paper.elements.map(renderElement).join('\n')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PAPER_WIDTH_DOTS}" height="${height}" viewBox="0 ${-MARGIN_DOTS} ${PAPER_WIDTH_DOTS} ${height}">`,
    `<rect x="0" y="${-MARGIN_DOTS}" width="${PAPER_WIDTH_DOTS}" height="${height}" fill="#fff"/>`,
    `<g fill="#000" font-family="${FONT}" font-size="${CELL_DOTS}" text-anchor="middle">`,
    body,
    '</g></svg>',
  ].join('\n')
}

function leftOf(align: PaperAlign, widthDots: number): number {
  if (align === 'left') return 0
  return align === 'right' ? PAPER_WIDTH_DOTS - widthDots : Math.floor((PAPER_WIDTH_DOTS - widthDots) / 2)
}

function renderElement(element: PaperElement): string {
  switch (element.type) {
    case 'line':
      return renderLine(element.runs, element.align, element.topDots)
    case 'qr': {
      if (element.payload === '') return ''
      const { modules } = QRCode.create(element.payload, { errorCorrectionLevel: element.level })
      const left = leftOf(element.align, modules.size * element.moduleDots)
      const dark = (x: number, y: number): boolean => modules.get(y, x) === 1
      return dotsPath(modules.size, modules.size, dark, left, element.topDots, element.moduleDots)
    }
    case 'raster': {
      const rows = Uint8Array.from(Buffer.from(element.dots, 'base64'))
      const bitmap = { widthDots: element.widthDots, heightDots: element.heightDots, rows }
      const left = leftOf(element.align, element.widthDots)
      return dotsPath(element.widthDots, element.heightDots, (x, y) => dotAt(bitmap, x, y), left, element.topDots, 1)
    }
  }
}

function renderLine(runs: readonly TextRun[], align: PaperAlign, top: number): string {
  const width = runs.reduce((sum, run) => sum + runWidth(run), 0)
  const tallest = runs.reduce((most, run) => Math.max(most, run.high), 1)
  let left = leftOf(align, width)
  return runs
    .map((run) => {
      const rendered = renderRun(run, left, top + (tallest - run.high) * CELL_DOTS)
      left += runWidth(run)
      return rendered
    })
    .join('')
}

const runWidth = (run: TextRun): number => [...run.text].reduce((sum, c) => sum + cellsOf(c) * 12 * run.wide, 0)

/** Characters that meet their neighbours, such as ─, are as wide as the cell; the baseline lies at 86 % of it. */
function renderRun(run: TextRun, left: number, top: number): string {
  let x = 0
  const letters = [...run.text].map((character) => {
    const cell = cellsOf(character) * 12
    const centre = x + cell / 2
    x += cell
    if (character === ' ') return ''
    // textLength squeezes a stand-in font into the cell; the right one fits as it is.
    const narrow = cell === 12 ? ` font-family="${ASCII_FONT}" textLength="12" lengthAdjust="spacingAndGlyphs"` : ''
    return `<text x="${centre}" y="21"${narrow}>${escapeXml(character)}</text>`
  })
  const transform = `translate(${left} ${top}) scale(${run.wide} ${run.high})`
  return `<g transform="${transform}" font-weight="${run.bold ? 700 : 500}">${letters.join('')}</g>`
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Dark squares as one path, a rectangle for each run in a row. */
function dotsPath(
  columns: number,
  rows: number,
  dark: (x: number, y: number) => boolean,
  left: number,
  top: number,
  dots: number,
): string {
  const parts: string[] = []
  for (let y = 0; y < rows; y++) {
    let start = -1
    for (let x = 0; x <= columns; x++) {
      const on = x < columns && dark(x, y)
      if (on && start < 0) start = x
      if (on || start < 0) continue
      parts.push(`M${left + start * dots} ${top + y * dots}h${(x - start) * dots}v${dots}h-${(x - start) * dots}z`)
      start = -1
    }
  }
  return `<path shape-rendering="crispEdges" d="${parts.join('')}"/>`
}

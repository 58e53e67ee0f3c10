import type { EscPosCommand } from './interpreter.ts'

/** What stands on the paper, element by element from the top. Sizes in dots (8 a millimetre). JSON-safe. */

export const PAPER_WIDTH_DOTS = 576
const CELL_DOTS = 24
/** ESC 2 on common 203 dpi models. */
const DEFAULT_LINE_SPACING_DOTS = 30

export type PaperAlign = 'left' | 'centre' | 'right'

export interface TextRun {
  readonly text: string
  readonly wide: number
  readonly high: number
  readonly bold: boolean
}

export type PaperElement = { readonly topDots: number; readonly heightDots: number } & (
  | { readonly type: 'line'; readonly align: PaperAlign; readonly text: string; readonly runs: readonly TextRun[] }
  | {
      readonly type: 'qr'
      readonly align: PaperAlign
      readonly payload: string
      readonly level: 'L' | 'M' | 'Q' | 'H'
      readonly moduleDots: number
    }
  | {
      readonly type: 'raster'
      readonly align: PaperAlign
      readonly widthDots: number
      /** Rows as base64, highest bit at the left. */
      readonly dots: string
    }
)

export interface Paper {
  readonly heightDots: number
  readonly elements: readonly PaperElement[]
  /** cut: as ordered. torn: what had come out when the roll was changed or the power went. */
  readonly end: 'cut' | 'torn'
}

/** The runtime's own GB18030 table, so that what the encoder's table wrote is read by another. */
const gb18030 = new TextDecoder('gb18030')

/** Width on paper in half-width cells, from the bytes that a character takes: one byte half, two bytes full. */
export const cellsOf = (character: string): 1 | 2 => ((character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2)

const runDots = (runs: readonly TextRun[]): number =>
  runs.reduce((sum, run) => sum + [...run.text].reduce((s, c) => s + cellsOf(c), 0) * 12 * run.wide, 0)

export interface PaperMachine {
  /** Does one command; answers how many dots the paper moved. */
  run(command: EscPosCommand): number
  /** The paper in the machine as far as it has come out. */
  current(): Paper
  /** Takes the printed piece off, cut or torn; undefined when it is blank. */
  takeOff(end: 'cut' | 'torn'): Paper | undefined
  /** Drops the line that is not yet printed and goes back to the settings of a fresh start. */
  reset(): void
  /** Lines that were longer than the paper and went on in the next. */
  overflows(): number
}

export function createPaperMachine(qrModules: (payload: string, level: 'L' | 'M' | 'Q' | 'H') => number): PaperMachine {
  let style = freshStyle()
  let line: TextRun[] = []
  let elements: PaperElement[] = []
  let heightDots = 0
  let overflows = 0

  function place(heightOfElement: number, element: DistributiveOmit<PaperElement, 'topDots' | 'heightDots'>): number {
    elements.push({ ...element, topDots: heightDots, heightDots: heightOfElement } as PaperElement)
    heightDots += heightOfElement
    return heightOfElement
  }

  function feed(dots: number): number {
    heightDots += dots
    return dots
  }

  function printLine(): number {
    const tallest = line.reduce((most, run) => Math.max(most, run.high * CELL_DOTS), 0)
    const heightOfLine = Math.max(tallest, style.lineSpacingDots)
    if (line.length === 0) return feed(heightOfLine)
    const runs = line
    line = []
    return place(heightOfLine, { type: 'line', align: style.align, runs, text: runs.map((run) => run.text).join('') })
  }

  function addText(bytes: Uint8Array): number {
    let moved = 0
    for (const text of gb18030.decode(bytes)) {
      const scale = cellsOf(text) === 2 ? style.chinese : style.ascii
      if (runDots(line) + cellsOf(text) * 12 * scale.wide > PAPER_WIDTH_DOTS) {
        overflows++
        moved += printLine()
      }
      const last = line.at(-1)
      if (last && last.wide === scale.wide && last.high === scale.high && last.bold === style.bold)
        line[line.length - 1] = { ...last, text: last.text + text }
      else line.push({ text, wide: scale.wide, high: scale.high, bold: style.bold })
    }
    return moved
  }

  function run(command: EscPosCommand): number {
    switch (command.type) {
      case 'text':
        return addText(command.bytes)
      case 'line-feed':
        return printLine()
      case 'feed-dots':
        return (line.length > 0 ? printLine() : 0) + feed(command.dots)
      case 'feed-lines':
        return (line.length > 0 ? printLine() : 0) + feed(command.lines * style.lineSpacingDots)
      case 'cut':
        return feed(command.feedDots)
      case 'qr-print': {
        const { payload, level, moduleDots } = style.qr
        return place(qrModules(payload, level) * moduleDots, {
          type: 'qr',
          align: style.align,
          payload,
          level,
          moduleDots,
        })
      }
      case 'raster': {
        const dots = Buffer.from(command.data).toString('base64')
        return place(command.heightDots, {
          type: 'raster',
          align: style.align,
          widthDots: command.widthBytes * 8,
          dots,
        })
      }
      default:
        style = styleAfter(style, command)
        return 0
    }
  }

  return {
    run,
    current: () => ({ heightDots, elements: [...elements], end: 'torn' }),
    takeOff(end) {
      const paper = elements.length > 0 ? { heightDots, elements, end } : undefined
      elements = []
      heightDots = 0
      return paper
    },
    reset() {
      line = []
      style = freshStyle()
    },
    overflows: () => overflows,
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

interface Style {
  align: PaperAlign
  bold: boolean
  ascii: { wide: number; high: number }
  chinese: { wide: number; high: number }
  lineSpacingDots: number
  qr: { payload: string; level: 'L' | 'M' | 'Q' | 'H'; moduleDots: number }
}

const freshStyle = (): Style => ({
  align: 'left',
  bold: false,
  ascii: { wide: 1, high: 1 },
  chinese: { wide: 1, high: 1 },
  lineSpacingDots: DEFAULT_LINE_SPACING_DOTS,
  qr: { payload: '', level: 'L', moduleDots: 3 },
})

function styleAfter(style: Style, command: EscPosCommand): Style {
  switch (command.type) {
    case 'initialise':
      return freshStyle()
    case 'align':
      return { ...style, align: command.align }
    case 'bold':
      return { ...style, bold: command.on }
    case 'size': {
      const size = { wide: command.wide, high: command.high }
      return { ...style, ascii: size, chinese: size }
    }
    case 'chinese-size':
      return { ...style, chinese: { wide: command.wide, high: command.high } }
    case 'line-spacing':
      return { ...style, lineSpacingDots: command.dots ?? DEFAULT_LINE_SPACING_DOTS }
    case 'qr-module':
      return { ...style, qr: { ...style.qr, moduleDots: command.dots } }
    case 'qr-level':
      return { ...style, qr: { ...style.qr, level: command.level } }
    case 'qr-store':
      return { ...style, qr: { ...style.qr, payload: Buffer.from(command.data).toString('utf8') } }
    default:
      return style
  }
}

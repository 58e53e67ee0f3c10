import { columnsOf, textColumns } from './gb18030.ts'

/** Breaks text into lines of a given number of half-width columns, as a careful typist would: between words, not in them. */

const NEVER_FIRST = /^[，。？！、；：）」』》〉】〕”’…—％·,.?!;:)\]}%]/u
const NEVER_LAST = /[（「『《〈【〔“‘([{]$/u

/** ICU's dictionary knows Chinese words, so 待遇资格认证 is not torn where it need not be. */
const words = new Intl.Segmenter('zh', { granularity: 'word' })

/** Pieces that stay together: words with the punctuation that clings to them. */
function pieces(line: string): string[] {
  const result: string[] = []
  for (const { segment } of words.segment(line)) {
    const last = result.at(-1)
    if (last !== undefined && NEVER_FIRST.test(segment)) {
      // A space before a closing sign is no place to break either.
      const before = last.trim() === '' && result.length > 1 ? result.splice(-2) : result.splice(-1)
      result.push(before.join('') + segment)
    } else if (last !== undefined && NEVER_LAST.test(last)) result[result.length - 1] = last + segment
    else result.push(segment)
  }
  return result
}

/** How many characters may move down with a closing sign. More than that in a row is not a sentence. */
const CARRIED_AT_MOST = 4

/** How many characters at the end of `line` go down to the next line so that `next` does not start it, nor a bracket end this one. */
function carriedWith(next: string, line: readonly string[]): number {
  for (let carried = 0; carried <= CARRIED_AT_MOST && carried < line.length; carried++) {
    const first = carried === 0 ? next : (line[line.length - carried] ?? '')
    if (!NEVER_FIRST.test(first) && !NEVER_LAST.test(line[line.length - carried - 1] ?? '')) return carried
  }
  return 0
}

/** Cuts a piece that no line can hold, by code points. */
function cut(piece: string, columns: number): string[] {
  const lines: string[] = []
  let line: string[] = []
  let used = 0
  for (const character of piece) {
    const width = columnsOf(character)
    if (used + width > columns) {
      const down = carriedWith(character, line)
      // What goes down must leave room for what it goes down with.
      const fits = down > 0 && textColumns(line.slice(-down).join('')) + width <= columns
      const carried = fits ? line.splice(-down) : []
      lines.push(line.join(''))
      line = carried
      used = textColumns(carried.join(''))
    }
    line.push(character)
    used += width
  }
  lines.push(line.join(''))
  return lines
}

/**
 * Lines of at most `columns` half-width columns. Breaks between words, never inside a surrogate pair, never before
 * ，。？！、）」 and their kind, never after an opening bracket. A run of nothing but such signs longer than a line is cut anyway.
 */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    if (textColumns(paragraph) <= columns) {
      lines.push(paragraph.trimEnd())
      continue
    }
    let line = ''
    for (const piece of pieces(paragraph)) {
      if (textColumns((line + piece).trimEnd()) <= columns) {
        line += piece
        continue
      }
      if (line.trimEnd() !== '') lines.push(line.trimEnd())
      const parts = cut(piece.trimStart(), columns)
      lines.push(...parts.slice(0, -1))
      line = parts.at(-1) ?? ''
    }
    lines.push(line.trimEnd())
  }
  return lines
}

/** A label and its value in the column that starts at `valueColumn`; a label too long for that takes a line of its own. */
export function layOutRow(label: string, value: string, columns: number, valueColumn: number): string[] {
  const indent = ' '.repeat(valueColumn)
  const values = wrapText(value, columns - valueColumn).map((line) => indent + line)
  const room = valueColumn - textColumns(label)
  if (room < 1) return [...wrapText(label, columns), ...values]
  return [label + ' '.repeat(room) + (values[0] ?? '').slice(valueColumn), ...values.slice(1)]
}

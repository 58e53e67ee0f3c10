import type { Report } from './report.ts'

const GAP = '  '

/** The report as a table for people. */
export function renderTable(title: string, { rows, problems }: Report): string {
  const whatWidth = Math.max(...rows.map(({ what }) => what.length))
  const valueWidth = Math.max(...rows.map(({ value }) => value.length))
  const lines = rows.map(({ what, value, beside = '' }) =>
    `${GAP}${what.padEnd(whatWidth)}${GAP}${value.padStart(valueWidth)}${GAP}${beside}`.trimEnd(),
  )
  return [title, '', ...lines, ...problems.map((problem) => `${GAP}PROBLEM: ${problem}`), ''].join('\n')
}

export function ms(value: number, digits = 2): string {
  return `${value.toFixed(digits)} ms`
}

export function times(value: number): string {
  return `${value.toFixed(2)} ×`
}

/** "limit 1.10 ×: kept" or "…: missed". */
export function limitNote(limit: string, isWithin: boolean): string {
  return `limit ${limit}: ${isWithin ? 'kept' : 'missed'}`
}

/** "at least 2.00 ×: reached" or "…: missed". */
export function reachNote(reach: string, isReached: boolean): string {
  return `at least ${reach}: ${isReached ? 'reached' : 'missed'}`
}

const BAR_WIDTH = 30

/** A picture of a value beside the greatest one. */
export function bar(value: number, most: number): string {
  return '█'.repeat(Math.max(1, Math.round((value / most) * BAR_WIDTH)))
}

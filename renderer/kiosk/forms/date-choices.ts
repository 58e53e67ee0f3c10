import { addDays } from '../../../sync/protocol/answers.ts'
import type { Field } from '../../../sync/protocol/service-item.ts'

type DateField = Extract<Field, { type: 'date' }>

/** What of a date is chosen; parts are null until they are. */
export interface DateParts {
  readonly year: number | null
  readonly month: number | null
  readonly day: number | null
}

export interface DateRange {
  readonly from: string
  readonly to: string
}

export function rangeOf(field: DateField, today: string): DateRange {
  return { from: addDays(today, field.earliestDays), to: addDays(today, field.latestDays) }
}

const pad = (value: number) => String(value).padStart(2, '0')

export function isoOf(parts: DateParts): string | null {
  if (parts.year === null || parts.month === null || parts.day === null) return null
  return `${parts.year}-${pad(parts.month)}-${pad(parts.day)}`
}

export function partsOf(iso: string | undefined): DateParts {
  if (iso === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(iso)) return { year: null, month: null, day: null }
  return { year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8)) }
}

/** All years of the range, those nearest to today first when it lies in the past. */
export function yearsOf(range: DateRange, today: string): readonly number[] {
  const first = Number(range.from.slice(0, 4))
  const last = Number(range.to.slice(0, 4))
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return range.to > today ? years : years.reverse()
}

/** True when the month has a day of the range. */
export function isMonthOpen(year: number | null, month: number, range: DateRange): boolean {
  if (year === null) return true
  const prefix = `${year}-${pad(month)}`
  return prefix >= range.from.slice(0, 7) && prefix <= range.to.slice(0, 7)
}

export function daysInMonth(year: number | null, month: number | null): number {
  // Without a year, February may have its 29th.
  return month === null ? 31 : new Date(Date.UTC(year ?? 2024, month, 0)).getUTCDate()
}

export function isDayOpen(parts: DateParts, day: number, range: DateRange): boolean {
  if (day > daysInMonth(parts.year, parts.month)) return false
  const iso = isoOf({ ...parts, day })
  return iso === null || (iso >= range.from && iso <= range.to)
}

/** Takes a part in, and lets go of those that the calendar or the range no longer allow with it. */
export function choosePart(parts: DateParts, change: Partial<DateParts>, range: DateRange): DateParts {
  let next: DateParts = { ...parts, ...change }
  if (next.month !== null && !isMonthOpen(next.year, next.month, range)) next = { ...next, month: null, day: null }
  if (next.day !== null && !isDayOpen(next, next.day, range)) next = { ...next, day: null }
  return next
}

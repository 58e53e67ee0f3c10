import { isRealDate } from '../../../sync/protocol/id-number.ts'
import { isRealMonth } from '../../../sync/protocol/plain-values.ts'
import type { Applicant } from '../../../sync/protocol/submission.ts'
import { type StringKey, say } from '../../ui/strings/say.ts'

/** How numbers, dates and names are shown (look.md section 3). Groups are parted by layout, so they come as rows. */

const MASK = '＊'

/** 6-8-4 for 18 characters; the 15 of the foreigner's number of 2017 as 3-8-4. */
export function groupIdNumber(number: string): readonly string[] {
  const head = number.length - 12
  return [number.slice(0, head), number.slice(head, head + 8), number.slice(head + 8)]
}

export function maskIdNumber(number: string): readonly string[] {
  const [first = '', middle = '', last = ''] = groupIdNumber(number)
  return [first, MASK.repeat(middle.length), last]
}

/** 3-4-4, also while it is still being typed. */
export function groupMobile(number: string): readonly string[] {
  return [number.slice(0, 3), number.slice(3, 7), number.slice(7)].filter((group) => group !== '')
}

export function maskMobile(number: string): readonly string[] {
  return [number.slice(0, 3), MASK.repeat(4), number.slice(7)]
}

const pad = (value: number) => String(value).padStart(2, '0')

/** ISO date of a moment, in the terminal's time zone. */
export function isoDate(moment: Date): string {
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`
}

/** 10:48, 24 h, in the terminal's time zone. */
export function clockTime(moment: Date): string {
  return `${pad(moment.getHours())}:${pad(moment.getMinutes())}`
}

function parts(iso: string) {
  return { year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8, 10)) }
}

export function longDate(iso: string): string {
  return isRealDate(iso) ? say('date.long', parts(iso)) : iso
}

/** 2026年10月 of YYYY-MM. */
export function longMonth(month: string): string {
  return isRealMonth(month) ? say('date.month-long', parts(month)) : month
}

export function weekday(iso: string): string {
  return say(`date.weekday.${new Date(`${iso}T00:00:00.000Z`).getUTCDay()}` as StringKey)
}

export function chosenDate(iso: string): string {
  return say('date.chosen', { ...parts(iso), weekday: weekday(iso) })
}

const DAY_MS = 86_400_000

/** Nobody counts in days what is further away: a birthday, a retirement. */
const COUNTED_DAYS = 366

/** 23天前, 今天, 3天后; nothing for what lies more than a year away. */
export function daysFrom(today: string, iso: string): string {
  const days = Math.round((Date.parse(`${iso}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS)
  if (Math.abs(days) > COUNTED_DAYS) return ''
  if (days === 0) return say('date.today')
  return days < 0 ? say('date.days-ago', { days: -days }) : say('date.days-ahead', { days })
}

/** How long something has waited, in the two largest units. */
export function duration(elapsedMs: number): string {
  const minutes = Math.floor(Math.max(0, elapsedMs) / 60_000)
  if (minutes < 1) return say('duration.under-minute')
  if (minutes < 60) return say('duration.minutes', { minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return say('duration.hours', { hours, minutes: minutes % 60 })
  return say('duration.days', { days: Math.floor(hours / 24), hours: hours % 24 })
}

/** 周先生, 欧阳女士; nobody's full name (look.md section 4.4). Names that are not built surname first stay unsaid. */
export function formOfAddress(applicant: Pick<Applicant, 'name' | 'sex'>): string {
  if (applicant.sex === 'unknown' || !/^\p{Script=Han}{2,4}$/u.test(applicant.name)) return say('who.unknown')
  const double = say('surnames.double').split(' ')
  const surname = double.find((candidate) => applicant.name.startsWith(candidate) && applicant.name.length > 2)
  return say(`who.${applicant.sex}`, { surname: surname ?? [...applicant.name].slice(0, 1).join('') })
}

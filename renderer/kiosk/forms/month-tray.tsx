import { useState } from 'react'
import { addMonths } from '../../../sync/protocol/answers.ts'
import type { FieldOf } from '../../../sync/protocol/service-item.ts'
import { Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { longMonth } from './show.ts'

/** Years in a row; the rest behind 更早 or 更晚. */
const YEARS_SHOWN = 5

interface MonthTrayProps {
  readonly field: FieldOf<'month'>
  readonly value: string | undefined
  readonly today: string
  readonly onChange: (value: string) => void
  readonly onDone: () => void
}

/** Year and month as buttons; the result repeated (look.md section 5, Date by choices). */
export function MonthTray({ field, value, today, onChange, onDone }: MonthTrayProps) {
  const [from, to] = [addMonths(today, field.earliestMonths), addMonths(today, field.latestMonths)]
  const years = yearsBetween(from, to, today)
  const [year, setYear] = useState(() =>
    value === undefined || value === '' ? (years[0] ?? 0) : Number(value.slice(0, 4)),
  )
  const [page, setPage] = useState(() => Math.max(0, Math.floor(years.indexOf(year) / YEARS_SHOWN)))
  const monthOf = (month: number) => `${year}-${String(month).padStart(2, '0')}`
  const isOpen = (iso: string) => iso >= from && iso <= to
  const chooseYear = (next: number) => {
    setYear(next)
    // A month of another year is another answer: it is chosen again.
    if (value?.slice(0, 4) !== String(next)) onChange('')
  }
  const isChosen = value !== undefined && value !== ''
  return (
    <div className="tray date-tray month-tray" data-testid="month-tray">
      <div className="date-years">
        {years.slice(page * YEARS_SHOWN, (page + 1) * YEARS_SHOWN).map((each) => (
          <button
            type="button"
            key={each}
            className={`key key-part ${each === year ? 'is-chosen' : ''}`}
            aria-pressed={each === year}
            data-testid={`month-year-${each}`}
            onClick={() => chooseYear(each)}
          >
            {each}
          </button>
        ))}
        {years.length > YEARS_SHOWN ? (
          <button
            type="button"
            className="key key-word"
            data-testid="month-years-more"
            onClick={() => setPage((page + 1) * YEARS_SHOWN < years.length ? page + 1 : 0)}
          >
            {say((years[0] ?? 0) > (years[1] ?? 0) ? 'date.earlier-years' : 'date.later-years')}
          </button>
        ) : null}
      </div>
      <div className="date-months">
        {Array.from({ length: 12 }, (_, index) => index + 1).map((month) => (
          <button
            type="button"
            key={month}
            className={`key key-part ${value === monthOf(month) ? 'is-chosen' : ''}`}
            disabled={!isOpen(monthOf(month))}
            aria-pressed={value === monthOf(month)}
            data-testid={`month-${month}`}
            onClick={() => onChange(monthOf(month))}
          >
            {say('date.month', { month })}
          </button>
        ))}
      </div>
      <p className="tray-result" aria-live="polite">
        {isChosen ? <Spaced text={longMonth(value)} /> : say('date.pick-rest', { what: say('date.part.month') })}
      </p>
      <button
        type="button"
        className="key key-word key-primary tray-done"
        disabled={!isChosen}
        data-testid="month-done"
        onClick={onDone}
      >
        {say('keyboard.done')}
      </button>
    </div>
  )
}

/** Those nearest to today first when they lie in the past. */
function yearsBetween(from: string, to: string, today: string): readonly number[] {
  const [first, last] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))]
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return to > today.slice(0, 7) ? years : years.reverse()
}

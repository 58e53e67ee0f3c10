import { useState } from 'react'
import type { Field } from '../../../sync/protocol/service-item.ts'
import { Spaced } from '../../ui/components.tsx'
import { type StringKey, say } from '../../ui/strings/say.ts'
import {
  choosePart,
  type DateParts,
  daysInMonth,
  isDayOpen,
  isMonthOpen,
  isoOf,
  partsOf,
  rangeOf,
  yearsOf,
} from './date-choices.ts'
import { chosenDate } from './show.ts'

/** Years in a row; the rest behind 更早 or 更晚. */
const YEARS_SHOWN = 5

interface DateTrayProps {
  readonly field: Extract<Field, { type: 'date' }>
  readonly value: string | undefined
  readonly today: string
  readonly onChange: (value: string) => void
  readonly onDone: () => void
}

/** Year, month and day as buttons; the result repeated with its weekday (look.md section 5). */
export function DateTray({ field, value, today, onChange, onDone }: DateTrayProps) {
  const range = rangeOf(field, today)
  const years = yearsOf(range, today)
  const [parts, setParts] = useState<DateParts>(() => {
    const given = partsOf(value)
    return given.year === null && years.length === 1 ? { ...given, year: years[0] ?? null } : given
  })
  const [yearPage, setYearPage] = useState(0)
  const choose = (change: Partial<DateParts>) => {
    const next = choosePart(parts, change, range)
    setParts(next)
    onChange(isoOf(next) ?? '')
  }
  const chosen = isoOf(parts)
  const shownYears = years.slice(yearPage * YEARS_SHOWN, (yearPage + 1) * YEARS_SHOWN)
  const lacking = (['year', 'month', 'day'] as const).filter((part) => parts[part] === null)
  const months = Array.from({ length: 12 }, (_, index) => index + 1)
  const days = Array.from({ length: daysInMonth(parts.year, parts.month) }, (_, index) => index + 1)
  const part = (kind: 'year' | 'month' | 'day', number: number, isOpen: boolean) => (
    <button
      type="button"
      key={number}
      className={`key key-part ${parts[kind] === number ? 'is-chosen' : ''}`}
      disabled={!isOpen}
      aria-pressed={parts[kind] === number}
      data-testid={`date-${kind}-${number}`}
      onClick={() => choose({ [kind]: number })}
    >
      {parts[kind] === number ? say(`date.${kind}`, { [kind]: number }) : number}
    </button>
  )
  return (
    <div className="tray date-tray" data-testid="date-tray">
      <div className="date-years">
        {shownYears.map((year) => part('year', year, true))}
        {years.length > YEARS_SHOWN ? (
          <button
            type="button"
            className="key key-word"
            data-testid="date-years-more"
            onClick={() => setYearPage((yearPage + 1) * YEARS_SHOWN < years.length ? yearPage + 1 : 0)}
          >
            {say((years[0] ?? 0) > (years[1] ?? 0) ? 'date.earlier-years' : 'date.later-years')}
          </button>
        ) : null}
      </div>
      <div className="date-months">
        {months.map((month) => part('month', month, isMonthOpen(parts.year, month, range)))}
      </div>
      <div className="date-days">{days.map((day) => part('day', day, isDayOpen(parts, day, range)))}</div>
      <p className="tray-result" aria-live="polite">
        {chosen === null ? (
          say('date.pick-rest', {
            what: lacking.map((name) => say(`date.part.${name}` as StringKey)).join(say('list.and')),
          })
        ) : (
          <Spaced text={chosenDate(chosen)} />
        )}
      </p>
      <button
        type="button"
        className="key key-word key-primary tray-done"
        disabled={chosen === null}
        data-testid="date-done"
        onClick={onDone}
      >
        {say('keyboard.done')}
      </button>
    </div>
  )
}

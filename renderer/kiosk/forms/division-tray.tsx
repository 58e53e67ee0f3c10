import { useState } from 'react'
import { type Division, divisionLevel, type FieldOf } from '../../../sync/protocol/service-item.ts'
import { local, say } from '../../ui/strings/say.ts'
import { codeAt, type Level, levelsOf, likelyFirst, placeName, placesIn } from './divisions.ts'

/** Rows of a column; with more places the last row is 更多. Never a wheel (look.md section 5). */
const ROWS = 5

interface DivisionTrayProps {
  readonly field: Pick<FieldOf<'division' | 'address'>, 'level'>
  readonly value: string | undefined
  readonly divisions: readonly Division[]
  readonly cardDivision: string | null
  readonly onChange: (value: string) => void
  readonly onDone: () => void
}

export function DivisionTray({ field, value, divisions, cardDivision, onChange, onDone }: DivisionTrayProps) {
  const [chosen, setChosen] = useState<string | null>(value ?? null)
  const levels = levelsOf(field)
  const choose = (code: string) => {
    setChosen(code)
    onChange(divisionLevel(code) === field.level ? code : '')
  }
  const isWhole = chosen !== null && divisionLevel(chosen) === field.level
  return (
    <div className="tray division-tray" data-testid="division-tray">
      <div className={`division-columns columns-${levels.length}`}>
        {levels.map((level) => {
          const parent = parentOf(level, chosen)
          if (parent === undefined)
            return <DivisionColumn key={level} level={level} places={[]} chosen={null} onChoose={choose} />
          const places = likelyFirst(placesIn(divisions, level, parent), cardDivision)
          const here = chosen === null || reached(chosen) < levels.indexOf(level) ? null : codeAt(chosen, level)
          return (
            <DivisionColumn
              key={`${level}-${parent ?? ''}`}
              level={level}
              places={places}
              chosen={here}
              onChoose={choose}
            />
          )
        })}
      </div>
      <p className="tray-result" aria-live="polite">
        {chosen === null ? say('division.pick') : say('division.chosen', { where: placeName(divisions, chosen) })}
      </p>
      <button
        type="button"
        className="key key-word key-primary tray-done"
        disabled={!isWhole}
        data-testid="division-done"
        onClick={onDone}
      >
        {say('keyboard.done')}
      </button>
    </div>
  )
}

function reached(code: string): number {
  return ['province', 'prefecture', 'county'].indexOf(divisionLevel(code))
}

/** null: no parent needed. undefined: the parent is not chosen yet. */
function parentOf(level: Level, chosen: string | null): string | null | undefined {
  if (level === 'province') return null
  if (chosen === null) return undefined
  if (level === 'prefecture') return codeAt(chosen, 'province')
  return reached(chosen) >= 1 ? codeAt(chosen, 'prefecture') : undefined
}

interface ColumnProps {
  readonly level: Level
  readonly places: readonly Division[]
  readonly chosen: string | null
  readonly onChoose: (code: string) => void
}

function DivisionColumn({ level, places, chosen, onChoose }: ColumnProps) {
  const [page, setPage] = useState(0)
  const rows = places.length > ROWS ? ROWS - 1 : ROWS
  const shown = places.slice(page * rows, (page + 1) * rows)
  return (
    <div className="division-column">
      <span className="division-heading">{say(`division.${level}`)}</span>
      {shown.map((place) => (
        <button
          type="button"
          key={place.code}
          className={`key key-place ${place.code === chosen ? 'is-chosen' : ''}`}
          aria-pressed={place.code === chosen}
          data-testid={`division-${place.code}`}
          onClick={() => onChoose(place.code)}
        >
          {local(place.name)}
        </button>
      ))}
      {places.length > ROWS ? (
        <button
          type="button"
          className="key key-word"
          data-testid={`division-more-${level}`}
          data-repeats
          onClick={() => setPage((page + 1) * rows < places.length ? page + 1 : 0)}
        >
          {say('division.more')}
        </button>
      ) : null}
    </div>
  )
}

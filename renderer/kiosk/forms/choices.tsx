import { useState } from 'react'
import type { Field } from '../../../sync/protocol/service-item.ts'
import { BigChoice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'

/** Elder mode shows four answers at most (domain.md section 4); with more, the fourth is 更多. */
const SHOWN = 4

interface ChoicesProps {
  readonly field: Extract<Field, { type: 'choice' }>
  readonly value: string
  /** The only question of its page: its answers are big. */
  readonly isAlone: boolean
  readonly isElder: boolean
  readonly onChange: (value: string) => void
}

export function Choices({ field, value, isAlone, isElder, onChange }: ChoicesProps) {
  const { options } = field
  const isPaged = isElder && options.length > SHOWN
  const perPage = isPaged ? SHOWN - 1 : options.length
  const [page, setPage] = useState(() => pageOf(options, value, perPage))
  const shown = options.slice(page * perPage, (page + 1) * perPage)
  return (
    <fieldset
      className={`choices ${isAlone ? 'choices-big' : ''}`}
      aria-labelledby={`label-${field.id}`}
      data-testid={`field-${field.id}`}
    >
      {shown.map((option) => (
        <BigChoice
          key={option.value}
          word={local(option.label)}
          note={option.note === undefined ? undefined : local(option.note)}
          isChosen={value === option.value}
          onPress={() => onChange(option.value)}
          testId={`choice-${field.id}-${option.value}`}
        />
      ))}
      {isPaged ? (
        <button
          type="button"
          className="choice choice-more"
          data-testid={`choice-${field.id}-more`}
          onClick={() => setPage((page + 1) * perPage < options.length ? page + 1 : 0)}
        >
          <span className="choice-word">{say('elder.more-answers')}</span>
        </button>
      ) : null}
    </fieldset>
  )
}

/** Where the chosen answer stands, so that whoever comes back sees it. */
function pageOf(options: readonly { readonly value: string }[], value: string, perPage: number): number {
  return Math.max(0, Math.floor(options.findIndex((option) => option.value === value) / perPage))
}

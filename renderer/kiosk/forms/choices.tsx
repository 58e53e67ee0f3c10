import { useContext, useState } from 'react'
import { joinChoices, splitChoices } from '../../../sync/protocol/composite-answers.ts'
import { ELDER_CHOICES } from '../../../sync/protocol/elder-pages.ts'
import type { FieldOf } from '../../../sync/protocol/service-item.ts'
import { BigChoice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { ClosedOptions } from './closed-options.ts'

interface ChoicesProps {
  readonly field: FieldOf<'choice' | 'multi-choice'>
  readonly value: string
  /** The only question of its page: its answers are big. */
  readonly isAlone: boolean
  readonly isElder: boolean
  readonly onChange: (value: string) => void
}

/** A page of big answers in standard mode holds these; the rest by 更多, never by dragging. */
const STANDARD_CHOICES = 8

/** Elder mode shows four answers at most (domain.md section 4); with more, the last place is 更多. */
export function Choices({ field, value, isAlone, isElder, onChange }: ChoicesProps) {
  const { options } = field
  const closed = useContext(ClosedOptions)
  const most = isElder ? ELDER_CHOICES : isAlone ? STANDARD_CHOICES : options.length
  const isPaged = options.length > most
  const perPage = isPaged ? most - 1 : options.length
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
          note={closed.get(option.value) ?? (option.note === undefined ? undefined : local(option.note))}
          isOff={closed.has(option.value)}
          isChosen={splitChoices(value).includes(option.value)}
          onPress={() => onChange(pressed(field, value, option.value))}
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

/** The answer after an option was touched: one choice replaces, one of several goes in or out. */
function pressed(field: ChoicesProps['field'], value: string, option: string): string {
  if (field.type === 'choice') return option
  const chosen = splitChoices(value)
  const next = chosen.includes(option) ? chosen.filter((each) => each !== option) : [...chosen, option]
  return joinChoices(next, field.options)
}

/** Where the chosen answer stands, so that whoever comes back sees it. */
function pageOf(options: readonly { readonly value: string }[], value: string, perPage: number): number {
  return Math.max(0, Math.floor(options.findIndex((option) => splitChoices(value).includes(option.value)) / perPage))
}

import type { AnswerFault } from '../../../sync/protocol/answers.ts'
import type { Division, Field } from '../../../sync/protocol/service-item.ts'
import { ErrorSentence, Groups, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { Choices } from './choices.tsx'
import { placeName } from './divisions.ts'
import { answerSentence } from './sentences.ts'
import { daysFrom, groupMobile, longDate } from './show.ts'

const MOBILE_DIGITS = 11

interface FieldRowProps {
  readonly field: Field
  readonly value: string
  readonly fault: AnswerFault | undefined
  readonly isActive: boolean
  /** The only question of its page: its label would say the same again. */
  readonly isAlone: boolean
  readonly isElder: boolean
  readonly today: string
  readonly divisions: readonly Division[]
  readonly onActivate: () => void
  readonly onChange: (value: string) => void
  /** A letter from a hardware keyboard; true when it was taken as pinyin. */
  readonly onHardKey: (event: React.KeyboardEvent<HTMLInputElement>) => boolean
}

export function FieldRow(props: FieldRowProps) {
  const { field, fault, isActive, isAlone, today } = props
  return (
    <div
      className={`field ${isActive ? 'is-active' : ''} ${isAlone ? 'is-alone' : ''} ${fault ? 'has-fault' : ''}`}
      data-field={field.id}
    >
      <span className="field-label" id={`label-${field.id}`}>
        {local(field.label)}
        {field.required ? null : <span className="field-optional">{say('form.optional')}</span>}
      </span>
      <div className="field-control">
        <Control {...props} />
        {fault === undefined ? null : (
          <ErrorSentence text={answerSentence(field, fault, today)} testId={`fault-${field.id}`} />
        )}
      </div>
    </div>
  )
}

function Control({
  field,
  value,
  isActive,
  isAlone,
  isElder,
  today,
  divisions,
  onActivate,
  onChange,
  onHardKey,
}: FieldRowProps) {
  const box = `box ${isActive ? 'is-active' : ''}`
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
      return <Choices field={field} value={value} isAlone={isAlone} isElder={isElder} onChange={onChange} />
    case 'phone':
      return (
        <span className="phone-box">
          <input
            className={box}
            type="text"
            inputMode="none"
            autoComplete="off"
            aria-labelledby={`label-${field.id}`}
            data-testid={`field-${field.id}`}
            data-input={field.id}
            value={value}
            onFocus={onActivate}
            onClick={onActivate}
            onChange={(event) => onChange(event.target.value.replace(/\D/g, '').slice(0, MOBILE_DIGITS))}
          />
          <span className="phone-shown" aria-hidden="true">
            <Groups groups={groupMobile(value)} />
            {isActive ? <i className="caret" /> : null}
          </span>
        </span>
      )
    case 'date':
      return (
        <button
          type="button"
          className={box}
          id={`box-${field.id}`}
          aria-labelledby={`label-${field.id} box-${field.id}`}
          data-testid={`field-${field.id}`}
          onClick={onActivate}
        >
          <span>
            <Spaced text={value === '' ? say('date.pick') : longDate(value)} />
          </span>
          {value === '' ? null : (
            <span className="box-aside">
              <Spaced text={daysFrom(today, value)} />
            </span>
          )}
        </button>
      )
    case 'division':
      return (
        <button
          type="button"
          className={box}
          id={`box-${field.id}`}
          aria-labelledby={`label-${field.id} box-${field.id}`}
          data-testid={`field-${field.id}`}
          onClick={onActivate}
        >
          {value === '' ? say('division.pick') : placeName(divisions, value)}
        </button>
      )
    default:
      return (
        <input
          className={box}
          type="text"
          inputMode="none"
          autoComplete="off"
          spellCheck={false}
          aria-labelledby={`label-${field.id}`}
          data-testid={`field-${field.id}`}
          data-input={field.id}
          value={value}
          onFocus={onActivate}
          onClick={onActivate}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (onHardKey(event)) event.preventDefault()
          }}
        />
      )
  }
}

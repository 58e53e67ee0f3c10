import type { AnswerFault } from '../../../sync/protocol/answers.ts'
import type { Division, Field, LocalText } from '../../../sync/protocol/service-item.ts'
import { Button, ErrorSentence, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import type { FieldTold } from '../machine/told-steps.ts'
import { AddressBox, NumberBox, TextBox } from './boxes.tsx'
import { Choices } from './choices.tsx'
import { placeName } from './divisions.ts'
import { LONG_GLYPHS, LongText } from './long-text.tsx'
import { answerSentence } from './sentences.ts'
import { daysFrom, longDate, longMonth } from './show.ts'

interface FieldRowProps {
  readonly field: Field
  readonly value: string
  readonly fault: AnswerFault | undefined
  /** In place of the usual sentence, when a rule of the item is what does not hold. */
  readonly ruleSentence: LocalText | undefined
  /** How it stands to what a department says. */
  readonly told: FieldTold | undefined
  readonly isActive: boolean
  /** The only question of its page: its label would say the same again. */
  readonly isAlone: boolean
  readonly isElder: boolean
  readonly today: string
  readonly divisions: readonly Division[]
  readonly onActivate: () => void
  /** The place of an address, before its street and house. */
  readonly onActivatePlace: () => void
  readonly onChange: (value: string) => void
  /** A letter from a hardware keyboard; true when it was taken as pinyin. */
  readonly onHardKey: (event: React.KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => boolean
}

export function FieldRow(props: FieldRowProps) {
  const { field, fault, ruleSentence, isActive, isAlone, today } = props
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
        {props.told === undefined ? null : <ToldLine {...props} told={props.told} />}
        {fault === undefined ? null : (
          <ErrorSentence
            text={ruleSentence === undefined ? answerSentence(field, fault, today) : local(ruleSentence)}
            testId={`fault-${field.id}`}
          />
        )}
      </div>
    </div>
  )
}

/** From whom it is, and the way to say that it is not so; or that nobody could look it up. */
function ToldLine({
  field,
  told,
  value,
  isActive,
  onActivate,
  onChange,
}: FieldRowProps & { readonly told: FieldTold }) {
  if (told.kind === 'unverified') return <p className="told-line">{say('form.unverified')}</p>
  const source = local(told.value.source)
  if (told.kind === 'contested') {
    return (
      <p className="told-line" data-testid={`contested-${field.id}`}>
        {isActive || value === '' ? null : <span>{say('form.contested', { source })}</span>}
        <Button look="quiet" onPress={() => onChange(told.value.value)} testId={`take-shared-${field.id}`}>
          {say('form.shared-back', { source })}
        </Button>
      </p>
    )
  }
  return (
    <p className="told-line" data-testid={`shared-${field.id}`}>
      <span className="tag">{say('form.from-shared', { source })}</span>
      <Button
        look="quiet"
        onPress={() => {
          onChange('')
          onActivate()
        }}
        testId={`contest-${field.id}`}
      >
        {say('form.shared-wrong')}
      </Button>
    </p>
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
  onActivatePlace,
  onChange,
  onHardKey,
}: FieldRowProps) {
  const box = `box ${isActive ? 'is-active' : ''}`
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
      return <Choices field={field} value={value} isAlone={isAlone} isElder={isElder} onChange={onChange} />
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
    case 'month':
      return (
        <button
          type="button"
          className={box}
          id={`box-${field.id}`}
          aria-labelledby={`label-${field.id} box-${field.id}`}
          data-testid={`field-${field.id}`}
          onClick={onActivate}
        >
          <Spaced text={value === '' ? say('date.pick-month') : longMonth(value)} />
        </button>
      )
    case 'address':
      return (
        <AddressBox
          {...{ field, value, isActive, divisions, onActivate, onChange, onHardKey }}
          onDivision={onActivatePlace}
        />
      )
    case 'text':
      return field.maxGlyphs > LONG_GLYPHS ? (
        <LongText {...{ field, value, onChange, onActivate, onHardKey }} label={local(field.label)} />
      ) : (
        <TextBox {...{ field, value, isActive, onActivate, onChange, onHardKey }} />
      )
    case 'person-name':
      return <TextBox {...{ field, value, isActive, onActivate, onChange, onHardKey }} />
    default:
      return <NumberBox {...{ field, value, isActive, onActivate, onChange }} />
  }
}

import { joinAddress, splitAddress } from '../../../sync/protocol/composite-answers.ts'
import { groupsOf } from '../../../sync/protocol/grouping.ts'
import type { Division, Field, FieldOf } from '../../../sync/protocol/service-item.ts'
import { Groups } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { placeName } from './divisions.ts'
import { allowedIn } from './input-kinds.ts'

/** Boxes that are typed into; the keys are the tray's. */
interface BoxProps<F extends Field> {
  readonly field: F
  readonly value: string
  readonly isActive: boolean
  readonly onActivate: () => void
  readonly onChange: (value: string) => void
  /** A letter from a hardware keyboard; true when it was taken as pinyin. */
  readonly onHardKey: (event: React.KeyboardEvent<HTMLInputElement>) => boolean
}

/** Words: what is typed is what stands there. */
export function TextBox({ field, value, isActive, onActivate, onChange, onHardKey }: BoxProps<Field>) {
  return (
    <input
      className={`box ${isActive ? 'is-active' : ''}`}
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

/** Long numbers: typed as they are, shown in groups parted by layout (look.md section 3). */
export function NumberBox({ field, value, isActive, onActivate, onChange }: Omit<BoxProps<Field>, 'onHardKey'>) {
  const unit = field.type === 'whole-number' ? field.unit : undefined
  const after = field.type === 'amount' ? say('form.yuan') : unit === undefined ? '' : local(unit)
  return (
    <span className="phone-box">
      <input
        className={`box ${isActive ? 'is-active' : ''}`}
        type="text"
        inputMode="none"
        autoComplete="off"
        aria-labelledby={`label-${field.id}`}
        data-testid={`field-${field.id}`}
        data-input={field.id}
        value={value}
        onFocus={onActivate}
        onClick={onActivate}
        onChange={(event) => onChange(allowedIn(field, event.target.value))}
      />
      <span className="phone-shown" aria-hidden="true">
        <Groups groups={groupsOf(field.type, value)} />
        {isActive ? <i className="caret" /> : null}
        {after === '' ? null : <span className="box-unit">{after}</span>}
      </span>
    </span>
  )
}

interface AddressBoxProps extends BoxProps<FieldOf<'address'>> {
  readonly divisions: readonly Division[]
  readonly onDivision: () => void
}

/** A place that is chosen, and below it street and house that are typed. */
export function AddressBox({ divisions, onDivision, ...box }: AddressBoxProps) {
  const { field, value, onChange } = box
  const { division, detail } = splitAddress(value)
  return (
    <div className="address-box">
      <button
        type="button"
        className="box"
        id={`place-${field.id}`}
        aria-labelledby={`label-${field.id} place-${field.id}`}
        data-testid={`place-${field.id}`}
        onClick={onDivision}
      >
        {division === '' ? say('division.pick') : placeName(divisions, division)}
      </button>
      <TextBox {...box} value={detail} onChange={(next) => onChange(joinAddress({ division, detail: next }))} />
    </div>
  )
}

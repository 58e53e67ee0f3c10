import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'

/** A key never takes the caret away from the field. */
export const keepFocus = (event: React.PointerEvent) => event.preventDefault()

interface KeyProps {
  readonly word: string
  /** Its test id is `key-` and this. */
  readonly name: string
  readonly onPress: () => void
  readonly className?: string
  readonly sign?: 'backspace'
  /** Pressed twice in a breath it counts once, as every other button; typing keys may repeat. */
  readonly isOnce?: boolean
}

/** One key of the keyboards on the screen. */
export function Key({ word, name, onPress, className = '', sign, isOnce = false }: KeyProps) {
  return (
    <button
      type="button"
      className={`key ${className}`}
      data-testid={`key-${name}`}
      data-repeats={isOnce ? undefined : true}
      tabIndex={-1}
      onPointerDown={keepFocus}
      onClick={onPress}
    >
      {sign === undefined ? null : <Sign name={sign} />}
      {word}
    </button>
  )
}

export function DeleteKey({ onPress, className = '' }: Pick<KeyProps, 'onPress' | 'className'>) {
  return (
    <Key
      word={say('keyboard.delete')}
      name="delete"
      sign="backspace"
      onPress={onPress}
      className={`key-word ${className}`}
    />
  )
}

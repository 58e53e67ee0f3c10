import { say } from '../../ui/strings/say.ts'
import { DeleteKey, Key } from './key.tsx'

interface PadProps {
  readonly onDigit: (digit: string) => void
  readonly onErase: () => void
  readonly onClear: () => void
  readonly onDone: () => void
  /** A key of this kind of number in the place of 全删: X of a person's number, the point of an amount. */
  readonly corner?: 'X' | '.' | undefined
}

/** 3 × 4; keys at least 17 mm high. Lower left empties the field, lower right takes the last digit away. */
export function NumberPad({ onDigit, onErase, onClear, onDone, corner }: PadProps) {
  return (
    <div className="tray number-pad" data-testid="number-pad">
      <div className="number-keys">
        {[...'123456789'].map((digit) => (
          <Key key={digit} word={digit} name={digit} onPress={() => onDigit(digit)} />
        ))}
        {corner === undefined ? (
          <Key word={say('keyboard.clear')} name="clear" onPress={onClear} className="key-word" isOnce />
        ) : (
          <Key word={corner} name={corner} onPress={() => onDigit(corner)} />
        )}
        <Key word="0" name="0" onPress={() => onDigit('0')} />
        <DeleteKey onPress={onErase} />
      </div>
      <Key
        word={say('keyboard.done')}
        name="done"
        onPress={onDone}
        className="key-word key-primary number-done"
        isOnce
      />
    </div>
  )
}

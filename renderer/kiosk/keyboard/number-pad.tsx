import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'

const keepFocus = (event: React.PointerEvent) => event.preventDefault()

interface PadProps {
  readonly onDigit: (digit: string) => void
  readonly onErase: () => void
  readonly onClear: () => void
  readonly onDone: () => void
}

/** 3 × 4; keys at least 17 mm high. Lower left empties the field, lower right takes the last digit away. */
export function NumberPad({ onDigit, onErase, onClear, onDone }: PadProps) {
  return (
    <div className="tray number-pad" data-testid="number-pad">
      <div className="number-keys">
        {[...'123456789'].map((digit) => (
          <button
            type="button"
            className="key"
            key={digit}
            data-testid={`key-${digit}`}
            data-repeats
            tabIndex={-1}
            onPointerDown={keepFocus}
            onClick={() => onDigit(digit)}
          >
            {digit}
          </button>
        ))}
        <button
          type="button"
          className="key key-word"
          data-testid="key-clear"
          tabIndex={-1}
          onPointerDown={keepFocus}
          onClick={onClear}
        >
          {say('keyboard.clear')}
        </button>
        <button
          type="button"
          className="key"
          data-testid="key-0"
          data-repeats
          tabIndex={-1}
          onPointerDown={keepFocus}
          onClick={() => onDigit('0')}
        >
          0
        </button>
        <button
          type="button"
          className="key key-word"
          data-testid="key-delete"
          data-repeats
          tabIndex={-1}
          onPointerDown={keepFocus}
          onClick={onErase}
        >
          <Sign name="backspace" />
          {say('keyboard.delete')}
        </button>
      </div>
      <button
        type="button"
        className="key key-word key-primary number-done"
        data-testid="key-done"
        tabIndex={-1}
        onPointerDown={keepFocus}
        onClick={onDone}
      >
        {say('keyboard.done')}
      </button>
    </div>
  )
}

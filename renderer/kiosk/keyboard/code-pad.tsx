import { say } from '../../ui/strings/say.ts'
import { DeleteKey, Key } from './key.tsx'

const CHARACTERS = '1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ.'

interface CodePadProps {
  readonly onCharacter: (character: string) => void
  readonly onErase: () => void
  readonly onClear: () => void
  readonly onDone: () => void
}

/** Digits and capital letters in their own order, and the point of licence identifiers. */
export function CodePad({ onCharacter, onErase, onClear, onDone }: CodePadProps) {
  return (
    <div className="tray code-pad" data-testid="code-pad">
      <div className="code-keys">
        {[...CHARACTERS].map((character) => (
          <Key key={character} word={character} name={character} onPress={() => onCharacter(character)} />
        ))}
      </div>
      <div className="key-row">
        <Key word={say('keyboard.clear')} name="clear" onPress={onClear} className="key-word" isOnce />
        <DeleteKey onPress={onErase} />
        <Key word={say('keyboard.done')} name="done" onPress={onDone} className="key-word key-primary" isOnce />
      </div>
    </div>
  )
}

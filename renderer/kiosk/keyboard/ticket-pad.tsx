import { TICKET_ALPHABET } from '../../../sync/protocol/ticket.ts'
import { say } from '../../ui/strings/say.ts'
import { DeleteKey, Key } from './key.tsx'

interface TicketPadProps {
  readonly onCharacter: (character: string) => void
  readonly onErase: () => void
  readonly onClear: () => void
}

/** The 28 characters that a ticket may have, and no others: what people mistake for one another is not there to touch. */
export function TicketPad({ onCharacter, onErase, onClear }: TicketPadProps) {
  return (
    <div className="tray ticket-pad" data-testid="ticket-pad">
      <div className="ticket-keys">
        {[...TICKET_ALPHABET].map((character) => (
          <Key key={character} word={character} name={character} onPress={() => onCharacter(character)} />
        ))}
      </div>
      <div className="key-row">
        <Key word={say('keyboard.clear')} name="clear" onPress={onClear} className="key-word" isOnce />
        <DeleteKey onPress={onErase} />
      </div>
    </div>
  )
}

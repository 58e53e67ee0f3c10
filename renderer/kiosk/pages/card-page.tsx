import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { MachineDrawing } from '../drawings/machine.tsx'
import { cardSentence, readerSentence } from '../forms/sentences.ts'
import { Broken, Page } from '../shell/page.tsx'
import { ItemProgress } from './item-progress.tsx'

interface CardPageProps {
  readonly item: ServiceItem
  /** Somebody else's comes after it. */
  readonly isAgent: boolean
  readonly reader: CardEvent
  readonly devices: Devices | null
  readonly onOnlyLook: () => void
  readonly onStaff: () => void
}

export function CardPage({ item, isAgent, reader, devices, onOnlyLook, onStaff }: CardPageProps) {
  const state = reader.kind === 'reading' ? 1 : reader.kind === 'card' ? 2 : 0
  const problem = cardSentence(reader) ?? readerSentence(devices)
  const states = [say('card.state-wait'), say('card.state-reading'), say('card.state-take')]
  return (
    <Page
      testId="card-page"
      className="put-card"
      progress={<ItemProgress item={item} answers={{}} done={0} />}
      question={<Broken text={say(isAgent ? 'proxy.agent-card' : 'card.question')} />}
      hint={say('card.how')}
      actions={
        <>
          <h2 className="section">{say('card.no-card')}</h2>
          <div className="two">
            <Button onPress={onOnlyLook} testId="only-look">
              {say('card.only-look')}
            </Button>
            <Button onPress={onStaff} testId="cannot-read">
              {say('card.cannot-read')}
            </Button>
          </div>
        </>
      }
    >
      <div className="sheet put-card-sheet">
        <MachineDrawing
          readerWord={say('card.reader-place')}
          printerWord={say('card.printer-place')}
          isReading={reader.kind === 'reading'}
        />
        {problem === null ? null : <Notice kind="trouble" sign="alert" heading={problem} testId="card-problem" />}
        <ol className="card-states" data-testid="card-state" data-state={reader.kind}>
          {states.map((word, place) => (
            <li key={word} className={place === state ? 'is-now' : ''}>
              <i>{place + 1}</i>
              {word}
            </li>
          ))}
        </ol>
      </div>
    </Page>
  )
}

import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { BigChoice, Button, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { MachineDrawing } from '../drawings/machine.tsx'
import { cardSentence, readerSentence } from '../forms/sentences.ts'
import { Broken, Page } from '../shell/page.tsx'
import type { SignInWays } from '../shell/sign-in-ways.ts'
import { ItemProgress } from './item-progress.tsx'

interface CardPageProps {
  /** null: for her cases. */
  readonly item: ServiceItem | null
  /** Somebody else's comes after it. */
  readonly isAgent: boolean
  readonly reader: CardEvent
  readonly devices: Devices | null
  /** Signed in already, in a way that is not enough for this item. */
  readonly isMore: boolean
  /** null while devices are not known yet. */
  readonly ways: SignInWays | null
  readonly onWay: (way: 'social-security-card' | 'code' | 'witness') => void
  readonly onOnlyLook: () => void
  readonly onStaff: () => void
}

export function CardPage({ item, isAgent, isMore, reader, devices, ways, ...on }: CardPageProps) {
  const state = reader.kind === 'reading' ? 1 : reader.kind === 'card' && !isMore ? 2 : 0
  const isBroken = ways !== null && !ways.canRead
  const isOther = isBroken && !isAgent && (ways.socialSecurity === null || ways.code === null || ways.witness)
  const problem = cardSentence(reader) ?? readerSentence(devices)
  const states = [say('card.state-wait'), say('card.state-reading'), say('card.state-take')]
  return (
    <Page
      testId="card-page"
      className="put-card"
      {...(item === null ? {} : { progress: <ItemProgress item={item} answers={{}} done={0} /> })}
      question={
        <Broken text={say(isAgent ? 'proxy.agent-card' : isOther ? 'card.broken-question' : 'card.question')} />
      }
      hint={isOther ? undefined : say('card.how')}
      actions={
        <>
          <h2 className="section">{say(isOther ? 'card.other-ways' : 'card.no-card')}</h2>
          {isAgent || isMore || ways === null ? null : (
            <div className="two sign-in-ways">
              <Way
                word={say('card.social-security')}
                off={ways.socialSecurity}
                onPress={() => on.onWay('social-security-card')}
                testId="way-social-security"
              />
              <Way word={say('card.code')} off={ways.code} onPress={() => on.onWay('code')} testId="way-code" />
            </div>
          )}
          <div className="two">
            <Button onPress={on.onOnlyLook} testId="only-look">
              {say(item === null ? 'cases.by-ticket' : 'card.only-look')}
            </Button>
            {ways?.witness === true && !isAgent && !isMore ? (
              <Button onPress={() => on.onWay('witness')} testId="way-witness">
                {say('card.witness')}
              </Button>
            ) : (
              <Button onPress={on.onStaff} testId="cannot-read">
                {say('card.cannot-read')}
              </Button>
            )}
          </div>
        </>
      }
    >
      <div className="sheet put-card-sheet">
        {isOther ? null : (
          <MachineDrawing
            readerWord={say('card.reader-place')}
            printerWord={say('card.printer-place')}
            isReading={reader.kind === 'reading'}
          />
        )}
        {isMore ? (
          <Notice kind="information" sign="card" heading={say('card.more-needed')} testId="more-needed">
            {say('card.more-needed-line')}
          </Notice>
        ) : null}
        {problem === null ? null : <Notice kind="trouble" sign="alert" heading={problem} testId="card-problem" />}
        <ol className="card-states" data-testid="card-state" data-state={reader.kind}>
          {(isOther ? [] : states).map((word, place) => (
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

interface WayProps {
  readonly word: string
  readonly off: SignInWays['code']
  readonly onPress: () => void
  readonly testId: string
}

/** Another way to sign in; one that is off stays in its place and says why. */
function Way({ word, off, onPress, testId }: WayProps) {
  if (off === null) {
    return (
      <Button onPress={onPress} testId={testId}>
        {word}
      </Button>
    )
  }
  return <BigChoice word={word} note={say(`way-off.${off}`)} isChosen={false} isOff onPress={onPress} testId={testId} />
}

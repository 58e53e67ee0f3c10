import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { type StringKey, say } from '../../ui/strings/say.ts'
import { MachineDrawing } from '../drawings/machine.tsx'
import { cardSentence } from '../forms/sentences.ts'
import type { SignInDraft } from '../machine/session-types.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useCodes } from '../use-codes.ts'
import { ItemProgress } from './item-progress.tsx'

interface SlotProps {
  readonly item: ServiceItem
  readonly reader: CardEvent
  readonly onStaff: () => void
}

/** The social-security card's slot: as with the resident card, with a chip. */
export function SocialSecurityPage({ item, reader, onStaff }: SlotProps) {
  const problem = cardSentence(reader)
  const isReading = reader.kind === 'reading'
  return (
    <Page
      testId="social-security-page"
      className="put-card"
      progress={<ItemProgress item={item} answers={{}} done={0} />}
      question={<Broken text={say('social-security.question')} />}
      hint={say('social-security.how')}
      actions={
        <Button onPress={onStaff} testId="cannot-read">
          {say('card.cannot-read')}
        </Button>
      }
    >
      <div className="sheet put-card-sheet" data-testid="card-state" data-state={reader.kind}>
        <MachineDrawing
          readerWord={say('card.slot-place')}
          printerWord={say('card.printer-place')}
          isReading={isReading}
          thing="chip-card"
        />
        {isReading ? <Waiting text={say('card.state-reading')} /> : null}
        {problem === null ? null : <Notice kind="trouble" sign="alert" heading={problem} testId="card-problem" />}
      </div>
    </Page>
  )
}

interface CodeProps {
  readonly item: ServiceItem
  readonly refused: SignInDraft['codeRefused']
  readonly isAsking: boolean
  readonly onCode: (text: string) => void
}

/** What the phone shows is held to the code window; the page hands it on and keeps nothing of it. */
export function CodePage({ item, refused, isAsking, onCode }: CodeProps) {
  useCodes((text) => {
    if (!isAsking) onCode(text)
    return true
  })
  return (
    <Page
      testId="code-page"
      className="put-card"
      progress={<ItemProgress item={item} answers={{}} done={0} />}
      question={<Broken text={say('code.question')} />}
      hint={say('code.how')}
    >
      <div className="sheet put-card-sheet" data-testid="code-state" data-state={isAsking ? 'asking' : 'waiting'}>
        <MachineDrawing
          readerWord={say('card.code-place')}
          printerWord={say('card.printer-place')}
          isReading={isAsking}
          thing="phone"
        />
        {isAsking ? <Waiting text={say('code.asking')} /> : null}
        {refused === null || isAsking ? null : (
          <Notice kind="trouble" sign="alert" heading={say(`code-refused.${refused}`)} testId={`code-${refused}`} />
        )}
      </div>
    </Page>
  )
}

const CHECKS: readonly StringKey[] = ['witness.check-face', 'witness.check-valid', 'witness.check-named']

/** What staff answers for, before anything is typed. */
export function WitnessPage({ item, onChecked }: { readonly item: ServiceItem; readonly onChecked: () => void }) {
  return (
    <Page
      testId="witness-page"
      progress={<ItemProgress item={item} answers={{}} done={0} />}
      question={<Broken text={say('witness.question')} />}
      hint={say('witness.how')}
      actions={
        <Button look="primary" signAfter="forward" className="tall" onPress={onChecked} testId="witness-checked">
          {say('witness.checked')}
        </Button>
      }
    >
      <section className="sheet">
        {CHECKS.map((key) => (
          <div className="row" key={key}>
            <Sign name="check" />
            <span className="row-words">
              <strong>{say(key)}</strong>
            </span>
          </div>
        ))}
      </section>
    </Page>
  )
}

interface WitnessRefusedProps {
  readonly refused: NonNullable<SignInDraft['witnessRefused']>
  readonly onBack: () => void
}

export function WitnessRefusedPage({ refused, onBack }: WitnessRefusedProps) {
  return (
    <Page
      testId="witness-refused-page"
      question={say('witness-refused.title')}
      actions={
        <Button look="primary" className="tall" onPress={onBack} testId="witness-refused-back">
          {say('footer.back')}
        </Button>
      }
    >
      <Notice kind="trouble" sign="alert" heading={say(`witness-refused.${refused}`)} testId={`witness-${refused}`} />
    </Page>
  )
}

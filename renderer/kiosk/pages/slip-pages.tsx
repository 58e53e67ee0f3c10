import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import { Button, ErrorSentence, Notice, Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { MachineDrawing } from '../drawings/machine.tsx'
import { slipWords } from '../forms/handover-words.ts'
import { cardSentence, readerSentence } from '../forms/sentences.ts'
import type { SlipShown } from '../machine/handover-draft.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'

interface SlipPageProps {
  readonly slip: SlipShown
  readonly stage: 'waiting' | 'opening' | 'changed' | 'refused'
  readonly reader: CardEvent
  readonly devices: Devices | null
  readonly onNext: () => void
  readonly onHome: () => void
  readonly onEnd: () => void
  readonly onStaff: () => void
}

/** A slip was shown: the card that belongs to it, and then its form, or why not. */
export function SlipPage(props: SlipPageProps) {
  const { slip, stage } = props
  if (stage === 'waiting') return <AskCard {...props} />
  if (stage === 'changed') return <Changed {...props} />
  if (stage === 'refused' && slip.trouble !== null) return <Refused {...props} trouble={slip.trouble} />
  return (
    <Page testId="slip-opening" className="waiting-page">
      <Waiting text={say('slip.opening')} />
    </Page>
  )
}

function AskCard({ reader, devices, onStaff }: SlipPageProps) {
  const problem = cardSentence(reader) ?? readerSentence(devices)
  return (
    <Page
      testId="slip-card"
      className="put-card"
      question={<Broken text={say('slip.card')} />}
      hint={say('card.how')}
      actions={
        <Button sign="staff" className="tall" onPress={onStaff} testId="slip-staff">
          {say('slip.no-card')}
        </Button>
      }
    >
      <div className="sheet put-card-sheet">
        <MachineDrawing
          readerWord={say('card.reader-place')}
          printerWord={say('card.printer-place')}
          isReading={reader.kind === 'reading'}
        />
        {problem === null ? null : <Notice kind="trouble" sign="alert" heading={problem} testId="card-problem" />}
      </div>
    </Page>
  )
}

/** The item has a newer form: said before it is shown. */
function Changed({ slip, onNext }: SlipPageProps) {
  return (
    <Page
      testId="slip-changed"
      className="handover"
      question={say('slip.changed')}
      actions={
        <Button look="primary" signAfter="forward" className="tall" onPress={onNext} testId="slip-next">
          {say('slip.next')}
        </Button>
      }
    >
      <Notice kind="information" sign="paper" heading={say('slip.changed-kept')}>
        <Spaced
          text={slip.dropped === 0 ? say('slip.changed-all') : say('slip.changed-some', { count: slip.dropped ?? 0 })}
        />
      </Notice>
    </Page>
  )
}

function Refused(props: SlipPageProps & { readonly trouble: NonNullable<SlipShown['trouble']> }) {
  const { trouble, onNext, onHome, onEnd, onStaff } = props
  const words = slipWords(trouble)
  return (
    <Page
      testId="slip-refused"
      className="handover"
      question={say(words.question)}
      actions={
        <>
          <Button sign="staff" className="tall" onPress={onStaff} testId="slip-staff">
            {say('precondition.staff')}
          </Button>
          {words.then === 'again' ? (
            <Button look="primary" sign="again" className="tall" onPress={onNext} testId="slip-again">
              {say('slip.again')}
            </Button>
          ) : words.then === 'end' ? (
            <Button look="primary" sign="leave" className="tall" onPress={onEnd} testId="slip-end">
              {say('slip.other-card')}
            </Button>
          ) : (
            <Button look="primary" sign="home" className="tall" onPress={onHome} testId="slip-home">
              {say('slip.anew')}
            </Button>
          )}
        </>
      }
    >
      <ErrorSentence text={words.text} testId={words.testId} />
    </Page>
  )
}

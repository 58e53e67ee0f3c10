import { useSyncExternalStore } from 'react'
import { SPEECH_RATES } from '../../../electron/bridge/speech.contract.ts'
import { BigChoice, Button, Overlay } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import type { SpeechQueue } from '../speech/speech-queue.ts'

const RATE_WORD = { 0.7: 'slow', 1: 'usual', 1.3: 'fast' } as const

interface SpeechSheetProps {
  readonly queue: SpeechQueue
  readonly isOn: boolean
  readonly onHush: () => void
  readonly onClose: () => void
}

/** How fast the page is read, going on where a touch stopped it, or silence. Not read itself: it would lose the place. */
export function SpeechSheet({ queue, isOn, onHush, onClose }: SpeechSheetProps) {
  const { rate, canResume } = useSyncExternalStore(queue.subscribe, queue.get)
  return (
    <Overlay label={say('speech.title')} testId="speech-sheet" isSilent>
      <h2 className="section">{say('speech.title')}</h2>
      <div className="look-row">
        {SPEECH_RATES.map((each) => (
          <BigChoice
            key={each}
            word={say(`speech.rate.${RATE_WORD[each]}`)}
            isChosen={rate === each}
            onPress={() => queue.setRate(each)}
            testId={`speech-rate-${RATE_WORD[each]}`}
          />
        ))}
      </div>
      <div className="two">
        <Button
          className="tall"
          isOff={!isOn || !canResume}
          onPress={() => {
            queue.resume()
            onClose()
          }}
          testId="speech-resume"
        >
          {say('speech.resume')}
        </Button>
        <Button
          className="tall"
          isOff={!isOn}
          onPress={() => {
            onHush()
            onClose()
          }}
          testId="speech-hush"
        >
          {say('speech.hush')}
        </Button>
      </div>
      <Button look="primary" className="tall" onPress={onClose} testId="speech-close">
        {say('look.close')}
      </Button>
    </Overlay>
  )
}

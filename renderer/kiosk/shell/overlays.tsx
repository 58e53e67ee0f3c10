import { useEffect } from 'react'
import { Button, Overlay } from '../../ui/components.tsx'
import { say, sayAloud } from '../../ui/strings/say.ts'
import { softTone } from '../speech/soft-tone.ts'

interface OtherCardProps {
  readonly visitor: string
  readonly onRestart: () => void
  /** null when the first card is no longer there to go on with. */
  readonly onKeep: (() => void) | null
}

export function OtherCardSheet({ visitor, onRestart, onKeep }: OtherCardProps) {
  return (
    <Overlay label={say('other-card.title')} testId="other-card">
      <h2 className="question">{say('other-card.title')}</h2>
      <p className="overlay-text">{say('other-card.text', { who: visitor })}</p>
      <div className="two">
        <Button className="tall" onPress={onRestart} testId="other-card-restart">
          {say('other-card.restart')}
        </Button>
        {onKeep === null ? null : (
          <Button look="primary" className="tall" onPress={onKeep} testId="other-card-keep">
            {say('other-card.keep')}
          </Button>
        )}
      </div>
    </Overlay>
  )
}

interface StillThereProps {
  readonly secondsLeft: number
  readonly seconds: number
  /** Where somebody has died there is no sound but the voice (look.md section 5, Quiet mode). */
  readonly isQuiet: boolean
  readonly onStay: () => void
}

/** By sight and by sound; in elder mode it is read aloud as well. */
export function StillThereSheet({ secondsLeft, seconds, isQuiet, onStay }: StillThereProps) {
  useEffect(() => {
    if (!isQuiet) softTone().catch((cause: unknown) => console.warn('no tone from this machine', cause))
  }, [isQuiet])
  return (
    <Overlay label={say('still.title')} testId="still-there">
      <h2 className="question" data-voice={sayAloud('still.title')}>
        {say('still.title')}
      </h2>
      <p className="overlay-text">{say('still.text', { seconds: secondsLeft })}</p>
      <span className="countdown" aria-hidden="true">
        {Array.from({ length: seconds }, (_, second) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its second
          <i key={second} className={second < secondsLeft ? 'is-left' : ''} />
        ))}
      </span>
      <Button look="primary" className="tall" onPress={onStay} testId="stay">
        {say('still.stay')}
      </Button>
    </Overlay>
  )
}

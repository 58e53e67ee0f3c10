import { say } from '../../ui/strings/say.ts'
import { IDLE } from '../machine/session-machine.ts'
import type { SessionContext, SessionEvent } from '../machine/session-types.ts'
import type { LanguageChoice } from '../use-language.ts'
import type { SpeechUse } from '../use-speech.ts'
import { LanguageSheet } from './language-sheet.tsx'
import { ElderOffer, LookSheet } from './look-sheet.tsx'
import { OtherCardSheet, StillThereSheet } from './overlays.tsx'
import { SpeechSheet } from './speech-sheet.tsx'

/** Sheets that the visitor opens; the others come by themselves. */
export type SheetName = 'look' | 'language' | 'speech'

interface SheetsProps {
  readonly open: SheetName | null
  readonly onOpen: (sheet: SheetName | null) => void
  readonly context: SessionContext
  readonly send: (event: SessionEvent) => void
  readonly visitor: string | null
  readonly isWiping: boolean
  readonly isAsking: boolean
  readonly offersElder: boolean
  readonly languages: LanguageChoice
  readonly speech: SpeechUse
}

/** What lies over the page, the most urgent last. */
export function Sheets({ open, onOpen, context, send, visitor, isWiping, isAsking, ...props }: SheetsProps) {
  const { look, otherCard } = context
  const { queue, isOn, hush, tool } = props.speech
  const close = () => onOpen(null)
  return (
    <>
      {otherCard === null || isWiping ? null : (
        <OtherCardSheet
          visitor={visitor ?? say('who.unknown')}
          onRestart={() => send({ type: 'CHANGE_CARD' })}
          onKeep={otherCard === 'beside' ? () => send({ type: 'KEEP_CARD' }) : null}
        />
      )}
      {props.offersElder ? (
        <ElderOffer
          onElder={() => send({ type: 'LOOK', change: { mode: 'elder' } })}
          onStay={() => send({ type: 'ELDER_OFFER_SEEN' })}
        />
      ) : null}
      {open === 'look' ? (
        <LookSheet
          look={look}
          onChange={(change) => send({ type: 'LOOK', change })}
          onSpeech={tool.isOff ? null : () => onOpen('speech')}
          onClose={close}
        />
      ) : null}
      {open === 'speech' && queue !== null ? (
        <SpeechSheet queue={queue} isOn={isOn} onHush={hush} onClose={close} />
      ) : null}
      {open === 'language' ? <LanguageSheet choice={props.languages} onClose={close} /> : null}
      {isAsking ? (
        <StillThereSheet
          secondsLeft={context.secondsLeft}
          seconds={IDLE[look.mode].seconds}
          isQuiet={context.item?.quiet === true}
          onStay={() => send({ type: 'TOUCH' })}
        />
      ) : null}
    </>
  )
}

import { BigChoice, Button, Overlay } from '../../ui/components.tsx'
import { type Look, TYPE_STEPS } from '../../ui/look.ts'
import { say, sayAloud } from '../../ui/strings/say.ts'

interface LookSheetProps {
  readonly look: Look
  readonly onChange: (change: Partial<Look>) => void
  /** null: this machine cannot read aloud, or nobody is here to read to. */
  readonly onSpeech: (() => void) | null
  readonly onClose: () => void
}

const MODES = ['standard', 'elder'] as const
const CONTRASTS = ['usual', 'dark', 'light'] as const
const HEIGHTS = ['usual', 'lowered'] as const

/** How the screen is to look, for this visit (look.md sections 2.1, 2.2 and 4.3). Each touch shows at once. */
export function LookSheet({ look, onChange, onSpeech, onClose }: LookSheetProps) {
  return (
    <Overlay label={say('look.title')} testId="look-sheet">
      <h2 className="section">{say('look.title')}</h2>
      <div className="look-row look-modes">
        {MODES.map((mode) => (
          <BigChoice
            key={mode}
            word={say(`look.mode.${mode}`)}
            note={say(`look.mode-note.${mode}`)}
            isChosen={look.mode === mode}
            onPress={() => onChange({ mode })}
            testId={`look-${mode}`}
          />
        ))}
      </div>
      {look.mode === 'elder' ? (
        <div className="look-row">
          {TYPE_STEPS.map((step, place) => (
            <BigChoice
              key={step}
              word={say(`look.step.${place as 0 | 1 | 2}`)}
              isChosen={look.step === step}
              onPress={() => onChange({ step })}
              testId={`look-step-${place}`}
            />
          ))}
        </div>
      ) : null}
      <div className="look-row">
        {CONTRASTS.map((contrast) => (
          <BigChoice
            key={contrast}
            word={say(`look.contrast.${contrast}`)}
            isChosen={look.contrast === contrast}
            onPress={() => onChange({ contrast })}
            testId={`look-contrast-${contrast}`}
          />
        ))}
      </div>
      <div className="look-row">
        {HEIGHTS.map((height) => (
          <BigChoice
            key={height}
            word={say(`look.height.${height}`)}
            isChosen={look.lowered === (height === 'lowered')}
            onPress={() => onChange({ lowered: height === 'lowered' })}
            testId={`look-height-${height}`}
          />
        ))}
      </div>
      <div className="two">
        <Button
          sign="voice"
          className="tall"
          isOff={onSpeech === null}
          onPress={() => onSpeech?.()}
          testId="look-speech"
        >
          {say('speech.entry')}
        </Button>
        <Button look="primary" className="tall" onPress={onClose} testId="look-close">
          {say('look.close')}
        </Button>
      </div>
    </Overlay>
  )
}

interface ElderOfferProps {
  readonly onElder: () => void
  readonly onStay: () => void
}

/** By the card the visitor is 60 or older: offered once, never forced (domain.md section 4). */
export function ElderOffer({ onElder, onStay }: ElderOfferProps) {
  return (
    <Overlay label={say('elder-offer.title')} testId="elder-offer">
      <h2 className="question" data-voice={sayAloud('elder-offer.title')}>
        {say('elder-offer.title')}
      </h2>
      <p className="overlay-text">{say('elder-offer.text')}</p>
      <div className="two">
        <Button className="tall" onPress={onStay} testId="elder-offer-stay">
          {say('elder-offer.stay')}
        </Button>
        <Button look="primary" className="tall" onPress={onElder} testId="elder-offer-take">
          {say('elder-offer.take')}
        </Button>
      </div>
    </Overlay>
  )
}

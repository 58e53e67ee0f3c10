import type { About } from '../../../electron/bridge/maintenance.contract.ts'
import { Button, Overlay } from '../../ui/components.tsx'
import { local, say, sayAloud } from '../../ui/strings/say.ts'

interface StaffProps {
  readonly about: About | null
  readonly onClose: () => void
  /** null during somebody's visit. */
  readonly onMaintain: (() => void) | null
}

/** Where people are and how to call them; nothing that this machine cannot know. */
export function StaffSheet({ about, onClose, onMaintain }: StaffProps) {
  return (
    <Overlay label={say('staff.title')} testId="staff-sheet">
      <h2 className="question">{say('staff.title')}</h2>
      {about === null ? (
        <p className="overlay-text">{say('staff.unknown')}</p>
      ) : (
        <>
          <div className="detail">
            <span className="detail-label">{say('staff.where')}</span>
            <strong className="detail-value">{local(about.staff.where)}</strong>
          </div>
          <div className="detail">
            <span className="detail-label">{say('staff.telephone')}</span>
            <strong className="detail-value">{about.staff.telephone ?? say('staff.no-telephone')}</strong>
          </div>
          <p className="overlay-text">{say('staff.truth')}</p>
        </>
      )}
      <Button look="primary" className="tall" onPress={onClose} testId="staff-close">
        {say('staff.close')}
      </Button>
      {onMaintain === null ? null : (
        <Button look="quiet" onPress={onMaintain} testId="maintain">
          {say('maintain.entry')}
        </Button>
      )}
    </Overlay>
  )
}

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
  readonly onStay: () => void
}

export function StillThereSheet({ secondsLeft, seconds, onStay }: StillThereProps) {
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

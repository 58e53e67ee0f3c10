import type { About } from '../../../electron/bridge/maintenance.contract.ts'
import { Button, Overlay } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'

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

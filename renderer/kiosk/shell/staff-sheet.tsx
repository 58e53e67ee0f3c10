import type { About } from '../../../electron/bridge/maintenance.contract.ts'
import type { Call } from '../../../electron/bridge/staff.contract.ts'
import { Button, Overlay } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { clockTime } from '../forms/show.ts'

interface StaffProps {
  readonly about: About | null
  /** null: not called, or main has not answered. */
  readonly call: Call | null
  readonly onClose: () => void
  /** null where nothing half-filled could be handed over. */
  readonly handOver: { readonly onPress: () => void; readonly whyNot: string | null } | null
  /** null during somebody's visit. */
  readonly onMaintain: (() => void) | null
}

/** What came of the call, where people are and how to reach them; nothing that this machine cannot know. */
export function StaffSheet({ about, call, onClose, handOver, onMaintain }: StaffProps) {
  const title = call === null ? say('staff.title') : say('staff.called', { time: clockTime(new Date(call.at)) })
  return (
    <Overlay label={title} testId="staff-sheet">
      <h2 className="question">{title}</h2>
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
          <p className="overlay-text" data-testid="staff-truth">
            {say(call === null ? 'staff.truth' : `staff.truth.${call.signal}`)}
          </p>
        </>
      )}
      <div className={handOver === null ? '' : 'two'}>
        {handOver === null ? null : (
          <button
            type="button"
            className="button tall with-note"
            disabled={handOver.whyNot !== null}
            onClick={handOver.onPress}
            data-testid="hand-over"
          >
            <span>{say('handover.entry')}</span>
            <span className="button-note">{handOver.whyNot ?? say('handover.entry-note')}</span>
          </button>
        )}
        <Button look="primary" className="tall" onPress={onClose} testId="staff-close">
          {say('staff.close')}
        </Button>
      </div>
      {onMaintain === null ? null : (
        <Button look="quiet" onPress={onMaintain} testId="maintain">
          {say('maintain.entry')}
        </Button>
      )}
    </Overlay>
  )
}

import type { ReactNode } from 'react'
import type { Assist } from '../../../electron/bridge/staff.contract.ts'
import { Button, Spaced } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'

interface StaffAreaProps {
  /** null: nobody helps. */
  readonly assist: Assist | null
  readonly onLeave: () => void
  readonly children: ReactNode
}

/** The page's place, with the banner above the page while staff helps. The page stays the same one when she comes and goes. */
export function StaffArea({ assist, onLeave, children }: StaffAreaProps) {
  return (
    <div className={`staff-area ${assist === null ? '' : 'is-assisted'}`}>
      {assist === null ? null : (
        <section className="staff-banner" role="status" data-testid="staff-banner" data-staff={assist.id}>
          <span className="staff-banner-sign">
            <Sign name="staff" />
          </span>
          <span className="staff-banner-words">
            <strong>{say('assist.helping', { name: assist.name })}</strong>
            <span className="staff-banner-more">
              <Spaced text={say('assist.may', { number: assist.id })} />
            </span>
          </span>
          <Button onPress={onLeave} className="staff-banner-end" testId="assist-end">
            {say('assist.end')}
          </Button>
        </section>
      )}
      {children}
    </div>
  )
}

import type { Unmet } from '../../../sync/protocol/preconditions.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { longDate } from '../forms/show.ts'
import { Page } from '../shell/page.tsx'

interface PreconditionProps {
  readonly item: ServiceItem
  /** At least one. */
  readonly unmet: readonly Unmet[]
  readonly onHome: () => void
  readonly onStaff: () => void
}

/**
 * By the card, this item is for somebody else, or not yet: said before the first question, with the way on. Nobody is
 * turned down by it: whoever wants to be sure asks the staff.
 */
export function PreconditionPage({ item, unmet, onHome, onStaff }: PreconditionProps) {
  return (
    <Page
      testId="precondition-page"
      className="precondition"
      question={say('precondition.question')}
      hint={local(item.name)}
      actions={
        <div className="two">
          <Button className="tall" onPress={onHome} testId="precondition-home">
            {say('precondition.home')}
          </Button>
          <Button look="primary" sign="staff" className="tall" onPress={onStaff} testId="precondition-staff">
            {say('precondition.staff')}
          </Button>
        </div>
      }
    >
      {unmet.map(({ precondition, reachedOn }) => (
        <Notice
          key={precondition.id}
          kind="trouble"
          sign="door"
          heading={local(precondition.sentence).replaceAll('{date}', reachedOn === null ? '' : longDate(reachedOn))}
          testId={`unmet-${precondition.id}`}
        />
      ))}
    </Page>
  )
}

import type { PrincipalEvent } from '../../../electron/bridge/proxy.contract.ts'
import { AGENT_DAY_LIMIT } from '../../../sync/protocol/proxy.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Groups, Notice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { MachineDrawing } from '../drawings/machine.tsx'
import { maskIdNumber } from '../forms/show.ts'
import type { ProxyDraft } from '../machine/proxy-draft.ts'
import { proxyForm, proxyStepCount } from '../machine/proxy-steps.ts'
import { Page } from '../shell/page.tsx'
import { ItemProgress } from './item-progress.tsx'

interface PrincipalPageProps {
  readonly item: ServiceItem
  readonly proxy: ProxyDraft
  readonly seen: PrincipalEvent
  readonly onNext: () => void
  readonly onStaff: () => void
}

/** The second card: the principal's, while the agent's stays with the visit. */
export function PrincipalPage({ item, proxy, seen, onNext, onStaff }: PrincipalPageProps) {
  const isRead = seen.kind === 'card'
  const problem = principalSentence(seen)
  return (
    <Page
      testId="principal-page"
      className="put-card"
      progress={<ItemProgress item={proxyForm(item, proxy.answers)} answers={{}} done={proxyStepCount(item, proxy)} />}
      question={say(isRead ? 'proxy.card-read' : 'proxy.card-question')}
      hint={say(isRead ? 'proxy.card-change' : 'proxy.card-how')}
      actions={
        isRead ? (
          <Button look="primary" signAfter="forward" className="tall" onPress={onNext} testId="principal-next">
            {say('proxy.card-next')}
          </Button>
        ) : (
          <Button onPress={onStaff} testId="cannot-read">
            {say('card.cannot-read')}
          </Button>
        )
      }
    >
      <div
        className={`sheet ${isRead ? 'principal-read' : 'put-card-sheet'}`}
        data-testid="principal-state"
        data-state={seen.kind}
      >
        {isRead ? (
          <>
            <div className="detail">
              <span className="detail-label">{say('form.name')}</span>
              <span className="detail-value" data-testid="principal-name">
                {seen.applicant.name}
              </span>
            </div>
            <div className="detail">
              <span className="detail-label">{say('form.id-number')}</span>
              <span className="detail-value">
                <Groups groups={maskIdNumber(seen.applicant.idNumber)} />
              </span>
            </div>
            <Notice kind="information" sign="card" heading={say('card.state-take')} />
          </>
        ) : (
          <>
            <MachineDrawing
              readerWord={say('card.reader-place')}
              printerWord={say('card.printer-place')}
              isReading={seen.kind === 'reading'}
            />
            {problem === null ? null : (
              <Notice kind="trouble" sign="alert" heading={problem} testId="principal-problem" />
            )}
          </>
        )}
      </div>
    </Page>
  )
}

function principalSentence(seen: PrincipalEvent): string | null {
  if (seen.kind === 'same-person') return say('proxy.same-person')
  if (seen.kind === 'card-fault') return say(`card-fault.${seen.fault}`)
  return seen.kind === 'card-refused' ? say(`card-refusal.${seen.refusal}`) : null
}

interface RefusedProps {
  readonly item: ServiceItem
  readonly refused: NonNullable<ProxyDraft['refused']>
  readonly onHome: () => void
  readonly onStaff: () => void
}

/** Why not, and the way on; said before the first question wherever it can be known. */
export function ProxyRefusedPage({ item, refused, onHome, onStaff }: RefusedProps) {
  return (
    <Page
      testId="proxy-refused-page"
      className="precondition"
      question={say('proxy.refused')}
      hint={local(item.name)}
      actions={
        <div className="two">
          <Button className="tall" onPress={onHome} testId="proxy-refused-home">
            {say('precondition.home')}
          </Button>
          <Button look="primary" sign="staff" className="tall" onPress={onStaff} testId="proxy-refused-staff">
            {say('precondition.staff')}
          </Button>
        </div>
      }
    >
      <Notice
        kind="trouble"
        sign="door"
        heading={say(`proxy-fault.${refused}`, { limit: AGENT_DAY_LIMIT })}
        testId={`refused-${refused}`}
      />
    </Page>
  )
}

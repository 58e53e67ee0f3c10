import type { ReactNode } from 'react'
import type { PersonCase } from '../../../sync/protocol/person.ts'
import { Groups, Notice, Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { clockTime, isoDate, longDate } from '../forms/show.ts'
import { caseWords } from './case-words.ts'

/** One case: ticket, when it was taken in, how far it is, and what comes next. */
export function CaseRows({ of: { ticket, itemId, acceptedAt, state, at } }: { readonly of: PersonCase }) {
  const words = caseWords({ itemId, state })
  return (
    <div className="sheet lookup-found" data-testid="case-found" data-state={state}>
      <Row label={say('receipt.ticket')}>
        <Groups groups={[ticket.slice(0, 4), ticket.slice(4)]} />
      </Row>
      <Row label={say('receipt.accepted-at')}>
        <When at={acceptedAt} />
      </Row>
      <Row label={say('lookup.case')}>
        {words.state}
        <span className="lookup-when">
          <When at={at} />
        </span>
      </Row>
      <Notice kind="information" sign="tray" heading={words.next} />
    </div>
  )
}

export function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="detail">
      <span className="detail-label">{label}</span>
      <strong className="detail-value">{children}</strong>
    </div>
  )
}

export function When({ at }: { readonly at: string }) {
  const moment = new Date(at)
  return <Spaced text={`${longDate(isoDate(moment))} ${clockTime(moment)}`} />
}

import { consentOf } from '../../../sync/protocol/consent.ts'
import { CONSENT_PARTS } from '../../../sync/protocol/item-consent.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { Broken, Page } from '../shell/page.tsx'
import { ItemProgress } from './item-progress.tsx'

interface ConsentProps {
  readonly item: ServiceItem
  readonly onAgree: () => void
  readonly onRefuse: () => void
}

/** What for, which data, who gets it, how long: then both answers, one as large as the other (look.md, Consent). */
export function ConsentPage({ item, onAgree, onRefuse }: ConsentProps) {
  return (
    <Page
      testId="consent-page"
      className="consent"
      progress={<ItemProgress item={item} answers={{}} done={0} />}
      question={<Broken text={say('consent.question')} />}
      hint={local(item.name)}
      actions={
        <div className="two">
          <Button sign="door" className="tall" onPress={onRefuse} testId="consent-refuse">
            {say('consent.refuse')}
          </Button>
          <Button look="primary" sign="check" className="tall" onPress={onAgree} testId="consent-agree">
            {say('consent.agree')}
          </Button>
        </div>
      }
    >
      <section className="sheet consent-sheet">
        <ConsentRows item={item} />
      </section>
    </Page>
  )
}

/** The four parts, each with what it is. */
export function ConsentRows({ item }: Pick<ConsentProps, 'item'>) {
  const consent = consentOf(item)
  return (
    <dl className="consent-rows" data-testid="consent-words">
      {CONSENT_PARTS.map((part) => (
        <div className="consent-row" key={part}>
          <dt>{say(`consent.${part}`)}</dt>
          <dd>
            <Spaced text={local(consent[part])} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface RefusedProps {
  readonly item: ServiceItem
  readonly onHome: () => void
  readonly onStaff: () => void
}

/** She said no: what is true now, and the other way. */
export function ConsentRefusedPage({ item, onHome, onStaff }: RefusedProps) {
  return (
    <Page
      testId="consent-refused-page"
      className="consent"
      question={<Broken text={say('consent.refused')} />}
      hint={local(item.name)}
      actions={
        <div className="two">
          <Button className="tall" onPress={onHome} testId="consent-home">
            {say('precondition.home')}
          </Button>
          <Button look="primary" sign="staff" className="tall" onPress={onStaff} testId="consent-staff">
            {say('precondition.staff')}
          </Button>
        </div>
      }
    >
      <Notice kind="information" sign="door" heading={say('consent.refused-line')}>
        {say('consent.refused-note')}
      </Notice>
    </Page>
  )
}

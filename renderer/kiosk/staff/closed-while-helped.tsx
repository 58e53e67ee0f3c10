import { Button, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { Page } from '../shell/page.tsx'

/** In the place of the look-up while staff helps: she sees the form that is open, and nobody's cases. */
export function LookupClosed({ onAlone }: { readonly onAlone: () => void }) {
  return (
    <Page
      testId="lookup-closed"
      question={say('lookup.staff-helping')}
      read={<Notice kind="information" sign="eye" heading={say('lookup.staff-helping-line')} />}
      actions={<AloneButton onAlone={onAlone} />}
    />
  )
}

/** In the place of the five faces while staff helps: nobody rates for a citizen, or beside her. */
export function RateAlone({ onAlone, onEnd }: { readonly onAlone: () => void; readonly onEnd: () => void }) {
  return (
    <Page
      testId="rate-alone"
      question={say('assist.rate-alone')}
      read={<Notice kind="information" sign="eye" heading={say('assist.rate-alone-line')} />}
      actions={
        <>
          <AloneButton onAlone={onAlone} />
          <Button className="tall" onPress={onEnd} testId="rate-alone-end">
            {say('rate.skip')}
          </Button>
        </>
      }
    />
  )
}

/** In the place of the signature's box while staff helps. */
export function SignAlone({ onAlone }: { readonly onAlone: () => void }) {
  return (
    <>
      <Notice kind="information" sign="pencil" heading={say('assist.sign-alone')} testId="sign-alone">
        {say('assist.sign-alone-line')}
      </Notice>
      <AloneButton onAlone={onAlone} />
    </>
  )
}

/** With a complaint that is said while staff helps: it may be, and the hub is told beside whom. */
export function SaidBeside({ onAlone }: { readonly onAlone: () => void }) {
  return (
    <div className="said-beside">
      <Notice kind="information" sign="staff" heading={say('assist.said-beside')} testId="said-beside">
        {say('assist.said-beside-line')}
      </Notice>
      <AloneButton onAlone={onAlone} look="plain" />
    </div>
  )
}

function AloneButton({
  onAlone,
  look = 'primary',
}: {
  readonly onAlone: () => void
  readonly look?: 'plain' | 'primary'
}) {
  return (
    <Button look={look} className="tall" onPress={onAlone} testId="go-on-alone">
      {say('assist.alone')}
    </Button>
  )
}

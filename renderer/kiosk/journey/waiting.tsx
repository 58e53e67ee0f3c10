import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'

/** Pages on which there is nothing to do. */

export function BlankPage() {
  return <Page testId="blank-page" />
}

export function WaitingPage({ text, testId }: { readonly text: string; readonly testId: string }) {
  return (
    <Page testId={testId} className="waiting-page">
      <Waiting text={text} />
    </Page>
  )
}

import type { Material } from '../../../sync/protocol/service-item.ts'
import { Button, ErrorSentence, Notice, Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { notHandedOver, untilWords } from '../forms/handover-words.ts'
import type { HandingOver } from '../machine/handover-draft.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'

interface HandoverPageProps {
  readonly stage: 'asking' | 'working' | 'done' | 'not-done'
  readonly answer: HandingOver['answer']
  /** Why it cannot be done now; null when it can. */
  readonly whyNot: string | null
  readonly papers: readonly Material[]
  readonly onHandOver: () => void
  readonly onGoOn: () => void
  readonly onEnd: () => void
}

/** A half-filled form is given away: what that means, what became of it, and nothing said before it is so. */
export function HandoverPage(props: HandoverPageProps) {
  const { stage, answer, whyNot } = props
  if (stage === 'working') {
    return (
      <Page testId="handover-working" className="waiting-page">
        <Waiting text={say('handover.working')} />
      </Page>
    )
  }
  if (stage === 'done' && answer !== null && answer !== 'lost' && answer.outcome === 'handed-over')
    return <Done {...props} until={untilWords(answer.expiresAt)} />
  const isAsking = stage === 'asking'
  return (
    <Page
      testId={isAsking ? 'handover-page' : 'handover-not-done'}
      className="handover"
      question={<Broken text={say(isAsking ? 'handover.question' : 'handover.not-done')} />}
      actions={
        <>
          <Button className="tall" onPress={props.onGoOn} testId="handover-go-on">
            {say('handover.go-on')}
          </Button>
          <Button
            look="primary"
            sign="printer"
            className="tall"
            isOff={whyNot !== null}
            onPress={props.onHandOver}
            testId="handover-do"
          >
            {say(isAsking ? 'handover.do' : 'handover.again')}
          </Button>
        </>
      }
    >
      {isAsking ? <What papers={props.papers} /> : null}
      {answer === null || isAsking ? null : <ErrorSentence text={notHandedOver(answer)} testId="handover-trouble" />}
      {whyNot === null ? null : <Notice kind="trouble" sign="alert" heading={whyNot} testId="handover-why-not" />}
    </Page>
  )
}

/** Before it is done: what is kept, what is not, and what opens it. */
function What({ papers }: Pick<HandoverPageProps, 'papers'>) {
  return (
    <>
      <Notice kind="information" sign="paper" heading={say('handover.what')}>
        <Spaced text={say('handover.what-line')} />
      </Notice>
      <Notice
        kind="information"
        sign="eye"
        heading={say(papers.length > 0 ? 'handover.not-kept-papers' : 'handover.not-kept')}
      />
    </>
  )
}

function Done({ until, onEnd }: HandoverPageProps & { readonly until: string }) {
  return (
    <Page
      testId="handover-done"
      className="handover"
      question={say('handover.done')}
      actions={
        <Button look="primary" className="tall" onPress={onEnd} testId="handover-end">
          {say('handover.end')}
        </Button>
      }
    >
      <Notice kind="information" sign="check" heading={say('handover.take-slip')}>
        <Spaced text={say('handover.until', { until })} />
      </Notice>
      <Notice kind="information" sign="card" heading={say('handover.bring')}>
        {say('handover.where')}
      </Notice>
    </Page>
  )
}

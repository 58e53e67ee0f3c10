import { useContext } from 'react'
import type { Answers } from '../../../sync/protocol/answers.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Progress, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import { stepCount } from '../forms/form-pages.ts'
import { ProxySteps } from './proxy-steps-shown.ts'

interface ItemProgressProps {
  readonly item: ServiceItem
  readonly answers: Answers
  readonly done: number | 'all'
}

/** Card, form pages, confirm, receipt; `done` of them are behind. */
export function ItemProgress({ item, answers, done: doneHere }: ItemProgressProps) {
  const { behind, ahead } = useContext(ProxySteps)
  // A complaint begins without a card.
  const skipped = isComplaint(item) ? 1 : 0
  const steps = stepCount(item, answers) + behind + ahead - skipped
  const done = doneHere === 'all' ? 'all' : doneHere + behind
  const words =
    done === 'all' ? (
      <strong className="progress-step">
        <Spaced text={say('progress.all-done', { steps })} />
      </strong>
    ) : (
      <>
        <strong className="progress-step">
          <Spaced text={say('progress.step', { step: done - skipped + 1 })} />
        </strong>
        <span>
          <Spaced text={say('progress.of', { steps })} />
        </span>
      </>
    )
  return <Progress words={words} name={local(item.name)} steps={steps} done={done === 'all' ? steps : done - skipped} />
}

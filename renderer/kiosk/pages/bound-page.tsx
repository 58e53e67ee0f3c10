import { useState } from 'react'
import type { PrincipalShown } from '../../../electron/bridge/bindings.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { longDate } from '../forms/show.ts'
import type { ProxyDraft } from '../machine/proxy-draft.ts'
import { proxyForm, proxyStepCount } from '../machine/proxy-steps.ts'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useBindings } from '../use-bindings.ts'
import { BindingList } from './binding-list.tsx'
import { Untold } from './bindings-page.tsx'
import { ItemProgress } from './item-progress.tsx'

interface BoundPageProps {
  readonly item: ServiceItem
  readonly proxy: ProxyDraft
  readonly isElder: boolean
  readonly onChoose: (principal: PrincipalShown) => void
  readonly onBack: () => void
}

/** For whom, of those who bound this agent: the hub names them, since nothing here does. */
export function BoundPage({ item, proxy, isElder, onChoose, onBack }: BoundPageProps) {
  const [turn, setTurn] = useState(0)
  const answer = useBindings(item, turn)
  const done = proxyStepCount(item, proxy)
  const progress = <ItemProgress item={proxyForm(item, proxy.answers)} answers={{}} done={done} />
  const back = (
    <Button className="tall" onPress={onBack} testId="bound-back">
      {say('bound.back')}
    </Button>
  )
  if (answer === null) {
    return (
      <Page testId="bound-wait-page" className="lookup" progress={progress} question={say('bound.question')}>
        <Waiting text={say('lookup.asking')} />
      </Page>
    )
  }
  if (answer.outcome !== 'told') {
    return (
      <Page
        testId="bound-untold-page"
        className="lookup"
        progress={progress}
        question={say('bound.untold')}
        read={<Untold outcome={answer.outcome}>{say('bound.untold-way')}</Untold>}
        actions={
          <div className="two">
            <Button sign="again" className="tall" onPress={() => setTurn(turn + 1)} testId="bound-again">
              {say('cases.again')}
            </Button>
            {back}
          </div>
        }
      />
    )
  }
  const { mayActFor } = answer
  return (
    <BindingList
      testId="bound-page"
      isElder={isElder}
      progress={progress}
      question={say(mayActFor.length === 0 ? 'bound.none' : 'bound.question')}
      hint={say(mayActFor.length === 0 ? 'bound.none-line' : 'bound.hint')}
      rows={mayActFor.map(({ id, maskedName, until }) => ({
        ...{ id, word: maskedName },
        note: say('binding.until', { date: longDate(until) }),
      }))}
      onChoose={(id) => {
        const chosen = mayActFor.find((each) => each.id === id)
        if (chosen !== undefined) onChoose(chosen)
      }}
      action={back}
    />
  )
}

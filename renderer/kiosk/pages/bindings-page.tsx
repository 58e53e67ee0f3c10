import { useState } from 'react'
import { Button, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { bindingWords, type MyBinding } from '../forms/binding-form.ts'
import { longDate } from '../forms/show.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { type BindingsAsked, useBindings } from '../use-bindings.ts'
import { BindingList } from './binding-list.tsx'

interface BindingsProps {
  readonly isElder: boolean
  readonly onBind: () => void
  /** One of hers, and all from which she may choose another. */
  readonly onUnbind: (bindings: readonly MyBinding[], id: string) => void
}

/** 家人绑定: who may act for her, and for whom she may; a touch ends one, and both cards make one more, also offline. */
export function BindingsPage({ isElder, onBind, onUnbind }: BindingsProps) {
  const [turn, setTurn] = useState(0)
  const answer = useBindings(undefined, turn)
  const bind = (
    <Button look="primary" className="tall" onPress={onBind} testId="bindings-bind">
      {say('bindings.bind')}
    </Button>
  )
  if (answer === null) {
    return (
      <Page testId="bindings-wait-page" className="lookup" question={say('bindings.question')} actions={bind}>
        <Waiting text={say('lookup.asking')} />
      </Page>
    )
  }
  if (answer.outcome !== 'told') {
    return (
      <Page
        testId="bindings-untold-page"
        className="lookup"
        question={<Broken text={say('bindings.untold')} />}
        read={<Untold outcome={answer.outcome}>{say('bindings.untold-way')}</Untold>}
        actions={
          <div className="two">
            <Button sign="again" className="tall" onPress={() => setTurn(turn + 1)} testId="bindings-again">
              {say('cases.again')}
            </Button>
            {bind}
          </div>
        }
      />
    )
  }
  const bindings: readonly MyBinding[] = [
    ...answer.actForMe.map((each) => ({ ...each, side: 'principal' as const })),
    ...answer.mayActFor.map(({ unmet: _, ...each }) => ({ ...each, side: 'agent' as const })),
  ]
  return (
    <BindingList
      testId="bindings-page"
      isElder={isElder}
      question={say(bindings.length === 0 ? 'bindings.none' : 'bindings.question')}
      hint={say(bindings.length === 0 ? 'bindings.none-line' : 'bindings.hint')}
      rows={bindings.map((each) => ({
        id: each.id,
        word: bindingWords(each),
        note: say('binding.until', { date: longDate(each.until) }),
      }))}
      onChoose={(id) => onUnbind(bindings, id)}
      action={bind}
    />
  )
}

/** Why the hub did not say. */
export function Untold({
  outcome,
  children,
}: {
  readonly outcome: Exclude<BindingsAsked['outcome'], 'told'>
  readonly children: string
}) {
  const heading = outcome === 'offline' ? say('bindings.offline') : say(`cases.${outcome}`)
  return (
    <Notice kind="trouble" sign="alert" heading={heading} testId={`bindings-${outcome}`}>
      {children}
    </Notice>
  )
}

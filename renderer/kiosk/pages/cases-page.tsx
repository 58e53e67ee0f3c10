import { useEffect, useState } from 'react'
import type { MyCases } from '../../../electron/bridge/person.contract.ts'
import type { PersonCase } from '../../../sync/protocol/person.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { isBinding } from '../forms/binding-form.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useBridge } from '../use-watch.ts'
import { CaseRows } from './case-rows.tsx'
import { caseWords } from './case-words.ts'
import { NoticesPage, useNotices } from './notices-page.tsx'

/** Main gives the hub 4 s. */
const ASK_PATIENCE_MS = 6_000
/** Four answers at most in elder mode, 更多 among them. */
const SHOWN = { standard: 4, elder: 3 } as const
/** Where a second row of buttons takes the room of one. */
const SHOWN_CROWDED = { standard: 3, elder: 2 } as const

interface CasesProps {
  readonly items: readonly ServiceItem[]
  readonly isElder: boolean
  /** The way by the ticket on her paper. */
  readonly onTicket: () => void
  /** 家人绑定. */
  readonly onBindings: () => void
}

type Asked = MyCases | { readonly outcome: 'lost' }

/**
 * Her cases, wherever she handed them in: asked by the card that lies there. Nothing at rest in this machine links a person
 * to a case, so they come from the hub or not at all; they live in this component and go with the page.
 */
export function CasesPage({ items, isElder, onTicket, onBindings }: CasesProps) {
  const bridge = useBridge()
  const [answer, setAnswer] = useState<Asked | null>(null)
  const [page, setPage] = useState(0)
  const [shown, setShown] = useState<PersonCase | null>(null)
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew when she says so
  useEffect(() => {
    let isHere = true
    setAnswer(null)
    bridge
      .call((client) => client.person.cases(undefined, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }))
      .catch((cause: unknown) => {
        console.warn('her cases were not answered', cause)
        return { outcome: 'lost' as const }
      })
      .then((got) => {
        if (isHere) setAnswer(got)
      })
    return () => {
      isHere = false
    }
  }, [bridge, turn])
  const byTicket = (
    <Button sign="paper" className="tall" onPress={onTicket} testId="cases-by-ticket">
      {say('cases.by-ticket')}
    </Button>
  )
  const notices = useNotices(turn)
  const [areNoticesOpen, setNoticesOpen] = useState(false)
  const family = (
    <Button sign="staff" className="tall" onPress={onBindings} testId="cases-bindings">
      {say('bindings.entry')}
    </Button>
  )
  const again = (
    <Button sign="again" className="tall" onPress={() => setTurn(turn + 1)} testId="cases-again">
      {say('cases.again')}
    </Button>
  )
  if (answer === null) {
    return (
      <Page testId="cases-wait-page" className="lookup" question={say('cases.question')} actions={byTicket}>
        <Waiting text={say('lookup.asking')} />
      </Page>
    )
  }
  if (answer.outcome !== 'told') {
    return (
      <Page
        testId="cases-untold-page"
        className="lookup"
        question={<Broken text={say('cases.untold')} />}
        read={
          <Notice
            kind="trouble"
            sign="alert"
            heading={say(`cases.${answer.outcome}`)}
            testId={`cases-${answer.outcome}`}
          >
            {say('cases.untold-way')}
          </Notice>
        }
        actions={
          <>
            <div className="two">
              {again}
              {byTicket}
            </div>
            {family}
          </>
        }
      />
    )
  }
  if (shown !== null) {
    return (
      <Page
        testId="case-page"
        className="lookup"
        question={nameOf(items, shown)}
        actions={
          <Button look="primary" className="tall" onPress={() => setShown(null)} testId="case-back">
            {say('cases.back')}
          </Button>
        }
      >
        <CaseRows of={shown} />
      </Page>
    )
  }
  if (areNoticesOpen) {
    return (
      <NoticesPage
        notices={notices}
        isElder={isElder}
        nameOf={(itemId) => nameOf(items, { itemId })}
        onBack={() => setNoticesOpen(false)}
      />
    )
  }
  const { cases } = answer
  const mode = isElder ? 'elder' : 'standard'
  const isCrowded = notices.length > 0 || cases.length > SHOWN[mode] || cases.length === 0
  const most = (isCrowded ? SHOWN_CROWDED : SHOWN)[mode]
  const pages = Math.max(1, Math.ceil(cases.length / most))
  const more =
    pages > 1 ? (
      <Button className="tall" onPress={() => setPage((page + 1) % pages)} testId="cases-more">
        {say(page + 1 < pages ? 'cases.more' : 'cases.first')}
      </Button>
    ) : null
  return (
    <Page
      testId="cases-page"
      className={isElder ? 'lookup elder-home' : 'lookup'}
      question={say(cases.length === 0 ? 'cases.none' : 'cases.question')}
      hint={say(cases.length === 0 ? 'cases.none-line' : 'cases.hint')}
      actions={
        <>
          <div className="two">
            {byTicket}
            {family}
          </div>
          {isCrowded ? (
            <div className="two">
              {cases.length === 0 ? again : more}
              {notices.length === 0 ? null : (
                <Button sign="alert" className="tall" onPress={() => setNoticesOpen(true)} testId="cases-notices">
                  {say('notice.entry', { count: notices.length })}
                </Button>
              )}
            </div>
          ) : null}
        </>
      }
    >
      <div className="cases" data-testid="cases" data-count={cases.length}>
        {cases.slice(page * most, (page + 1) * most).map((each) => (
          <button
            type="button"
            className="choice case-choice"
            key={each.ticket}
            data-testid={`case-${each.ticket}`}
            onClick={() => setShown(each)}
          >
            <span className="choice-words">
              <span className="choice-word">{nameOf(items, each)}</span>
              <span className="choice-note">{caseWords(each).state}</span>
            </span>
          </button>
        ))}
      </div>
    </Page>
  )
}

function nameOf(items: readonly ServiceItem[], { itemId }: Pick<PersonCase, 'itemId'>): string {
  if (isBinding({ id: itemId })) return say('bindings.case')
  const item = items.find(({ id }) => id === itemId)
  return item === undefined ? say('cases.item-gone') : local(item.name)
}

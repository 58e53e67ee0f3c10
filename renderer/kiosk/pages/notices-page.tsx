import { useEffect, useState } from 'react'
import type { MyNotices } from '../../../electron/bridge/person.contract.ts'
import type { PersonNotice } from '../../../sync/protocol/person.ts'
import { showTicket } from '../../../sync/protocol/ticket.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { clockTime, isoDate, longDate } from '../forms/show.ts'
import { Page } from '../shell/page.tsx'
import { useBridge } from '../use-watch.ts'
import { BindingList } from './binding-list.tsx'

/** Main gives the hub 4 s. */
const ASK_PATIENCE_MS = 6_000

/** What others did for whoever's card lies there; nothing while it is asked, or when the hub did not say. */
export function useNotices(turn: number): readonly PersonNotice[] {
  const bridge = useBridge()
  const [answer, setAnswer] = useState<MyNotices | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew with her cases
  useEffect(() => {
    let isHere = true
    setAnswer(null)
    bridge
      .call((client) => client.person.notices(undefined, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }))
      .then(
        (got) => {
          if (isHere) setAnswer(got)
        },
        (cause: unknown) => console.warn('her notices were not answered', cause),
      )
    return () => {
      isHere = false
    }
  }, [bridge, turn])
  return answer?.outcome === 'told' ? answer.notices : []
}

interface NoticesProps {
  readonly notices: readonly PersonNotice[]
  readonly isElder: boolean
  readonly nameOf: (itemId: string) => string
  readonly onBack: () => void
}

/** 给您的通知: what was done for her, when, by which ticket; a touch says what she can do about it. */
export function NoticesPage({ notices, isElder, nameOf, onBack }: NoticesProps) {
  const [shown, setShown] = useState<PersonNotice | null>(null)
  const words = ({ what, itemId }: PersonNotice) => say(`notice.${what}`, { item: nameOf(itemId) })
  const when = ({ ticket, acceptedAt }: PersonNotice) => {
    const moment = new Date(acceptedAt)
    const at = `${longDate(isoDate(moment))} ${clockTime(moment)}`
    return say('notice.when', { at, ticket: showTicket(ticket) })
  }
  if (shown !== null) {
    return (
      <Page
        testId="notice-page"
        className="lookup"
        question={words(shown)}
        hint={when(shown)}
        actions={
          <Button look="primary" className="tall" onPress={() => setShown(null)} testId="notice-back">
            {say('cases.back')}
          </Button>
        }
      >
        <Notice kind="information" sign="alert" heading={say(`notice.${shown.what}.way`)} testId="notice-way" />
      </Page>
    )
  }
  return (
    <BindingList
      testId="notices-page"
      isElder={isElder}
      question={say('notice.question')}
      hint={say('notice.hint')}
      rows={notices.map((each) => ({ id: each.ticket, word: words(each), note: when(each) }))}
      onChoose={(ticket) => setShown(notices.find((each) => each.ticket === ticket) ?? null)}
      action={
        <Button look="primary" className="tall" onPress={onBack} testId="notices-back">
          {say('notice.back')}
        </Button>
      }
    />
  )
}

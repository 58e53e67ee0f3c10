import { useCallback, useEffect, useState } from 'react'
import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { Accepted } from '../../../electron/bridge/submissions.contract.ts'
import { showTicket } from '../../../sync/protocol/ticket.ts'
import { Button, Notice, Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { IdleScene } from '../drawings/idle-scene.tsx'
import { cardSentence } from '../forms/sentences.ts'
import type { Badge, BadgeKind } from '../shell/badge.ts'
import { BadgeView } from '../shell/badge-view.tsx'
import { isClosed } from '../shell/intake.ts'
import { IntakeClosed } from '../shell/intake-closed.tsx'
import { LanguageRow } from '../shell/language-row.tsx'
import { Page } from '../shell/page.tsx'
import type { LanguageChoice } from '../use-language.ts'
import { useBridge, useLine } from '../use-watch.ts'

const KINDS: readonly BadgeKind[] = ['done-here', 'taken-in', 'window']
/** Unprinted receipts are offered for 10 minutes; the list is asked for again this often. */
const UNPRINTED_EVERY_MS = 20_000

interface IdlePageProps {
  readonly reader: CardEvent
  readonly badges: readonly (Badge | null)[]
  readonly intake: IntakeState
  readonly onStart: () => void
  readonly onElder: () => void
  readonly onLookUp: () => void
  readonly languages: LanguageChoice
}

export function IdlePage({ reader, badges, intake, onStart, onElder, onLookUp, languages }: IdlePageProps) {
  const sentence = cardSentence(reader)
  const isCounted = badges.length > 0 && badges.every((badge) => badge !== null)
  return (
    <Page
      testId="idle-page"
      className="idle"
      actions={
        <>
          {reader.kind === 'reading' ? <Notice kind="information" sign="card" heading={say('idle.reading')} /> : null}
          {sentence === null ? null : <Notice kind="trouble" sign="alert" heading={sentence} testId="card-problem" />}
          <Unprinted />
          {isClosed(intake) ? <IntakeClosed why={intake} /> : null}
          {isCounted ? (
            <div className="sheet now">
              <strong>{say('idle.now')}</strong>
              {KINDS.map((kind) => {
                const count = badges.filter((badge) => badge?.kind === kind).length
                return count === 0 ? null : (
                  <span className="now-count" key={kind}>
                    <BadgeView badge={{ kind, reason: null }} />
                    <Spaced text={say('idle.count', { count })} />
                  </span>
                )
              })}
            </div>
          ) : (
            // Its place, so that the counter does not jump when it comes.
            <div className="now" />
          )}
          <Button sign="paper" className="look-up" onPress={onLookUp} testId="look-up">
            {say('lookup.entry')}
          </Button>
          <div className="starts">
            <Button look="primary" className="start" onPress={onStart} testId="start">
              {say('idle.start')}
            </Button>
            <button type="button" className="button start-elder" onClick={onElder} data-testid="start-elder">
              <span>{say('idle.elder')}</span>
              <span className="start-elder-note">{say('idle.elder-note')}</span>
            </button>
          </div>
          <LanguageRow choice={languages} />
        </>
      }
    >
      <div className="greeting">
        <h1 className="greeting-hello">{say('idle.hello')}</h1>
        <p className="greeting-question">{say('idle.question')}</p>
        <p className="greeting-how">{say('idle.how')}</p>
      </div>
      <IdleScene seal={say('idle.seal')} />
    </Page>
  )
}

/** Receipts that a former visitor did not get on paper: by ticket, nothing else of theirs. */
function Unprinted() {
  const bridge = useBridge()
  const line = useLine()
  const [waiting, setWaiting] = useState<readonly Accepted[]>([])
  const [printing, setPrinting] = useState<string | null>(null)
  const ask = useCallback(() => {
    bridge
      .call((client) => client.submissions.unprinted())
      .then(setWaiting, (cause: unknown) => {
        console.warn('unprinted receipts not known', cause)
      })
  }, [bridge])
  useEffect(() => {
    if (line === null) return
    ask()
    const timer = setInterval(ask, UNPRINTED_EVERY_MS)
    return () => clearInterval(timer)
  }, [ask, line])
  const newest = waiting.at(-1)
  if (newest === undefined) return null
  const print = () => {
    setPrinting(newest.submissionId)
    bridge
      .call((client) => client.printing.printReceipt({ submissionId: newest.submissionId, again: false }))
      .catch((cause: unknown) => console.warn('printing did not settle', cause))
      .finally(() => {
        setPrinting(null)
        ask()
      })
  }
  return (
    <div className="sheet unprinted" data-testid="unprinted">
      <span className="unprinted-words">
        <span>{say('idle.unprinted')}</span>
        <span>
          {say('idle.unprinted-ticket')} <strong className="unprinted-ticket">{showTicket(newest.ticket)}</strong>
        </span>
      </span>
      {printing === null ? (
        <Button sign="printer" onPress={print} testId="unprinted-print">
          {say('idle.unprinted-print')}
        </Button>
      ) : (
        <span>{say('idle.unprinted-printing')}</span>
      )}
    </div>
  )
}

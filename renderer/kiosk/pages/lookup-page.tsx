import { useEffect, useState } from 'react'
import type { FindAnswer, Found } from '../../../electron/bridge/submissions.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { isTicket, TICKET_ALPHABET } from '../../../sync/protocol/ticket.ts'
import { Button, ErrorSentence, Groups, Notice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import type { BridgeClient } from '../bridge.ts'
import { isBinding } from '../forms/binding-form.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import { TicketPad } from '../keyboard/ticket-pad.tsx'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useCodes } from '../use-codes.ts'
import { useBridge } from '../use-watch.ts'
import { Row, When } from './case-rows.tsx'
import { caseWords } from './case-words.ts'
import { scannedCase } from './scanned-case.ts'

const TICKET_LENGTH = 8
/** Main is on the same machine. */
const ASK_PATIENCE_MS = 5_000

interface LookupPageProps {
  readonly items: readonly ServiceItem[]
  readonly onStaff: () => void
  /** The way by her card. */
  readonly onMyCases: () => void
  readonly onFound: (itemId: string) => void
}

type Asked = FindAnswer | { readonly outcome: 'lost' }

/**
 * "My submissions on this terminal": by the ticket on the citizen's paper, and nothing else. What was typed lives in
 * this component only and goes with the page.
 */
export function LookupPage({ items, onStaff, onMyCases, onFound }: LookupPageProps) {
  const bridge = useBridge()
  const [typed, setTyped] = useState('')
  const [isAsking, setIsAsking] = useState(false)
  const [answer, setAnswer] = useState<Asked | null>(null)
  const isWhole = typed.length === TICKET_LENGTH
  const isWrong = isWhole && !isTicket(typed)

  const again = () => {
    setTyped('')
    setAnswer(null)
  }
  const type = (character: string) => setTyped((now) => (now.length < TICKET_LENGTH ? now + character : now))
  const erase = () => setTyped((now) => now.slice(0, -1))
  const ask = (find: (client: BridgeClient, options: { signal: AbortSignal }) => Promise<FindAnswer>) => {
    setIsAsking(true)
    bridge
      .call((client) => find(client, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }))
      .then(
        (found) => {
          setAnswer(found)
          if (found.outcome === 'found') onFound(found.found.itemId)
        },
        (cause: unknown) => {
          console.warn('the look-up was not answered', cause)
          setAnswer({ outcome: 'lost' })
        },
      )
      .finally(() => setIsAsking(false))
  }
  useTicketKeys(answer === null, type, erase)
  // A ticket fills itself in, for whoever shows it to read and confirm; a receipt's QR code cannot be read, so it asks.
  useCodes((text) => {
    const scanned = scannedCase(text)
    if (scanned === undefined || isAsking) return false
    again()
    if (scanned.kind === 'ticket') setTyped(scanned.ticket)
    else ask((client, options) => client.submissions.byReceipt({ submissionId: scanned.submissionId }, options))
    return true
  })

  if (answer !== null) {
    return (
      <Page
        testId="lookup-answer"
        className="lookup"
        question={say(answer.outcome === 'found' ? `lookup.${answer.found.state}` : `lookup.${answer.outcome}`)}
        read={<Answer answer={answer} items={items} />}
        actions={
          <div className="two">
            {answer.outcome === 'found' && answer.found.state === 'needs-staff' ? (
              <Button sign="staff" look="staff" className="tall" onPress={onStaff} testId="lookup-staff">
                {say('footer.staff')}
              </Button>
            ) : null}
            <Button look="primary" className="tall lookup-again" onPress={again} testId="lookup-again">
              {say(answer.outcome === 'found' ? 'lookup.another' : 'lookup.retype')}
            </Button>
          </div>
        }
      />
    )
  }
  return (
    <Page
      testId="lookup-page"
      className="lookup"
      question={say('lookup.question')}
      hint={say('lookup.hint')}
      actions={
        <div className="two">
          <Button sign="card" className="tall" onPress={onMyCases} testId="my-cases">
            {say('cases.entry')}
          </Button>
          <Button
            look="primary"
            className="tall"
            isOff={!isWhole || isWrong || isAsking}
            onPress={() => ask((client, options) => client.submissions.byTicket({ ticket: typed }, options))}
            testId="lookup-ask"
          >
            {say(isWhole ? 'lookup.ask' : 'lookup.left', { count: TICKET_LENGTH - typed.length })}
          </Button>
        </div>
      }
      tray={<TicketPad onCharacter={type} onErase={erase} onClear={() => setTyped('')} />}
    >
      <p className="lookup-typed" data-testid="lookup-typed" data-ticket={typed}>
        <Groups groups={shown(typed)} />
      </p>
      {isWrong ? <ErrorSentence text={say('lookup.check')} testId="lookup-check" /> : null}
      {isAsking ? <Waiting text={say('lookup.asking')} /> : null}
    </Page>
  )
}

/** Two groups of four, the places still to come as lines. */
function shown(typed: string): readonly string[] {
  const places = typed.padEnd(TICKET_LENGTH, '–')
  return [places.slice(0, 4), places.slice(4)]
}

/** The keys of a keyboard on the desk. */
function useTicketKeys(isOn: boolean, type: (character: string) => void, erase: () => void): void {
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent) => {
      const character = event.key.toUpperCase()
      if (event.key === 'Backspace') erase()
      else if (character.length === 1 && TICKET_ALPHABET.includes(character)) type(character)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

function Answer({ answer, items }: { readonly answer: Asked; readonly items: readonly ServiceItem[] }) {
  if (answer.outcome === 'found') return <FoundSheet found={answer.found} items={items} />
  if (answer.outcome === 'too-many-tries') {
    const minutes = Math.max(1, Math.ceil(answer.retryAfterMs / 60_000))
    return <Notice kind="trouble" sign="alert" heading={say('lookup.too-many-tries-line', { minutes })} />
  }
  return <Notice kind="trouble" sign="alert" heading={say(`lookup.${answer.outcome}-line`)} />
}

function itemWords(itemId: string, item: ServiceItem | undefined): string {
  if (isComplaint({ id: itemId })) return say('complaint.name')
  if (isBinding({ id: itemId })) return say('bindings.case')
  return item === undefined ? say('lookup.item-gone') : local(item.name)
}

function FoundSheet({ found, items }: { readonly found: Found; readonly items: readonly ServiceItem[] }) {
  const item = items.find((each) => each.id === found.itemId)
  const words = found.case === null ? null : caseWords({ itemId: found.itemId, state: found.case.state })
  return (
    <div className="sheet lookup-found" data-testid="lookup-found" data-state={found.state}>
      <Row label={say('receipt.ticket')}>
        <Groups groups={[found.ticket.slice(0, 4), found.ticket.slice(4)]} />
      </Row>
      <Row label={say('lookup.item')}>{itemWords(found.itemId, item)}</Row>
      <Row label={say('receipt.accepted-at')}>
        <When at={found.acceptedAt} />
      </Row>
      {found.receivedAt === null ? null : (
        <Row label={say('lookup.received-at')}>
          <When at={found.receivedAt} />
        </Row>
      )}
      {found.case === null ? null : (
        <Row label={say('lookup.case')}>
          {words?.state}
          <span className="lookup-when">
            <When at={found.case.at} />
          </span>
        </Row>
      )}
      <Notice
        kind={found.state === 'needs-staff' ? 'trouble' : 'information'}
        sign={found.state === 'needs-staff' ? 'alert' : 'tray'}
        heading={words?.next ?? say(`lookup.${found.state}-line`)}
      />
    </div>
  )
}

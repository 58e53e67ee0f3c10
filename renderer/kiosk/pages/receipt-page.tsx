import type { Accepted, Delivery } from '../../../electron/bridge/submissions.contract.ts'
import type { Answers } from '../../../sync/protocol/answers.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { showTicket } from '../../../sync/protocol/ticket.ts'
import { Button, Notice, Spaced } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { local, say, sentences } from '../../ui/strings/say.ts'
import { PrinterDrawing } from '../drawings/printer.tsx'
import { clockTime, isoDate, longDate } from '../forms/show.ts'
import type { PrintTrouble } from '../machine/session-types.ts'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { ItemProgress } from './item-progress.tsx'
import { Qr } from './qr.tsx'
import { deliveryLine, headline, takenLine, troubleWords } from './receipt-words.ts'

interface ReceiptPageProps {
  readonly item: ServiceItem
  readonly answers: Answers
  /** null: of a complaint, whose paper names nobody. */
  readonly name: string | null
  /** Who handed it in for that person. */
  readonly agentName: string | null
  readonly accepted: Accepted
  readonly delivery: Delivery | null
  readonly connection: Connection | null
  readonly printing: boolean
  readonly trouble: PrintTrouble | null
  readonly troubleAt: Date | null
  readonly onPrintAgain: () => void
  readonly onAnother: () => void
  readonly onStaff: () => void
  readonly onEnd: () => void
}

export function ReceiptPage(props: ReceiptPageProps) {
  const { trouble } = props
  return trouble === null ? <Receipt {...props} /> : <Trouble {...props} trouble={trouble} />
}

function Ticket({ ticket }: { readonly ticket: string }) {
  return (
    <span className="ticket" data-testid="ticket" data-ticket={ticket}>
      {showTicket(ticket)}
    </span>
  )
}

function Receipt(props: ReceiptPageProps) {
  const { item, accepted, delivery, printing } = props
  const acceptedAt = new Date(accepted.acceptedAt)
  return (
    <Page
      testId="receipt-page"
      className="receipt"
      progress={<ItemProgress item={item} answers={props.answers} done="all" />}
      read={
        <>
          <div className="outcome" data-testid="delivery" data-state={delivery?.state ?? 'queued'}>
            <span className={`outcome-mark ${delivery?.state === 'received' ? '' : 'outcome-kept'}`}>
              <Sign name={delivery?.state === 'received' ? 'check' : 'tray'} />
            </span>
            <span className="outcome-words">
              <h1 className="question" data-voice={say('speech.result')}>
                {headline(delivery, local(item.name))}
              </h1>
              <span>
                <Spaced text={deliveryLine(delivery, props.connection)} />
              </span>
            </span>
          </div>
          <section className="slip">
            <div className="slip-words">
              <h2 className="slip-title">{say(props.name === null ? 'complaint.receipt-title' : 'receipt.title')}</h2>
              <p>
                {local(item.name)}
                {props.name === null ? null : <span className="slip-name">{props.name}</span>}
              </p>
              {props.agentName === null ? null : (
                <p className="slip-agent" data-testid="slip-agent">
                  {say('proxy.agent-said', { name: props.agentName })}
                </p>
              )}
              {props.name === null ? null : <p className="soft slip-department">{local(item.department.name)}</p>}
              <p className="slip-code-label">{say('receipt.ticket')}</p>
              <Ticket ticket={accepted.ticket} />
              <p className="soft">{say(props.name === null ? 'complaint.ticket-use' : 'receipt.ticket-use')}</p>
            </div>
            <div className="slip-qr">
              {accepted.qr === null ? (
                <p className="soft">{say('receipt.no-qr')}</p>
              ) : (
                <Qr text={accepted.qr} label={say('receipt.qr-label')} />
              )}
              {accepted.qr === null ? null : <p>{say('receipt.qr')}</p>}
            </div>
            <div className="slip-foot">
              <span>
                {say('receipt.accepted-at')}
                <strong>
                  <Spaced text={longDate(isoDate(acceptedAt))} /> {clockTime(acceptedAt)}
                </strong>
              </span>
              <span>{say(props.name === null ? 'complaint.paper' : 'receipt.no-id')}</span>
            </div>
          </section>
        </>
      }
      actions={
        <>
          <div data-testid="print-state" data-state={printing ? 'printing' : 'printed'}>
            {printing ? (
              <Notice kind="information" sign="printer" heading={say('receipt.printing')}>
                <Waiting text="" />
              </Notice>
            ) : (
              <Notice
                kind="trouble"
                sign="card"
                heading={sentences(
                  say('receipt.printed'),
                  say(props.name === null ? 'complaint.take' : 'receipt.take'),
                )}
              />
            )}
          </div>
          <div className="two">
            <Button sign="printer" isOff={printing} onPress={props.onPrintAgain} testId="print-again">
              {say('receipt.again')}
            </Button>
            <Button isOff={printing} onPress={props.onAnother} testId="another">
              {say('receipt.another')}
            </Button>
          </div>
          <Button look="primary" className="tall" onPress={props.onEnd} testId="end">
            {say('receipt.end')}
          </Button>
        </>
      }
    >
      <section className="sheet">
        <h2 className="section">{say('receipt.next')}</h2>
        <ol className="after">
          {item.after.map((step, place) => (
            <li key={local(step.what)}>
              <i className={place === 0 ? 'is-done' : ''}>{place === 0 ? <Sign name="check" /> : place + 1}</i>
              <span className="row-words">
                <strong>{local(step.what)}</strong>
                <span className="row-note">
                  <Spaced text={place === 0 ? takenLine(accepted, delivery) : local(step.note)} />
                </span>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </Page>
  )
}

/** First what is safe, then what failed, then the ways on (picture 09). */
function Trouble(props: ReceiptPageProps & { readonly trouble: PrintTrouble }) {
  const { item, accepted, delivery, trouble } = props
  const isReceived = delivery?.state === 'received'
  const words = troubleWords(trouble, props.troubleAt ?? new Date())
  const name = local(item.name)
  return (
    <Page
      testId="receipt-page"
      className="trouble"
      progress={<ItemProgress item={item} answers={props.answers} done="all" />}
      read={
        <section className="sheet safe">
          <div className="outcome" data-testid="delivery" data-state={delivery?.state ?? 'queued'}>
            <span className={`outcome-mark ${isReceived ? '' : 'outcome-kept'}`}>
              <Sign name={isReceived ? 'check' : 'tray'} />
            </span>
            <span className="outcome-words">
              <h1 className="question" data-voice={say('speech.result')}>
                {say(isReceived ? 'trouble.safe-received' : 'trouble.safe', { item: name })}
              </h1>
              <span>
                {delivery?.state === 'received'
                  ? say('trouble.safe-received-line', { time: clockTime(new Date(delivery.receivedAt)) })
                  : say('trouble.safe-line', { time: clockTime(new Date(accepted.acceptedAt)) })}
              </span>
              {isReceived ? null : (
                <span className="soft">
                  <Spaced text={deliveryLine(delivery, props.connection)} />
                </span>
              )}
            </span>
          </div>
          <div className="safe-code">
            <div className="slip-words">
              <strong>{say('receipt.ticket')}</strong>
              <Ticket ticket={accepted.ticket} />
              <p className="soft">{say(accepted.qr === null ? 'trouble.keep-code-only' : 'trouble.keep-code')}</p>
            </div>
            {accepted.qr === null ? null : (
              <div className="slip-qr">
                <Qr text={accepted.qr} label={say('receipt.qr-label')} />
              </div>
            )}
          </div>
        </section>
      }
      actions={
        <Button look="primary" className="tall" onPress={props.onEnd} testId="end">
          {say('trouble.end')}
        </Button>
      }
    >
      <div
        className="notice notice-trouble printer-trouble"
        role="alert"
        data-testid="print-state"
        data-state="failed"
        data-fault={trouble.kind === 'fault' ? trouble.result.fault : trouble.kind}
        data-paper={trouble.kind === 'fault' ? trouble.result.paper : ''}
      >
        <PrinterDrawing />
        <div className="notice-words">
          <strong className="trouble-heading">{words.heading}</strong>
          {words.sentences.map((sentence) => (
            <span key={sentence}>{sentence}</span>
          ))}
        </div>
      </div>
      <h2 className="section">{say('trouble.ways')}</h2>
      <div className="ways">
        <Way
          sign="printer"
          what={say('trouble.again')}
          note={say('trouble.again-note')}
          onPress={props.onPrintAgain}
          testId="print-again"
        />
        <Way
          sign="staff"
          what={say('trouble.staff')}
          note={say('trouble.staff-note')}
          onPress={props.onStaff}
          testId="trouble-staff"
        />
        <div className="way way-read">
          <Sign name="leave" />
          <span className="row-words">
            <strong>{say('trouble.later')}</strong>
            <span className="row-note">{say('trouble.later-note')}</span>
          </span>
        </div>
      </div>
    </Page>
  )
}

function Way(props: { sign: 'printer' | 'staff'; what: string; note: string; onPress: () => void; testId: string }) {
  return (
    <button type="button" className="item-card way" data-testid={props.testId} onClick={props.onPress}>
      <Sign name={props.sign} />
      <span className="item-words">
        <span className="item-name">{props.what}</span>
        <span className="item-use">{props.note}</span>
      </span>
      <Sign name="forward" />
    </button>
  )
}

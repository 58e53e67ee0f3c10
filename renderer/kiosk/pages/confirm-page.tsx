import { useRef, useState } from 'react'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { ScannedPage } from '../../../electron/bridge/scanning.contract.ts'
import { type Answers, oddAnswers } from '../../../sync/protocol/answers.ts'
import { pledgeWords } from '../../../sync/protocol/pledge.ts'
import type { Division, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Applicant, Signature } from '../../../sync/protocol/submission.ts'
import { Button, ErrorSentence, Groups } from '../../ui/components.tsx'
import type { Look } from '../../ui/look.ts'
import { local, say } from '../../ui/strings/say.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import { stepCount } from '../forms/form-pages.ts'
import { IdNumber } from '../forms/id-row.tsx'
import { OddSheet } from '../forms/odd-sheet.tsx'
import { SignaturePad } from '../forms/signature-pad.tsx'
import { paperRows, summaryRows } from '../forms/summary.ts'
import { useFits } from '../forms/use-fits.ts'
import { papersGiven } from '../machine/paper-steps.ts'
import type { ConfirmProblem, SessionContext } from '../machine/session-types.ts'
import { fieldTold } from '../machine/told-steps.ts'
import { confirmProblem } from '../shell/intake.ts'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { SaidBeside, SignAlone } from '../staff/closed-while-helped.tsx'
import { ConsentRows } from './consent-page.tsx'
import { ItemProgress } from './item-progress.tsx'

/** Rows of the summary, fewer where a page is too full; the others go on further sheets. The last step makes all tight. */
const ROWS_SHOWN = [6, 4, 3, 2, 1, 1] as const

export type ConfirmStage = 'ready' | 'submitting' | 'asking'

interface ConfirmPageProps {
  readonly look: Look
  readonly item: ServiceItem
  readonly answers: Answers
  /** null: this names nobody. */
  readonly applicant: Applicant | null
  /** By a standing binding, in the place of the applicant: as much of the name as the page is told. */
  readonly boundName: string | null
  /** Who hands it in for the applicant, and what that person is to them. */
  readonly agent: { readonly name: string; readonly relation: string } | null
  readonly divisions: readonly Division[]
  readonly today: string
  /** How each paper is given, by material. */
  readonly papers: SessionContext['papers']
  readonly scanned: readonly ScannedPage[]
  readonly told: SessionContext['told']
  readonly signature: Signature | null
  readonly problem: ConfirmProblem | null
  /** False: consent is asked for here, and given with the button. */
  readonly isAgreed: boolean
  readonly onRefuse: () => void
  /** Staff helps: the citizen signs alone. */
  readonly isHelped: boolean
  readonly onAlone: () => void
  readonly intake: IntakeState
  readonly stage: ConfirmStage
  readonly onChange: (field: string) => void
  readonly onChangePaper: (materialId: string) => void
  readonly onSign: (signature: Signature | null) => void
  readonly onSubmit: () => void
}

export function ConfirmPage(props: ConfirmPageProps) {
  const { item, answers, applicant, divisions, signature, stage } = props
  // The button stays: pressed all the same, main tells the truth, also of what it had taken in before.
  const problem = confirmProblem(props.intake, props.problem)
  /** The first row that is to be seen: a sheet may come to hold more or fewer rows while it is looked at. */
  const [firstRow, setFirstRow] = useState(0)
  // By what was answered: another odd answer is asked about again.
  const [saidRight, setSaidRight] = useState<readonly string[]>([])
  const check = { today: props.today, divisions, applicant: applicant ?? undefined }
  const odd = oddAnswers(item, answers, check).find(({ field }) => !saidRight.includes(`${field}=${answers[field]}`))
  const rows = [
    ...summaryRows(item, answers, divisions).map((row) => ({
      ...{ ...row, name: row.field, onChange: () => props.onChange(row.field) },
      source: sourceWords(props, row.field),
    })),
    ...paperRows(item, answers, props.papers, props.scanned).map((row) => ({
      ...{ ...row, name: `paper-${row.field}`, onChange: () => props.onChangePaper(row.field) },
      source: undefined,
    })),
  ]
  const body = useRef<HTMLElement | null>(null)
  const key = `${item.id} ${JSON.stringify(props.look)} ${problem} ${stage} ${props.isHelped}`
  const level = useFits(body, ROWS_SHOWN.length - 1, key)
  const rowsShown = ROWS_SHOWN[level] ?? 1
  const sheets = Math.ceil(rows.length / rowsShown)
  const sheet = Math.floor(firstRow / rowsShown)
  const shown = rows.slice(sheet * rowsShown, (sheet + 1) * rowsShown)
  const isBusy = stage !== 'ready'
  // A letter of authority is among the item's papers already.
  const pledge = pledgeWords(item, answers, papersGiven({ ...props, proxy: null }), props.scanned)
  const mustSignAlone = item.signature && props.isHelped
  const isTight = level === ROWS_SHOWN.length - 1
  return (
    <>
      <Page
        testId="confirm-page"
        className={`confirm ${isTight ? 'is-tight' : ''}`}
        progress={<ItemProgress item={item} answers={answers} done={stepCount(item, answers) - 2} />}
        question={say(item.signature ? 'confirm.sign-question' : 'confirm.question')}
        read={
          <section
            className="sheet summary"
            ref={(element) => {
              body.current = element?.closest<HTMLElement>('.page-body') ?? null
            }}
          >
            {applicant === null ? null : (
              <>
                <div className="detail">
                  <span className="detail-label">{say('form.name')}</span>
                  <span className="detail-value">{applicant.name}</span>
                  <span className="detail-source">{say(`source.${applicant.source}`)}</span>
                </div>
                <div className="detail">
                  <span className="detail-label">{say('form.id-number')}</span>
                  <IdNumber number={applicant.idNumber} />
                </div>
              </>
            )}
            {props.boundName === null ? null : (
              <div className="detail" data-testid="summary-bound">
                <span className="detail-label">{say('proxy.principal')}</span>
                <span className="detail-value">{props.boundName}</span>
                <span className="detail-source">{say('bound.source')}</span>
              </div>
            )}
            {props.agent === null ? null : (
              <div className="detail" data-testid="summary-agent">
                <span className="detail-label">{say('proxy.agent')}</span>
                <span className="detail-value">{props.agent.name}</span>
                <span className="detail-source">{props.agent.relation}</span>
              </div>
            )}
            {shown.map((row) => (
              <div className="detail" key={row.name} data-testid={`summary-${row.name}`}>
                <span className="detail-label">{row.label}</span>
                <span className="detail-value">
                  <Groups groups={row.value} />
                  {row.source === undefined ? null : <span className="row-source">{row.source}</span>}
                </span>
                <Button sign="pencil" look="quiet" isOff={isBusy} onPress={row.onChange} testId={`change-${row.name}`}>
                  {say('confirm.change')}
                </Button>
              </div>
            ))}
            {sheets > 1 ? (
              <Button
                look="quiet"
                onPress={() => setFirstRow(((sheet + 1) % sheets) * rowsShown)}
                testId="summary-more"
              >
                {sheet + 1 < sheets
                  ? say('confirm.more-rows', { count: rows.length - (sheet + 1) * rowsShown })
                  : say('confirm.first-rows')}
              </Button>
            ) : null}
          </section>
        }
      >
        <section className="sheet pledge">
          {item.pledge === undefined || pledge === undefined ? null : (
            <>
              <h2 className="pledge-title">{local(item.pledge.title)}</h2>
              <p className="pledge-text">{local(pledge)}</p>
            </>
          )}
          {props.isAgreed ? null : (
            <>
              <h2 className="pledge-title">{say('consent.title')}</h2>
              <ConsentRows item={item} />
            </>
          )}
          {mustSignAlone ? <SignAlone onAlone={props.onAlone} /> : null}
          {props.isHelped && isComplaint(item) ? <SaidBeside onAlone={props.onAlone} /> : null}
          {item.signature && !mustSignAlone ? (
            <>
              <div className="sign-heading">
                <strong>{say('confirm.sign-here')}</strong>
                <span>{say('confirm.sign-how')}</span>
              </div>
              <SignaturePad signature={signature} label={say('confirm.sign-here')} onChange={props.onSign} />
            </>
          ) : null}
          {problem === null ? null : <ErrorSentence text={say(`submit-fault.${problem}`)} testId="submit-problem" />}
          {isBusy ? (
            <Waiting text={say(stage === 'asking' ? 'confirm.asking' : 'confirm.submitting')} testId="submitting" />
          ) : null}
          <div className="confirm-actions">
            {item.signature && !mustSignAlone ? (
              <Button isOff={isBusy || signature === null} onPress={() => props.onSign(null)} testId="sign-clear">
                {say('confirm.sign-clear')}
              </Button>
            ) : null}
            {props.isAgreed ? null : (
              <Button className="confirm-submit" isOff={isBusy} onPress={props.onRefuse} testId="consent-refuse">
                {say('consent.refuse')}
              </Button>
            )}
            <Button
              look="primary"
              isOff={isBusy || mustSignAlone}
              onPress={props.onSubmit}
              testId="submit"
              className="confirm-submit"
            >
              {say(props.isAgreed ? (item.signature ? 'confirm.submit-signed' : 'confirm.submit') : 'consent.submit')}
            </Button>
          </div>
        </section>
        <p className="confirm-sealed">{say('confirm.sealed')}</p>
      </Page>
      {odd === undefined ? null : (
        <OddSheet
          sentence={odd.sentence}
          onRight={() => setSaidRight([...saidRight, `${odd.field}=${answers[odd.field]}`])}
          onChange={() => props.onChange(odd.field)}
        />
      )}
    </>
  )
}

/** Whose word an answer is, where a department has one. */
function sourceWords({ item, told, answers }: ConfirmPageProps, id: string): string | undefined {
  const field = item.fields.find((each) => each.id === id)
  const stand = field === undefined ? undefined : fieldTold({ item, told }, field, answers)
  if (stand === undefined) return undefined
  if (stand.kind === 'unverified') return say('confirm.unverified')
  const source = local(stand.value.source)
  return say(stand.kind === 'shared' ? 'form.from-shared' : 'confirm.contested', { source })
}

import type { ReactNode } from 'react'
import type { Answers } from '../../../sync/protocol/answers.ts'
import type { Material, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, ErrorSentence, Notice, Spaced } from '../../ui/components.tsx'
import { local, type StringKey, say } from '../../ui/strings/say.ts'
import { ScannerDrawing } from '../drawings/scanner.tsx'
import { askedPages } from '../forms/form-pages.ts'
import { longDate } from '../forms/show.ts'
import type { PaperTrouble, PaperWay } from '../machine/session-types.ts'
import type { licenceToldFor } from '../machine/told-steps.ts'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useWatch } from '../use-watch.ts'
import { ItemProgress } from './item-progress.tsx'
import { PagePreview } from './page-preview.tsx'
import { paperTroubleKey } from './paper-words.ts'

/** `looking`: main is asked what is in; as good as at once. */
export type PaperStage = 'looking' | 'choosing' | 'scanning' | 'checking'

interface PapersPageProps {
  readonly item: ServiceItem
  readonly answers: Answers
  readonly paper: Material
  /** Of all that are wanted, from 0. */
  readonly paperIndex: number
  readonly stage: PaperStage
  readonly draftId: string
  /** Pages of this paper that are in. */
  readonly pages: number
  /** Thrown away on this page, and still to be had back. */
  readonly dropped: number
  /** The page that is looked at: its id and its place from 1. */
  readonly shown: { readonly pageId: string; readonly number: number } | null
  readonly trouble: PaperTrouble | null
  /** Why nothing can be scanned here now; null when it can. */
  readonly cannotScan: StringKey | null
  /** Of the paper's type, as the hub named it in this visit; and whether it can stand for it. */
  readonly licence: ReturnType<typeof licenceToldFor>
  readonly onScan: () => void
  readonly onCancel: () => void
  readonly onGood: () => void
  readonly onAgain: () => void
  readonly onDrop: () => void
  readonly onUndrop: () => void
  readonly onGive: (way: Exclude<PaperWay, 'scan'>) => void
  readonly onNext: () => void
  readonly onStaff: () => void
}

/** One paper that the item wants: what it is, how to give it, and each scanned page to look at (look.md, Scan preview). */
export function PapersPage(props: PapersPageProps) {
  const { item, answers, stage, shown } = props
  const progress = (
    <ItemProgress item={item} answers={answers} done={1 + askedPages(item, answers).length + props.paperIndex} />
  )
  if (stage === 'checking' && shown !== null) return <Checking {...props} shown={shown} progress={progress} />
  if (stage === 'scanning') return <Scanning {...props} progress={progress} />
  if (stage === 'choosing') return <Choosing {...props} progress={progress} />
  return (
    <Page testId="paper-wait-page" progress={progress}>
      <Waiting text={say('paper.preview-loading')} />
    </Page>
  )
}

type Part = PapersPageProps & { readonly progress: ReactNode }

function Checking({
  draftId,
  shown,
  progress,
  onGood,
  onAgain,
}: Part & { shown: NonNullable<PapersPageProps['shown']> }) {
  return (
    <Page
      testId="paper-check-page"
      className="papers"
      progress={progress}
      question={<Lines text={say('paper.readable', { page: shown.number })} />}
      hint={say('paper.corners')}
      actions={
        <div className="paper-pair">
          <Button sign="again" className="tall" onPress={onAgain} testId="page-again">
            {say('paper.again')}
          </Button>
          <Button look="primary" sign="check" className="tall" onPress={onGood} testId="page-good">
            {say('paper.good')}
          </Button>
        </div>
      }
    >
      <PagePreview key={shown.pageId} draftId={draftId} pageId={shown.pageId} number={shown.number} />
    </Page>
  )
}

/** A question that breaks by sense and has figures in it. */
function Lines({ text }: { readonly text: string }) {
  return text.split('\n').map((line) => (
    <span className="question-line" key={line}>
      <Spaced text={line} />
    </span>
  ))
}

function Scanning({ paper, pages, progress, onCancel }: Part) {
  const under = useWatch('scan', (client, options) => client.scanning.watchProgress(undefined, options))
  const page = pages + (under?.page ?? 1)
  return (
    <Page
      testId="paper-scan-page"
      className="papers"
      progress={progress}
      question={<Lines text={say('paper.scanning')} />}
      hint={local(paper.name)}
      actions={
        <Button className="tall" onPress={onCancel} testId="scan-cancel">
          {say('paper.cancel')}
        </Button>
      }
    >
      <section className="sheet paper-waits">
        <Waiting
          text={
            under?.percent == null
              ? say('paper.page-under-way', { page })
              : say('paper.page-percent', { page, percent: Math.round(under.percent) })
          }
        />
        <p>
          <Spaced text={say('paper.scanning-note')} />
        </p>
      </section>
    </Page>
  )
}

function Choosing(props: Part) {
  const { paper, pages, trouble, cannotScan, progress } = props
  const hasRoom = pages < paper.maxPages
  const hasLicence = props.licence?.isUsable === true
  const isStuck = cannotScan !== null && pages === 0 && paper.required && !paper.pledgeInstead && !hasLicence
  return (
    <Page
      testId="paper-page"
      className="papers"
      progress={progress}
      question={say(pages === 0 ? 'paper.question' : 'paper.more-question', { name: local(paper.name) })}
      {...(paper.note === undefined ? {} : { hint: local(paper.note) })}
      read={
        <Notice kind="information" sign="paper">
          <Spaced text={say(paper.required ? 'paper.why-required' : 'paper.why-optional', { pages: paper.maxPages })} />
        </Notice>
      }
      actions={<Ways {...props} hasRoom={hasRoom} isStuck={isStuck} />}
    >
      {pages === 0 ? null : (
        <p className="sheet paper-count" data-testid="paper-count" data-pages={pages}>
          <Spaced text={say('paper.count', { pages, more: paper.maxPages - pages })} />
        </p>
      )}
      {props.dropped === 0 ? null : (
        <section className="sheet paper-dropped" data-testid="paper-dropped" data-pages={props.dropped}>
          <Spaced text={say('paper.dropped', { pages: props.dropped })} />
          <Button sign="back" onPress={props.onUndrop} testId="paper-undrop">
            {say('paper.undrop')}
          </Button>
        </section>
      )}
      {props.licence === undefined || pages > 0 || props.dropped > 0 ? null : <LicenceLine {...props.licence} />}
      {trouble === null ? null : <ErrorSentence text={say(paperTroubleKey(trouble))} testId="paper-trouble" />}
      {cannotScan === null ? (
        hasRoom ? (
          <>
            <ScannerDrawing />
            <p className="sheet paper-how">{say('paper.how')}</p>
          </>
        ) : null
      ) : (
        <Notice kind="trouble" sign="alert" heading={say(cannotScan)} testId="cannot-scan">
          {say(isStuck ? 'paper.stuck' : 'paper.other-ways')}
        </Notice>
      )}
    </Page>
  )
}

function Ways(props: Part & { readonly hasRoom: boolean; readonly isStuck: boolean }) {
  const { paper, pages, cannotScan, licence, hasRoom, isStuck, onScan, onGive, onNext, onDrop, onStaff } = props
  if (isStuck)
    return (
      <Button look="primary" sign="staff" className="tall" onPress={onStaff} testId="paper-staff">
        {say('paper.staff')}
      </Button>
    )
  const scan = (look: 'plain' | 'primary') =>
    cannotScan === null && hasRoom ? (
      <Button look={look} sign="paper" className="tall" onPress={onScan} testId="scan">
        {say(pages === 0 ? 'paper.scan' : 'paper.scan-more')}
      </Button>
    ) : null
  if (pages > 0)
    return (
      <>
        <Button sign="again" className="tall" onPress={onDrop} testId="paper-drop">
          {say('paper.drop')}
        </Button>
        {scan('plain')}
        <Button look="primary" signAfter="forward" className="tall" onPress={onNext} testId="paper-next">
          {say('paper.next')}
        </Button>
      </>
    )
  return (
    <>
      {paper.required ? null : (
        <Button className="tall" onPress={() => onGive('none')} testId="paper-none">
          {say('paper.none')}
        </Button>
      )}
      {paper.pledgeInstead ? (
        <Button className="tall" onPress={() => onGive('pledge')} testId="paper-pledge">
          {say('paper.pledge')}
        </Button>
      ) : null}
      {scan(licence?.isUsable === true ? 'plain' : 'primary')}
      {licence?.isUsable === true ? (
        <Button look="primary" sign="check" className="tall" onPress={() => onGive('licence')} testId="paper-licence">
          {say('paper.licence')}
        </Button>
      ) : null}
    </>
  )
}

/** Which licence it is, and until when; or why it cannot be used. */
function LicenceLine({ licence, isUsable }: NonNullable<PapersPageProps['licence']>) {
  const { validTo } = licence
  const name = local(licence.name)
  if (!isUsable) {
    return (
      <Notice kind="trouble" sign="alert" heading={say('paper.licence-bad', { name })} testId="licence-bad">
        {say('paper.licence-bad-line')}
      </Notice>
    )
  }
  return (
    <section className="sheet licence" data-testid="licence">
      <strong>{say('paper.licence-there', { name })}</strong>
      <span>{local(licence.issuer)}</span>
      <Spaced
        text={
          validTo === null ? say('paper.licence-for-ever') : say('paper.licence-until', { date: longDate(validTo) })
        }
      />
    </section>
  )
}

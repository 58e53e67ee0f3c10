import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Answers } from '../../../sync/protocol/answers.ts'
import { checkAnswer, checkRules } from '../../../sync/protocol/answers.ts'
import { joinAddress, splitAddress } from '../../../sync/protocol/composite-answers.ts'
import type { Division, Field, FieldOf, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Applicant } from '../../../sync/protocol/submission.ts'
import { Button } from '../../ui/components.tsx'
import type { Look } from '../../ui/look.ts'
import { local, say } from '../../ui/strings/say.ts'
import { STAFF_NUMBER } from '../forms/complaint-form.ts'
import { DateTray } from '../forms/date-tray.tsx'
import { DivisionTray } from '../forms/division-tray.tsx'
import { FieldRow } from '../forms/field-row.tsx'
import { askedFields, askedPages, type Faults } from '../forms/form-pages.ts'
import { IdNumber } from '../forms/id-row.tsx'
import { allowedIn, inputKindOf } from '../forms/input-kinds.ts'
import { MonthTray } from '../forms/month-tray.tsx'
import { useFits } from '../forms/use-fits.ts'
import { CodePad } from '../keyboard/code-pad.tsx'
import { NumberPad } from '../keyboard/number-pad.tsx'
import { PinyinKeyboard } from '../keyboard/pinyin-keyboard.tsx'
import { useField } from '../keyboard/use-field.ts'
import type { SessionContext } from '../machine/session-types.ts'
import { fieldTold } from '../machine/told-steps.ts'
import { Broken, Page } from '../shell/page.tsx'
import { ItemProgress } from './item-progress.tsx'

interface FormPageProps {
  readonly look: Look
  readonly item: ServiceItem
  readonly pageIndex: number
  readonly answers: Answers
  readonly faults: Faults
  readonly changing: boolean
  /** null: nobody's card is asked for. */
  readonly applicant: Applicant | null
  /** By a standing binding, in the place of the applicant: as much of the name as the page is told. */
  readonly boundName?: string | null
  /** The applicant is not who stands here. */
  readonly isForSomebodyElse?: boolean
  /** What departments say; nothing where nobody was asked. */
  readonly told?: SessionContext['told']
  readonly divisions: readonly Division[]
  readonly today: string
  readonly onAnswer: (field: string, value: string) => void
  readonly onNext: () => void
}

/** What a page gives up when it is too full: the card's sheet, then the fields that are not being filled in. */
const GIVES_UP = 2

const hasTray = (field: Field) => inputKindOf(field) !== 'choice'

export function FormPage(props: FormPageProps) {
  const { look, item, pageIndex, answers, faults, applicant, divisions, today, onAnswer, onNext } = props
  const page = item.pages[pageIndex]
  const fields = page === undefined ? [] : askedFields(item, page, answers)
  const check = { today, divisions, applicant: applicant ?? undefined }
  /** What the item itself says of its rules that do not hold. */
  const ruleSentence = (field: string) => {
    const broken = checkRules(item, answers, check).find((each) => each.field === field)
    return item.rules?.find((rule) => rule.id === broken?.rule)?.sentence
  }
  const open = fields.filter((field) => checkAnswer(field, answers, check) !== undefined)
  const [activeId, setActiveId] = useState<string | null>(null)
  const active = fields.find((field) => field.id === activeId && hasTray(field))

  // A new page opens its first question, if that is not already answered.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new page moves the caret by itself
  useEffect(() => {
    const first = fields.find((field) => checkAnswer(field, answers, check) !== undefined)
    setActiveId(first !== undefined && hasTray(first) ? first.id : null)
  }, [pageIndex, item.id])
  // A single fault that the press for the next page brought up is opened at once.
  const firstFault = fields.find((field) => faults[field.id] !== undefined)?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when faults appear or go
  useEffect(() => {
    if (firstFault !== undefined && active === undefined && open.length === 1) setActiveId(firstFault)
  }, [firstFault])

  // What a department filled in needs no keys; whoever is typing goes on.
  const isFilledIn =
    active !== undefined && fieldTold({ item, told: props.told ?? null }, active, answers)?.kind === 'shared'
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the answer comes
  useEffect(() => {
    if (isFilledIn) setActiveId(null)
  }, [props.told])

  const done = () => {
    // A choice needs no keys: they make room for it, so that no question is jumped over.
    const next = open.find((field) => field.id !== activeId)
    setActiveId(next !== undefined && hasTray(next) ? next.id : null)
  }
  // An address is a place that is chosen and words that are typed: the keys write the words.
  const activeValue = active === undefined ? '' : (answers[active.id] ?? '')
  const address = active?.type === 'address' ? splitAddress(activeValue) : undefined
  const editor = useField(
    active,
    address?.detail ?? activeValue,
    (value) => {
      if (active === undefined) return
      onAnswer(active.id, address === undefined ? value : joinAddress({ division: address.division, detail: value }))
    },
    (next) => active === undefined || allowedIn(active, next) === next,
  )
  const [isPlaceOpen, setIsPlaceOpen] = useState(false)
  const needsPlace = address !== undefined && (isPlaceOpen || address.division === '')
  const body = useRef<HTMLDivElement>(null)
  const level = useFits(
    body,
    GIVES_UP,
    `${item.id} ${pageIndex} ${activeId} ${Object.keys(faults).join()} ${fields.length} ${needsPlace} ${JSON.stringify(look)}`,
  )
  const shown = level >= 2 && active !== undefined ? fields.filter((field) => field.id === active.id) : fields
  const pages = askedPages(item, answers)
  const next = () => {
    // A page that shows only the field under the tray would hide the faults of the others.
    if (level >= 2 && open.length > 0) setActiveId(null)
    onNext()
  }
  // The caret goes where the keyboard writes; while a place is chosen nothing is written, and a caret would bring the keys.
  useLayoutEffect(() => {
    if (activeId !== null && !needsPlace)
      document.querySelector<HTMLInputElement>(`[data-input="${activeId}"]`)?.focus({ preventScroll: true })
  }, [activeId, needsPlace])

  return (
    <Page
      testId="form-page"
      className="form"
      progress={<ItemProgress item={item} answers={answers} done={1 + Math.max(0, pages.indexOf(pageIndex))} />}
      question={page === undefined ? null : <Broken text={local(page.question)} />}
      hint={page?.hint === undefined ? undefined : local(page.hint)}
      read={
        level >= 1 && active !== undefined ? null : applicant === null ? (
          <FromBinding name={props.boundName ?? null} />
        ) : (
          <FromCard applicant={applicant} isForSomebodyElse={props.isForSomebodyElse ?? false} />
        )
      }
      tray={
        active === undefined ? undefined : (
          <Tray
            {...props}
            key={active.id}
            field={active}
            editor={editor}
            isPlace={needsPlace}
            onPlaceDone={() => setIsPlaceOpen(false)}
            onDone={done}
          />
        )
      }
    >
      <div className={`sheet form-sheet ${level >= 1 ? 'is-tight' : ''}`} ref={body} data-page={page?.id}>
        <h2 className="section form-please">{say('form.please')}</h2>
        <div className="fields">
          {shown.map((field) => (
            <FieldRow
              key={field.id}
              field={field}
              value={answers[field.id] ?? ''}
              fault={faults[field.id]}
              ruleSentence={faults[field.id] === undefined ? undefined : ruleSentence(field.id)}
              isActive={field.id === active?.id}
              isAlone={fields.length === 1}
              isElder={look.mode === 'elder'}
              told={fieldTold({ item, told: props.told ?? null }, field, answers)}
              today={today}
              divisions={divisions}
              onActivate={() => {
                setActiveId(field.id)
                setIsPlaceOpen(false)
              }}
              onActivatePlace={() => {
                setActiveId(field.id)
                setIsPlaceOpen(true)
              }}
              onChange={(value) => {
                if (!hasTray(field)) setActiveId(null)
                onAnswer(field.id, value)
              }}
              onHardKey={editor.hardKey}
            />
          ))}
        </div>
        <div className="form-end">
          <span className="form-left" data-testid="form-left">
            {open.length === 0
              ? say('form.all-filled')
              : say('form.left', {
                  count: open.length,
                  what: open.map((field) => local(field.label)).join(say('list.and')),
                })}
          </span>
          <Button look="primary" signAfter="forward" onPress={next} testId="form-next">
            {say(props.changing ? 'form.back-to-check' : 'form.next')}
          </Button>
        </div>
      </div>
    </Page>
  )
}

/** For whom, by a standing binding: the page knows no more of that person. */
function FromBinding({ name }: { readonly name: string | null }) {
  if (name === null) return null
  return (
    <section className="sheet from-card" data-testid="from-binding">
      <h2 className="from-card-heading">
        {say('proxy.principal')}
        <span className="tag">{say('bound.source')}</span>
      </h2>
      <div className="detail">
        <span className="detail-label">{say('form.name')}</span>
        <span className="detail-value">{name}</span>
      </div>
      <p className="soft">{say('proxy.you-is')}</p>
    </section>
  )
}

function FromCard({
  applicant,
  isForSomebodyElse,
}: {
  readonly applicant: Applicant
  readonly isForSomebodyElse: boolean
}) {
  return (
    <section className="sheet from-card">
      <h2 className="from-card-heading">
        {say(isForSomebodyElse ? 'proxy.principal' : `source.${applicant.source}`)}
        <span className="tag">{say(isForSomebodyElse ? `source.${applicant.source}` : 'form.not-yours')}</span>
      </h2>
      <div className="detail">
        <span className="detail-label">{say('form.name')}</span>
        <span className="detail-value">{applicant.name}</span>
      </div>
      <div className="detail">
        <span className="detail-label">{say('form.id-number')}</span>
        <IdNumber number={applicant.idNumber} />
      </div>
      {isForSomebodyElse ? <p className="soft">{say('proxy.you-is')}</p> : null}
    </section>
  )
}

interface TrayProps extends FormPageProps {
  readonly field: Field
  readonly editor: ReturnType<typeof useField>
  /** An address begins with its place. */
  readonly isPlace: boolean
  readonly onPlaceDone: () => void
  readonly onDone: () => void
}

function Tray(props: TrayProps) {
  const { field, editor, answers, today, isPlace, onAnswer, onDone } = props
  const value = answers[field.id]
  const onChange = (next: string) => onAnswer(field.id, next)
  const keys = { onErase: editor.erase, onClear: () => onChange(''), onDone }
  if (field.type === 'date')
    return <DateTray field={field} value={value} today={today} onChange={onChange} onDone={onDone} />
  if (field.type === 'month')
    return <MonthTray field={field} value={value} today={today} onChange={onChange} onDone={onDone} />
  if (field.type === 'division' || (field.type === 'address' && isPlace)) return <PlaceTray {...props} field={field} />
  switch (inputKindOf(field)) {
    case 'digits':
      return <NumberPad onDigit={editor.insert} {...keys} />
    case 'id':
      return <NumberPad onDigit={editor.insert} {...keys} corner="X" />
    case 'amount':
      return <NumberPad onDigit={editor.insert} {...keys} corner="." />
    case 'code':
      return <CodePad onCharacter={editor.insert} {...keys} />
    default:
      return (
        <PinyinKeyboard
          startsWith={field.id === STAFF_NUMBER ? 'digits' : 'letters'}
          pinyin={editor.pinyin}
          onText={editor.insert}
          onErase={editor.erase}
          onDone={() => {
            editor.flush()
            onDone()
          }}
        />
      )
  }
}

function PlaceTray(props: TrayProps & { readonly field: FieldOf<'division' | 'address'> }) {
  const { field, answers, applicant, divisions, onAnswer } = props
  const value = answers[field.id] ?? ''
  const { division, detail } = splitAddress(value)
  const isAddress = field.type === 'address'
  return (
    <DivisionTray
      field={field}
      value={division === '' ? undefined : division}
      divisions={divisions}
      cardDivision={applicant?.idNumber.length === 18 ? applicant.idNumber.slice(0, 6) : null}
      onChange={(place) => onAnswer(field.id, isAddress ? joinAddress({ division: place, detail }) : place)}
      onDone={isAddress ? props.onPlaceDone : props.onDone}
    />
  )
}

import { Fragment, type ReactNode } from 'react'
import type { SignName } from './icons.tsx'
import { Sign } from './icons.tsx'

interface ButtonProps {
  readonly children: ReactNode
  readonly onPress: () => void
  readonly sign?: SignName | undefined
  readonly signAfter?: SignName | undefined
  readonly look?: 'plain' | 'primary' | 'staff' | 'quiet' | undefined
  /** Cannot be chosen now: stays in its place, dashed. */
  readonly isOff?: boolean | undefined
  readonly className?: string | undefined
  /** Of a word that is not in the screen's language. */
  readonly lang?: string | undefined
  readonly testId?: string | undefined
}

/** All that can be touched has an outline, and all that has an outline can be touched. */
export function Button(props: ButtonProps) {
  const { look = 'plain', isOff = false } = props
  return (
    <button
      type="button"
      className={`button button-${look} ${props.className ?? ''}`}
      disabled={isOff}
      data-testid={props.testId}
      onClick={props.onPress}
    >
      {props.sign === undefined ? null : <Sign name={props.sign} />}
      <span lang={props.lang}>{props.children}</span>
      {props.signAfter === undefined ? null : <Sign name={props.signAfter} />}
    </button>
  )
}

interface ChoiceProps {
  readonly word: string
  readonly note?: string | undefined
  readonly isChosen: boolean
  readonly onPress: () => void
  /** Of a word that is not in the screen's language. */
  readonly lang?: string | undefined
  readonly isOff?: boolean | undefined
  readonly testId?: string | undefined
}

export function BigChoice({ word, note, isChosen, onPress, lang, isOff = false, testId }: ChoiceProps) {
  return (
    <button
      type="button"
      className={`choice ${isChosen ? 'is-chosen' : ''}`}
      aria-pressed={isChosen}
      disabled={isOff}
      data-testid={testId}
      onClick={onPress}
    >
      {isChosen ? <Sign name="check" /> : null}
      <span className="choice-words">
        <span className="choice-word" lang={lang}>
          {word}
        </span>
        {note === undefined ? null : <span className="choice-note">{note}</span>}
      </span>
    </button>
  )
}

interface NoticeProps {
  /** Trouble is ochre with a sign; information is celadon. */
  readonly kind: 'trouble' | 'information'
  readonly heading?: string | undefined
  readonly sign?: SignName | undefined
  readonly children?: ReactNode
  readonly testId?: string | undefined
}

export function Notice({ kind, heading, sign, children, testId }: NoticeProps) {
  return (
    <div className={`notice notice-${kind}`} role="status" data-testid={testId}>
      {sign === undefined ? null : <Sign name={sign} />}
      <div className="notice-words">
        {heading === undefined ? null : <strong>{heading}</strong>}
        {children}
      </div>
    </div>
  )
}

/** Up to the first mark that ends a sentence in any of our scripts; a Latin stop only before a space. */
const FIRST_SENTENCE = /^.*?(?:[\u3002\u061f\u0f0d]|[.?](?= ))/u

/** Sign, what happened, what to do: under the field that it speaks of. The first sentence is the heading. */
export function ErrorSentence({ text, testId }: { readonly text: string; readonly testId?: string }) {
  const end = FIRST_SENTENCE.exec(text)?.[0].length ?? 0
  return (
    <p className="error-sentence" role="alert" data-testid={testId}>
      <Sign name="alert" />
      <span>
        <strong>{text.slice(0, end)}</strong>
        {text.slice(end)}
      </span>
    </p>
  )
}

/** A sheet over the veil; the footer's staff button stays free of it. */
export function Overlay({
  children,
  testId,
  label,
  isSilent = false,
}: {
  readonly children: ReactNode
  readonly testId: string
  readonly label: string
  /** Not read aloud. */
  readonly isSilent?: boolean
}) {
  return (
    <div className="veil">
      <div
        className="sheet overlay-sheet"
        role="dialog"
        aria-modal="true"
        aria-label={label}
        data-testid={testId}
        data-silent={isSilent || undefined}
      >
        {children}
      </div>
    </div>
  )
}

interface ProgressProps {
  readonly words: ReactNode
  readonly name: string
  readonly steps: number
  /** How many are behind; the next one is now, unless all are. */
  readonly done: number
}

export function Progress({ words, name, steps, done }: ProgressProps) {
  return (
    <div className="progress">
      {words}
      <span className="progress-name">{name}</span>
      <span className="progress-blocks" aria-hidden="true">
        {Array.from({ length: steps }, (_, step) => (
          // The blocks never change places.
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place
          <i key={step} className={step < done ? 'is-done' : step === done ? 'is-now' : ''} />
        ))}
      </span>
    </div>
  )
}

/** Where Han and figures or letters meet, whichever comes first. */
const MEETING = /(?<=\p{Script=Han})(?=[\dA-Za-z])|(?<=[\dA-Za-z])(?=\p{Script=Han})/u

/** A text with dates, times or counts: the gap beside its figures also where the browser knows no text-autospace. */
export function Spaced({ text }: { readonly text: string }) {
  return text.split(MEETING).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
    <Fragment key={place}>
      {place === 0 ? null : <span className="gap" />}
      {part}
    </Fragment>
  ))
}

/** Groups of digits, parted by layout and not by typed spaces. */
export function Groups({ groups }: { readonly groups: readonly string[] }) {
  return (
    <span className="groups">
      {groups.map((group, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
        <span key={place}>{group}</span>
      ))}
    </span>
  )
}

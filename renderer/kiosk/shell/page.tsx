import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'
import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'
import { speaking } from '../speech/speaking.ts'

interface PageProps {
  readonly testId: string
  readonly progress?: ReactNode
  readonly question?: ReactNode
  /** Said under the question. */
  readonly hint?: ReactNode
  /** What is to be read, before what is to be touched. */
  readonly read?: ReactNode
  readonly children?: ReactNode
  /** The lowest thing on the page. */
  readonly actions?: ReactNode
  /** Keyboard or another tray; takes the full width above the footer. */
  readonly tray?: ReactNode
  readonly className?: string
}

/** Read above, touch below; in landscape the question stands left and the answers right (look.md section 4). */
export function Page({ testId, progress, question, hint, read, children, actions, tray, className = '' }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const hasSide = progress !== undefined || question !== undefined || read !== undefined
  return (
    <main className={`page ${tray === undefined ? '' : 'has-tray'} ${className}`} data-testid={testId}>
      <div className="page-body">
        {hasSide ? (
          <div className="page-side">
            {progress}
            {question === undefined ? null : (
              <h1 className="question" ref={heading} tabIndex={-1}>
                {question}
              </h1>
            )}
            <VoiceLine />
            {hint === undefined ? null : <p className="question-hint">{hint}</p>}
            {read}
          </div>
        ) : null}
        <div className="page-main">
          <div className="page-content">{children}</div>
          {actions === undefined ? null : <div className="page-actions">{actions}</div>}
        </div>
      </div>
      {tray}
    </main>
  )
}

/** Shows that the page is being read, for those who do not hear; its place is kept where pages are read by themselves. */
function VoiceLine() {
  const isSpeaking = useSyncExternalStore(speaking.subscribe, speaking.get, speaking.get)
  return (
    <p className={`voice-line ${isSpeaking ? '' : 'is-silent'}`} data-testid="voice-line">
      <Sign name="voice" />
      <span>{say('speech.voice-line')}</span>
    </p>
  )
}

/** A question breaks where its text says so, by sense. */
export function Broken({ text }: { readonly text: string }) {
  return text.split('\n').map((line) => (
    <span className="question-line" key={line}>
      {line}
    </span>
  ))
}

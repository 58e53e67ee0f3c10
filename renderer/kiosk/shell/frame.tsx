import type { ReactNode } from 'react'
import type { About } from '../../../electron/bridge/maintenance.contract.ts'
import { Button, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { clockTime, isoDate, weekday } from '../forms/show.ts'
import type { SpeechTool } from '../use-speech.ts'
import type { StatusLine } from './status-line.ts'

interface FrameProps {
  readonly about: About | null
  readonly status: StatusLine
  readonly connection: string
  readonly waiting: number | null
  /** Who is being served, as a sentence without anybody's full name; null between visits. */
  readonly visitor: string | null
  /** null: not known yet. */
  readonly now: Date | null
  readonly showsDate: boolean
  readonly onEnd: (() => void) | null
  readonly onBack: (() => void) | null
  readonly onHome: (() => void) | null
  readonly onStaff: () => void
  /** null: a page that takes no change of its language. */
  readonly onLanguage: (() => void) | null
  /** Who comes or is here; null: nobody was called. */
  readonly staffWords: string | null
  /** null: a page that takes no change of its look. */
  readonly onLook: (() => void) | null
  /** 朗读, 重读, or that this machine cannot. */
  readonly speech: SpeechTool
  readonly children: ReactNode
}

/** Header, status line and footer: never move, never scroll, are never covered. */
export function Frame(props: FrameProps) {
  const { about, status, visitor, now } = props
  return (
    <div className="terminal">
      <header className="header">
        <span className="wordmark">{say('brand')}</span>
        <span className="place">
          {about === null ? null : (
            <>
              <span>{local(about.place)}</span>
              <span className="place-hall">{local(about.hall)}</span>
            </>
          )}
        </span>
        <span className="tools">
          <Button
            sign="language"
            look="quiet"
            isOff={props.onLanguage === null}
            onPress={() => props.onLanguage?.()}
            testId="language-tool"
          >
            {say('language.tool')}
          </Button>
          <Button
            sign="letters"
            look="quiet"
            isOff={props.onLook === null}
            onPress={() => props.onLook?.()}
            testId="look-tool"
          >
            {say('look.tool')}
          </Button>
          <Button
            sign="voice"
            look="quiet"
            className="speech-tool"
            isOff={props.speech.isOff}
            onPress={props.speech.press}
            testId="speech-tool"
          >
            {say(props.speech.label)}
          </Button>
        </span>
      </header>
      <div
        className={`status status-${status.sign}`}
        data-testid="status"
        data-connection={props.connection}
        data-waiting={props.waiting ?? ''}
      >
        <span className="status-words" role="status">
          <i className="status-sign" aria-hidden="true" />
          <strong>{status.connection}</strong>
          <span className="status-queue">
            {visitor === null || status.isForVisitor ? <Spaced text={status.queue} /> : visitor}
          </span>
        </span>
        {props.onEnd === null ? (
          <span className="clock">{now === null ? null : <Clock now={now} showsDate={props.showsDate} />}</span>
        ) : (
          <Button sign="leave" look="quiet" onPress={props.onEnd} testId="end-visit">
            {say('status.end')}
          </Button>
        )}
      </div>
      {props.children}
      <footer className="footer">
        <Button
          sign="back"
          isOff={props.onBack === null}
          onPress={() => props.onBack?.()}
          className="footer-small"
          testId="back"
        >
          {say('footer.back')}
        </Button>
        <Button
          sign="home"
          isOff={props.onHome === null}
          onPress={() => props.onHome?.()}
          className="footer-small"
          testId="home"
        >
          {say('footer.home')}
        </Button>
        <Button
          sign="staff"
          look="staff"
          onPress={props.onStaff}
          className={props.staffWords === null ? 'footer-staff' : 'footer-staff is-called'}
          testId="call-staff"
        >
          {props.staffWords ?? say('footer.staff')}
        </Button>
      </footer>
    </div>
  )
}

function Clock({ now, showsDate }: { readonly now: Date; readonly showsDate: boolean }) {
  return (
    <>
      {showsDate ? (
        <span className="clock-date">
          <Spaced
            text={say('clock.date', { month: now.getMonth() + 1, day: now.getDate(), weekday: weekday(isoDate(now)) })}
          />
        </span>
      ) : null}
      <span>{clockTime(now)}</span>
    </>
  )
}

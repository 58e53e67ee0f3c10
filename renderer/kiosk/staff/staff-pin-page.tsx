import { useEffect, useState } from 'react'
import type { PinAnswer, PinDesk } from '../../../electron/bridge/staff.contract.ts'
import { Button, ErrorSentence } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { clockTime } from '../forms/show.ts'
import { NumberPad } from '../keyboard/number-pad.tsx'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { useBridge } from '../use-watch.ts'

const PIN_DIGITS = 6

interface StaffPinPageProps {
  readonly desk: PinDesk
  readonly onLeave: () => void
}

/** After a badge: its six digits, or why it lets nobody in. The citizen's own page comes back behind it. */
export function StaffPinPage({ desk, onLeave }: StaffPinPageProps) {
  if (desk.stage === 'asking') return <AskPin wrongBefore={desk.wrongBefore} onLeave={onLeave} />
  const time = desk.untilUnixMs === null ? '' : clockTime(new Date(desk.untilUnixMs))
  return (
    <Page
      testId="badge-refused"
      className="staff-pin"
      question={say('assist.refused')}
      actions={
        <Button look="primary" className="tall" onPress={onLeave} testId="badge-refused-close">
          {say('staff.close')}
        </Button>
      }
    >
      <ErrorSentence text={say(`assist.refused.${desk.why}`, { time })} testId={`refused-${desk.why}`} />
    </Page>
  )
}

/** Digits are never shown; main counts the wrong ones. */
function AskPin({ wrongBefore, onLeave }: { readonly wrongBefore: number; readonly onLeave: () => void }) {
  const bridge = useBridge()
  const [pin, setPin] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isAsking, setIsAsking] = useState(false)
  const digit = (one: string) => setPin((now) => (now.length < PIN_DIGITS ? now + one : now))
  const erase = () => setPin((now) => now.slice(0, -1))
  const enter = () => {
    if (isAsking) return
    if (pin.length < PIN_DIGITS) {
      setProblem(say('assist.pin-short'))
      return
    }
    setIsAsking(true)
    setPin('')
    bridge
      .call((client) => client.staff.pin({ pin }))
      .then(
        (answer) => setProblem(wordsOf(answer)),
        (cause: unknown) => {
          console.warn('the PIN was not answered', cause)
          setProblem(say('maintain.lost'))
        },
      )
      .finally(() => setIsAsking(false))
  }
  useDigits(digit, erase, enter)
  const said = problem ?? (wrongBefore > 0 ? say('assist.pin-wrong') : null)
  return (
    <Page
      testId="staff-pin-page"
      className="staff-pin"
      question={<Broken text={say('assist.pin-question')} />}
      hint={say('assist.pin-hint')}
      tray={<NumberPad onDigit={digit} onErase={erase} onClear={() => setPin('')} onDone={enter} />}
    >
      <p className="pin-dots" data-testid="staff-pin-dots" data-digits={pin.length}>
        {'●'.repeat(pin.length) + '○'.repeat(PIN_DIGITS - pin.length)}
      </p>
      {said === null || isAsking ? null : <ErrorSentence text={said} testId="staff-pin-problem" />}
      {isAsking ? <Waiting text={say('maintain.pin-checking')} /> : null}
      <Button className="staff-pin-leave" onPress={onLeave} testId="staff-pin-leave">
        {say('assist.pin-leave')}
      </Button>
    </Page>
  )
}

/** What main's view does not show by itself; null when the page goes away. */
function wordsOf(answer: PinAnswer): string | null {
  if (answer.outcome === 'no-badge') return say('assist.no-badge')
  if (answer.outcome === 'too-many-tries') {
    return say('assist.too-many-tries', { minutes: Math.max(1, Math.ceil(answer.retryAfterMs / 60_000)) })
  }
  return null
}

/** The keys of a keyboard on the desk. */
function useDigits(digit: (one: string) => void, erase: () => void, enter: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (/^\d$/.test(event.key)) digit(event.key)
      else if (event.key === 'Backspace') erase()
      else if (event.key === 'Enter') enter()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

import { useEffect, useState } from 'react'
import type { UnlockAnswer } from '../../../../electron/bridge/maintenance.contract.ts'
import { ErrorSentence } from '../../../ui/components.tsx'
import { say } from '../../../ui/strings/say.ts'
import { clockTime } from '../../forms/show.ts'
import { NumberPad } from '../../keyboard/number-pad.tsx'
import { Page } from '../../shell/page.tsx'
import { Waiting } from '../../shell/waiting.tsx'
import { useBridge } from '../../use-watch.ts'

const PIN_DIGITS = { least: 6, most: 12 } as const

/** The maintainers' door: digits are never shown, a wrong one is counted by main. */
export function PinPage({ onOpen }: { readonly onOpen: (token: string) => void }) {
  const bridge = useBridge()
  const [pin, setPin] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isAsking, setIsAsking] = useState(false)

  const digit = (one: string) => setPin((now) => (now.length < PIN_DIGITS.most ? now + one : now))
  const erase = () => setPin((now) => now.slice(0, -1))
  const enter = () => {
    if (isAsking) return
    if (pin.length < PIN_DIGITS.least) {
      setProblem(say('maintain.pin-short'))
      return
    }
    setIsAsking(true)
    setPin('')
    bridge
      .call((client) => client.maintenance.unlock({ pin }))
      .then(
        (answer) => (answer.outcome === 'open' ? onOpen(answer.token) : setProblem(wordsOf(answer))),
        (cause: unknown) => {
          console.warn('the door did not answer', cause)
          setProblem(say('maintain.lost'))
        },
      )
      .finally(() => setIsAsking(false))
  }
  useDigits(digit, erase, enter)
  return (
    <Page
      testId="pin-page"
      className="pin"
      question={say('maintain.pin-question')}
      hint={say('maintain.pin-hint')}
      tray={<NumberPad onDigit={digit} onErase={erase} onClear={() => setPin('')} onDone={enter} />}
    >
      <p className="pin-dots" data-testid="pin-dots" data-digits={pin.length}>
        {'●'.repeat(pin.length)}
      </p>
      {problem === null ? null : <ErrorSentence text={problem} testId="pin-problem" />}
      {isAsking ? <Waiting text={say('maintain.pin-checking')} /> : null}
    </Page>
  )
}

function wordsOf(answer: Exclude<UnlockAnswer, { outcome: 'open' }>): string {
  if (answer.outcome === 'no-pin-set') return say('maintain.no-pin-set')
  if (answer.outcome === 'locked-out') {
    return say('maintain.locked-out', { time: clockTime(new Date(answer.untilUnixMs)) })
  }
  return say('maintain.wrong-pin', { count: answer.triesLeft })
}

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

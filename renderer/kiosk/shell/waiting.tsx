import { useEffect, useState } from 'react'
import { Spaced } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'

/** Nothing for 1 s, then the words; from 3 s on how long (look.md section 5, Slow). */
const SILENT_S = 1
const COUNT_FROM_S = 3

export function Waiting({ text, testId }: { readonly text: string; readonly testId?: string }) {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <p className="waiting" role="status" data-testid={testId}>
      {seconds < SILENT_S ? null : (
        <>
          <span>{text}</span>
          <span className="waiting-dots" aria-hidden="true">
            {[0, 1, 2, 3, 4].map((dot) => (
              <i key={dot} className={dot <= (seconds - 1) % 5 ? 'is-on' : ''} />
            ))}
          </span>
          {seconds < COUNT_FROM_S ? null : (
            <span>
              <Spaced text={say('confirm.waited', { seconds })} />
            </span>
          )}
        </>
      )}
    </p>
  )
}

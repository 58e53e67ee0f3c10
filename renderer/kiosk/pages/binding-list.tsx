import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { Page } from '../shell/page.tsx'

/** Four answers at most in elder mode, 更多 among them. */
const SHOWN = { standard: 4, elder: 3 } as const

interface ListProps {
  readonly testId: string
  readonly isElder: boolean
  readonly question: string
  readonly hint: string
  readonly progress?: ReactNode
  readonly rows: readonly { readonly id: string; readonly word: string; readonly note: string }[]
  readonly onChoose: (id: string) => void
  readonly action: ReactNode
}

/** Bindings as big answers, turned over by 更多. */
export function BindingList({ rows, isElder, onChoose, action, ...page }: ListProps) {
  const [turned, setTurned] = useState(0)
  const most = SHOWN[isElder ? 'elder' : 'standard']
  const pages = Math.max(1, Math.ceil(rows.length / most))
  return (
    <Page
      {...page}
      className={isElder ? 'lookup elder-home' : 'lookup'}
      actions={
        pages === 1 ? (
          action
        ) : (
          <div className="two">
            <Button className="tall" onPress={() => setTurned((turned + 1) % pages)} testId="bindings-more">
              {say(turned + 1 < pages ? 'cases.more' : 'cases.first')}
            </Button>
            {action}
          </div>
        )
      }
    >
      <div className="cases" data-testid="bindings" data-count={rows.length}>
        {rows.slice(turned * most, (turned + 1) * most).map(({ id, word, note }, place) => (
          <button
            type="button"
            className="choice case-choice"
            key={id}
            data-testid={`binding-${turned * most + place}`}
            onClick={() => onChoose(id)}
          >
            <span className="choice-words">
              <span className="choice-word">{word}</span>
              <span className="choice-note">{note}</span>
            </span>
          </button>
        ))}
      </div>
    </Page>
  )
}

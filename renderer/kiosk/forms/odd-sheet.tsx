import type { LocalText } from '../../../sync/protocol/service-item.ts'
import { Button, Overlay } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'

interface OddSheetProps {
  readonly sentence: LocalText
  readonly onRight: () => void
  readonly onChange: () => void
}

/** An answer that may be right and is seldom so: 109 岁，对吗？ Asked once, before anything is submitted. */
export function OddSheet({ sentence, onRight, onChange }: OddSheetProps) {
  return (
    <Overlay label={say('odd.title')} testId="odd-answer">
      <h2 className="question">{local(sentence)}</h2>
      <div className="two">
        <Button className="tall" sign="pencil" onPress={onChange} testId="odd-change">
          {say('odd.change')}
        </Button>
        <Button look="primary" className="tall" onPress={onRight} testId="odd-right">
          {say('odd.right')}
        </Button>
      </div>
    </Overlay>
  )
}

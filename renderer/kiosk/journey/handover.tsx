import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import { whyNoHandover } from '../forms/handover-why.ts'
import { wantedPapers } from '../machine/paper-steps.ts'
import type { SessionContext, SessionEvent } from '../machine/session-types.ts'
import { HandoverPage } from '../pages/handover-pages.tsx'
import { SlipPage } from '../pages/slip-pages.tsx'

interface HandoverJourneyProps {
  readonly at: 'handover' | 'slip'
  /** Of the machine's states below these two. */
  readonly stage: string
  readonly context: SessionContext
  readonly send: (event: SessionEvent) => void
  readonly connection: Connection | null
  readonly devices: Devices | null
  readonly onStaff: () => void
}

export function HandoverJourney({ at, stage, context, send, connection, devices, onStaff }: HandoverJourneyProps) {
  if (at === 'slip') {
    if (context.slip === null) return null
    const shown = stage === 'waiting' || stage === 'changed' || stage === 'refused' ? stage : 'opening'
    return (
      <SlipPage
        slip={context.slip}
        stage={shown}
        reader={context.reader}
        devices={devices}
        onNext={() => send({ type: 'NEXT' })}
        onHome={() => send({ type: 'HOME' })}
        onEnd={() => send({ type: 'END' })}
        onStaff={onStaff}
      />
    )
  }
  const shown = stage === 'working' || stage === 'done' || stage === 'not-done' ? stage : 'asking'
  return (
    <HandoverPage
      stage={shown}
      answer={context.handingOver?.answer ?? null}
      whyNot={whyNoHandover(connection, devices, 'why-not-line')}
      papers={wantedPapers(context)}
      onHandOver={() => send({ type: 'HAND_OVER' })}
      onGoOn={() => send({ type: 'BACK' })}
      onEnd={() => send({ type: 'FINISH' })}
    />
  )
}

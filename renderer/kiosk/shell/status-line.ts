import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { QueueView } from '../../../sync/protocol/queue-view.ts'
import { say } from '../../ui/strings/say.ts'
import { duration } from '../forms/show.ts'
import { isClosed } from './intake.ts'

export interface StatusLine {
  /** Sound, trouble, not known yet. */
  readonly sign: 'dot' | 'diamond' | 'ring'
  readonly connection: string
  readonly queue: string
  /** Said during a visit too, in the place of who is here: what this citizen does now may not be taken in. */
  readonly isForVisitor: boolean
}

/** The one truth of look.md section 4.4. */
export function statusLine(view: QueueView | null, nowMs: number, intake: IntakeState = 'open'): StatusLine {
  if (view === null) return { sign: 'ring', connection: say('status.unknown'), queue: '', isForVisitor: false }
  const age = view.oldestAcceptedAt === null ? duration(0) : duration(nowMs - Date.parse(view.oldestAcceptedAt))
  const connected = view.connection === 'connected'
  // What keeps the machine from taking in comes before the count: it changes what can be done here.
  const connection = say(`status.${view.connection}`)
  if (intake !== 'open')
    return { sign: 'diamond', connection, queue: say(`intake.${intake}`), isForVisitor: isClosed(intake) }
  const queue = queueWords(view.waiting, connected, age)
  return { sign: connected ? 'dot' : 'diamond', connection, queue, isForVisitor: false }
}

function queueWords(count: number, connected: boolean, age: string): string {
  if (count === 0) return say('status.nothing-waiting')
  if (connected) return say('status.sending', { count, age })
  return count === 1 ? say('status.waiting-one', { age }) : say('status.waiting', { count, age })
}

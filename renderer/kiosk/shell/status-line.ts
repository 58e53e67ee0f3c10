import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { QueueView } from '../../../sync/protocol/queue-view.ts'
import { say } from '../../ui/strings/say.ts'
import { duration } from '../forms/show.ts'

export interface StatusLine {
  /** Sound, trouble, not known yet. */
  readonly sign: 'dot' | 'diamond' | 'ring'
  readonly connection: string
  readonly queue: string
}

/** The one truth of look.md section 4.4. */
export function statusLine(view: QueueView | null, nowMs: number, intake: IntakeState = 'open'): StatusLine {
  if (view === null) return { sign: 'ring', connection: say('status.unknown'), queue: '' }
  const age = view.oldestAcceptedAt === null ? duration(0) : duration(nowMs - Date.parse(view.oldestAcceptedAt))
  const connected = view.connection === 'connected'
  // Space comes before the count: it changes what can be done here.
  if (intake !== 'open')
    return { sign: 'diamond', connection: say(`status.${view.connection}`), queue: say(`intake.${intake}`) }
  return {
    sign: connected ? 'dot' : 'diamond',
    connection: say(`status.${view.connection}`),
    queue: queueWords(view.waiting, connected, age),
  }
}

function queueWords(count: number, connected: boolean, age: string): string {
  if (count === 0) return say('status.nothing-waiting')
  if (connected) return say('status.sending', { count, age })
  return count === 1 ? say('status.waiting-one', { age }) : say('status.waiting', { count, age })
}

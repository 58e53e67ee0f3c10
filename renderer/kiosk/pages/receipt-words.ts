import type { Accepted, Delivery } from '../../../electron/bridge/submissions.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import { say } from '../../ui/strings/say.ts'
import { clockTime } from '../forms/show.ts'
import type { PrintTrouble } from '../machine/session-types.ts'

/** What the receipt page may say: only what a journal, the hub or the printer has confirmed. */

export function headline(delivery: Delivery | null, item: string): string {
  if (delivery?.state === 'received') return say('receipt.received', { item })
  return delivery?.state === 'quarantined' ? say('receipt.quarantined') : say('receipt.kept')
}

export function deliveryLine(delivery: Delivery | null, connection: Connection | null): string {
  if (delivery?.state === 'received')
    return say('receipt.received-line', { time: clockTime(new Date(delivery.receivedAt)) })
  if (delivery?.state === 'quarantined') return say('receipt.quarantined-line')
  return say(connection === 'connected' ? 'receipt.sending-line' : 'receipt.kept-line')
}

export function takenLine(accepted: Accepted, delivery: Delivery | null): string {
  const acceptedTime = clockTime(new Date(accepted.acceptedAt))
  if (delivery?.state !== 'received') return say('receipt.next-taken-kept', { accepted: acceptedTime })
  return say('receipt.next-taken-received', {
    accepted: acceptedTime,
    received: clockTime(new Date(delivery.receivedAt)),
  })
}

export interface TroubleWords {
  readonly heading: string
  readonly sentences: readonly string[]
}

/** The cut comes last: a receipt that the cutter left hanging is no half receipt. Tests name the words by this too. */
export function outcomeOf({ fault, paper }: { fault: string; paper: 'nothing' | 'partly' | 'unknown' }) {
  return fault === 'cutter-error' && paper === 'partly' ? 'uncut' : paper
}

/** What failed, when, and what it means for the paper in the outlet. */
export function troubleWords(trouble: PrintTrouble, at: Date): TroubleWords {
  const time = clockTime(at)
  if (trouble.kind === 'fault') {
    const { fault } = trouble.result
    const outcome = outcomeOf(trouble.result)
    const heading = say(`trouble.heading.${outcome}`)
    return { heading, sentences: [say(`print-fault.${fault}`, { time }), say(`trouble.paper.${outcome}`)] }
  }
  if (trouble.kind === 'connection-lost') {
    return {
      heading: say('trouble.heading.unknown'),
      sentences: [say('print-fault.connection-lost'), say('trouble.paper.unknown')],
    }
  }
  return { heading: say('trouble.heading.none'), sentences: [say(`print-fault.${trouble.kind}`)] }
}

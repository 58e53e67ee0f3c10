import type { SubmitAnswer } from '../../electron/bridge/submissions.contract.ts'
import { durableEnvelopeSha256 } from './durable.ts'
import type { FaultKind } from './faults.ts'
import type { Host } from './host.ts'
import type { Oracle } from './oracle.ts'
import type { SeededRandom } from './random.ts'
import { submitRequest } from './sample.ts'
import type { Scheduler } from './scheduler.ts'

/** A page waits so long for main before it asks what became of the draft. */
const PATIENCE_MS = 15_000
/** People go home after so many tries. */
const MAX_TRIES = 12
const BETWEEN_TRIES_MS = 20_000

export interface CitizenParts {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly oracle: Oracle
  readonly host: Host
  readonly draftId: string
  readonly poison: boolean
  readonly attachments: number
  /** Forgets the first answer and asks again. */
  readonly asksAgain: boolean
  readonly onFault: (kind: FaultKind) => void
  readonly onUnexpected: (error: unknown, where: string) => void
}

/**
 * Somebody who presses confirm, perhaps twice, and goes on asking under the same draft until there is an answer. The
 * promise counts from the very moment at which main says "accepted", whether or not anybody hears it.
 */
export function sendCitizen(parts: CitizenParts): void {
  const { scheduler, random, oracle, host, draftId } = parts
  const request = submitRequest(draftId, random, parts)
  let tries = 0
  let content = false

  function press(): void {
    tries++
    const { terminal } = host
    if (terminal === undefined) {
      later('finds the terminal dark')
      return
    }
    let answered = false
    terminal.intake.submit(request).then(
      (answer) => {
        // The program that gave this answer is dead by now if the world killed it in between: then nobody said it.
        if (host.terminal !== terminal) return
        answered = true
        hear(answer)
      },
      (error: unknown) => {
        answered = true
        parts.onUnexpected(error, `${host.name} submit`)
        later('got no answer but a fault')
      },
    )
    scheduler.after(PATIENCE_MS, `${draftId} waits`, () => {
      if (!answered && !content) later('waited in vain')
    })
  }

  function hear(answer: SubmitAnswer): void {
    if (!answer.ok) {
      if (!content) later(`hears ${answer.fault}`)
      return
    }
    const { submissionId, ticket, sequence: deviceSequence } = answer.accepted
    const durable = durableEnvelopeSha256(host.machine.disk, submissionId)
    const sha256 = host.terminal?.ledger.bySubmission(submissionId)?.envelopeSha256 ?? ''
    const promise = { terminalId: host.name, draftId, submissionId, ticket, deviceSequence, sha256 }
    scheduler.note(`${host.name} promises ${submissionId} as ${ticket}`)
    oracle.promised({ ...promise, atMs: scheduler.nowMs() }, durable)
    if (parts.asksAgain && !content) {
      parts.onFault('citizen-asked-again')
      scheduler.after(random.logarithmic(1, 60_000), `${draftId} asks again`, press)
    }
    content = true
  }

  function later(why: string): void {
    scheduler.note(`${draftId} ${why}`)
    if (tries >= MAX_TRIES) return
    scheduler.after(random.logarithmic(100, BETWEEN_TRIES_MS), `${draftId} tries again`, press)
  }

  press()
  // The second tap of an impatient finger.
  if (random.chance(0.3)) scheduler.after(random.logarithmic(0.1, 400), `${draftId} taps twice`, press)
}

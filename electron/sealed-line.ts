import { sealSubmission } from '../sync/envelope/seal.ts'
import type { Suite } from '../sync/envelope/suite.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import type { Chunk, SubmissionPayload } from '../sync/protocol/submission.ts'
import { makeTicket } from '../sync/protocol/ticket.ts'
import { wrapAhead } from './content-keys.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'

export type SealKey = NonNullable<ReturnType<Trust['sealKey']>>

/** 128 random bits in the receipt's QR code. */
const SECRET_BYTES = 16

export interface Entry {
  readonly draftId: string
  readonly payload: SubmissionPayload
  readonly sealKey: SealKey
  readonly chunks?: readonly Chunk[]
}

/**
 * The one door from a payload to the journal, for submissions of every kind: ticket, device sequence, seal, frame. What
 * it answered is on disk.
 */
export interface SealedLine {
  /** Runs one after the other, in the order of asking: device sequences have no gaps. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  /** Only from within `inTurn`. Undefined when the journal could not be written: nothing was kept. */
  append(entry: Entry): Promise<{ readonly entry: LedgerItem; readonly secret: string } | undefined>
}

export interface SealedLineOptions {
  readonly terminalId: string
  readonly journal: Pick<Journal, 'append'>
  readonly ledger: Ledger
  readonly trust: Pick<Trust, 'deviceKey'>
  readonly log: Log
  readonly suite: Suite
  /** An even random whole number 0 ≤ x < limit. */
  readonly randomInt: (limit: number) => number
  /** Runs what the citizen need not wait for, once the answer has left. */
  readonly later: (run: () => void) => void
}

export function createSealedLine(options: SealedLineOptions): SealedLine {
  const { journal, ledger, trust, log, suite } = options
  const contentKeys = wrapAhead(suite)
  let last: Promise<unknown> = Promise.resolve()

  function freshTicket(): string {
    for (;;) {
      const ticket = makeTicket(options.randomInt)
      if (!ledger.isTicketInUse(ticket)) return ticket
    }
  }

  return {
    inTurn(work) {
      const order = last.then(work)
      // Its failure is the caller's; the next in line must not inherit it.
      last = order.then(
        () => undefined,
        () => undefined,
      )
      return order
    },
    async append({ draftId, payload, sealKey, chunks = [] }) {
      const { kind, submissionId, item, acceptedAt } = payload
      const secret = suite.randomBytes(SECRET_BYTES).toString('base64url')
      const ticket = freshTicket()
      const deviceSequence = ledger.nextDeviceSequence
      const sealing = {
        payload,
        summary: {
          kind,
          submissionId,
          terminalId: options.terminalId,
          deviceSequence,
          item,
          ticket,
          secretSha256: suite.sha256Hex(secret),
          acceptedAt,
        },
        sealKey,
        wrapped: contentKeys.take(sealKey.jwk),
        deviceKey: trust.deviceKey,
        chunks,
      }
      const { envelope, sha256 } = await sealSubmission(sealing, suite)
      const written = await journal.append({
        type: 'accepted',
        at: acceptedAt,
        submissionId,
        draftId,
        kind,
        deviceSequence,
        itemId: item.id,
        ticket,
        envelope,
        envelopeSha256: sha256,
        ...(chunks.length === 0 ? {} : { chunks: [...chunks] }),
      })
      if (!written.ok) return undefined
      // After the answer has left: the journal is the proof, the citizen need not wait for the log or the next one's key.
      options.later(() => {
        log('submission-accepted', { submissionId, deviceSequence, itemId: item.id, sha256 })
        contentKeys.refill()
      })
      const entry = ledger.bySubmission(submissionId)
      if (entry === undefined) throw new Error('the ledger did not follow the journal')
      return { entry, secret }
    },
  }
}

import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { sealSubmission } from '../../sync/envelope/seal.ts'
import { sha256Hex } from '../../sync/envelope/sha256.ts'
import type { SigningKey } from '../../sync/envelope/signing-key.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import type { AcceptedFrame } from '../../sync/protocol/frames.ts'
import { applicantOf } from '../../sync/protocol/identity.ts'
import type { RsaJwk } from '../../sync/protocol/keys.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import { makeTicket } from '../../sync/protocol/ticket.ts'
import { samplePayload } from './sample-submission.ts'

/**
 * A queue as a terminal has it that was offline for long: every submission really sealed, signed, numbered and appended
 * by the production modules, as electron/intake.ts does, only without a card being laid down for each.
 */
export interface BacklogOptions {
  readonly journalDir: string
  readonly terminalId: string
  readonly item: ServiceItem
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
  readonly deviceKey: SigningKey
  readonly count: number
  readonly tell: (line: string) => void
}

export interface Backlog {
  readonly count: number
  readonly envelopeBytes: number
}

/** So many are sealed side by side, then appended: keeps the cores busy and memory small. */
const WAVE = 256
const TOLD_EVERY = 10_000
const SECRET_BYTES = 16
const CARD_OF = 'zhou-mingyuan'

/** Writes into a new journal. `envelopeBytes` is the mean length of the envelopes' texts. */
export async function writeBacklog(options: BacklogOptions): Promise<Backlog> {
  const opened = await openJournal({ dir: options.journalDir, log: () => undefined })
  if (!opened.ok) throw new Error(`the journal did not open: ${opened.fault} ${opened.detail}`)
  const { journal } = opened
  const applicant = sampleApplicant()
  const tickets = new Set<string>()
  let envelopeBytes = 0
  try {
    for (let done = 0; done < options.count; done += WAVE) {
      const size = Math.min(WAVE, options.count - done)
      const wave = Array.from({ length: size }, (_, index) =>
        acceptedFrame(options, applicant, done + index + 1, freshTicket(tickets)),
      )
      const frames = await Promise.all(wave)
      const written = await Promise.all(frames.map((frame) => journal.append(frame)))
      for (const result of written) if (!result.ok) throw new Error(`not appended: ${result.fault} ${result.detail}`)
      for (const frame of frames) envelopeBytes += Buffer.byteLength(frame.envelope)
      if (Math.floor((done + size) / TOLD_EVERY) > Math.floor(done / TOLD_EVERY)) {
        options.tell(`sealed ${done + size} of ${options.count}`)
      }
    }
  } finally {
    await journal.close()
  }
  return { count: options.count, envelopeBytes: options.count === 0 ? 0 : envelopeBytes / options.count }
}

async function acceptedFrame(
  { item, terminalId, sealKey, deviceKey }: BacklogOptions,
  applicant: Applicant,
  deviceSequence: number,
  ticket: string,
): Promise<AcceptedFrame> {
  const payload = samplePayload(item, applicant)
  const { submissionId, kind, acceptedAt } = payload
  const { envelope, sha256 } = await sealSubmission({
    payload,
    summary: {
      kind,
      submissionId,
      terminalId,
      deviceSequence,
      item: payload.item,
      ticket,
      secretSha256: sha256Hex(randomBytes(SECRET_BYTES).toString('base64url')),
      acceptedAt,
    },
    sealKey,
    deviceKey,
  })
  return {
    type: 'accepted',
    at: acceptedAt,
    submissionId,
    draftId: randomUUID(),
    kind,
    deviceSequence,
    itemId: item.id,
    ticket,
    envelope,
    envelopeSha256: sha256,
  }
}

function freshTicket(given: Set<string>): string {
  for (;;) {
    const ticket = makeTicket((limit) => randomInt(limit))
    if (given.has(ticket)) continue
    given.add(ticket)
    return ticket
  }
}

/** As main makes an applicant of a card that was read. */
function sampleApplicant(): Applicant {
  const person = samplePerson(CARD_OF)
  if (person === undefined) throw new Error(`no sample person ${CARD_OF}`)
  const now = new Date().toISOString()
  const result = applicantOf(person.cardType, { ...person.fields }, now, now.slice(0, 10))
  if (!result.ok) throw new Error(`the sample card cannot be used: ${result.refusal}`)
  return result.applicant
}

import { type NamedPerson, namedApplicant } from '../sync/protocol/identity.ts'
import { ASSURANCE_OF } from '../sync/protocol/sign-in.ts'
import type { WitnessAnswer, WitnessRefusal } from './bridge/identity.contract.ts'
import type { CardSession } from './card-session.ts'
import type { Log } from './events.ts'
import type { StaffDesk } from './staff-desk.ts'

/**
 * Staff as a witness: where the reader is broken or the citizen's card cannot be read, whoever joined with badge and PIN
 * looks at the card and at the person, and types name and number. Worth little (sign-in.ts), and her name goes sealed on
 * every case of the visit.
 */
export interface WitnessDesk {
  /** Why nobody can vouch for anybody now. */
  refusal(): WitnessRefusal | undefined
  vouch(person: NamedPerson): WitnessAnswer
}

export interface WitnessDeskOptions {
  readonly staff: Pick<StaffDesk, 'view'>
  readonly session: Pick<CardSession, 'admit' | 'applicant' | 'isCardUnreadable'>
  /** Whether the resident card's reader can be used. */
  readonly canRead: () => boolean
  /** Whether the catalogue has this division (checkPersonNumber). */
  readonly isOurDivision: (division: string) => boolean
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  /** Monotonic epoch milliseconds. */
  readonly nowMs: () => number
  readonly log: Log
}

export function createWitnessDesk(options: WitnessDeskOptions): WitnessDesk {
  const { staff, session, nowIso, today, log } = options

  function refusal(): WitnessRefusal | undefined {
    if (staff.view.get().assist === null) return 'no-staff'
    if (session.applicant() !== undefined) return 'already-signed-in'
    return options.canRead() && !session.isCardUnreadable() ? 'reader-works' : undefined
  }

  function refuse(why: WitnessRefusal): WitnessAnswer {
    log('witness-refused', { why })
    return { outcome: 'refused', why }
  }

  return {
    refusal,
    vouch({ name: typed, idNumber }) {
      const { assist } = staff.view.get()
      const why = refusal()
      if (assist === null || why !== undefined) return refuse(why ?? 'no-staff')
      const name = typed.trim()
      const found = namedApplicant({ name, idNumber }, 'witness', nowIso(), today(), options.isOurDivision)
      if (!found.ok) return refuse(found.refusal === 'incomplete' ? 'bad-name' : 'bad-number')
      // All that a terminal knows of staff is number and name: a namesake is vouched for by a colleague.
      if (name === assist.name) return refuse('own-name')
      const nowMs = options.nowMs()
      log('witnessed', { staff: assist.id })
      const witness = { id: assist.id, name: assist.name }
      session.admit(
        found.applicant,
        { by: 'witness', assurance: ASSURANCE_OF.witness, witness },
        { foundAtMs: nowMs, fieldsAtMs: nowMs },
      )
      return { outcome: 'signed-in' }
    },
  }
}

import { joseSuite } from '../sync/envelope/jose-suite.ts'
import type { Suite } from '../sync/envelope/suite.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import {
  BINDING_ITEM,
  type BindingPayload,
  type BindRequest,
  bindingFaults,
  type UnbindRequest,
} from '../sync/protocol/binding.ts'
import type { Applicant } from '../sync/protocol/submission.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { SubmitAnswer } from './bridge/submissions.contract.ts'
import type { CardSession } from './card-session.ts'
import type { Log } from './events.ts'
import type { Intake } from './intake.ts'
import type { PersonBook } from './person-book.ts'
import type { SealedLine } from './sealed-line.ts'
import type { Trust } from './trust.ts'

/**
 * Standing bindings on their way into the journal: sealed, journalled and drained as applications are, also without
 * network. Whose cards lie there main says by itself. Idempotent on the draft.
 */
export interface BindingIntake {
  /** The card of the visit is the agent's, the one that was read beside it the principal's. */
  bind(request: BindRequest): Promise<SubmitAnswer>
  /** Only a binding that the hub told of in this visit, by whichever of the two stands there. */
  unbind(request: UnbindRequest): Promise<SubmitAnswer>
}

export interface BindingIntakeOptions {
  readonly line: SealedLine
  readonly ledger: Pick<Ledger, 'byDraft'>
  readonly session: Pick<CardSession, 'applicant' | 'visit' | 'keepReceipt'>
  /** Whose card was read beside the agent's. */
  readonly principal: () => Applicant | undefined
  readonly told: PersonBook['binding']
  readonly trust: Pick<Trust, 'enrolled' | 'sealKey'>
  readonly intake: Pick<Intake, 'accepted'>
  readonly state: () => IntakeState
  /** What is signed with a card is signed alone. */
  readonly isStaffHelping: () => boolean
  readonly nowIso: () => string
  readonly today: () => string
  readonly log: Log
  readonly suite?: Suite
}

type Refusal = Extract<SubmitAnswer, { ok: false }>
interface Made {
  readonly binding: BindingPayload['binding']
  /** Of the principal and the agent, as far as known, for the paper. */
  readonly names: { readonly name: string | null; readonly agentName?: string }
}

export function createBindingIntake(options: BindingIntakeOptions): BindingIntake {
  const { line, ledger, session, trust, intake, log, suite = joseSuite } = options
  const running = new Map<string, Promise<SubmitAnswer>>()

  function refuse(fault: Refusal['fault'], fields: Refusal['fields'] = []): Refusal {
    log('submission-refused', { fault, kind: 'proxy-binding' })
    return { ok: false, fault, fields }
  }

  /** The card of the visit, read by its chip: nothing less makes or ends a binding. */
  function holder(): Applicant | Refusal {
    const applicant = session.applicant()
    if (applicant === undefined) return refuse('no-card')
    return applicant.source === 'id-card-chip' ? applicant : refuse('sign-in-too-low')
  }

  async function take(draftId: string, make: (holder: Applicant) => Made | Refusal): Promise<SubmitAnswer> {
    const known = ledger.byDraft(draftId)
    if (known !== undefined) return { ok: true, accepted: intake.accepted(known) }
    const state = options.state()
    if (state === 'no-space' || state === 'no-power') return refuse(state)
    if (options.isStaffHelping()) return refuse('staff-helping')
    const card = holder()
    if ('ok' in card) return card
    const made = make(card)
    if ('ok' in made) return made
    const acceptedAt = options.nowIso()
    const sealKey = trust.sealKey(acceptedAt)
    if (!trust.enrolled() || sealKey === undefined) return refuse('no-trust')
    const visit = session.visit()
    return line.inTurn(async () => {
      const payload: BindingPayload = {
        ...{ v: 1, kind: 'proxy-binding', submissionId: suite.randomUuid(), item: BINDING_ITEM },
        ...{ binding: made.binding, acceptedAt },
      }
      const written = await line.append({ draftId, payload, sealKey })
      if (written === undefined) return refuse('not-stored')
      const { entry, secret } = written
      const { what } = made.binding
      session.keepReceipt(visit, entry.submissionId, { secret, ...made.names, binding: what })
      return { ok: true, accepted: intake.accepted(entry) }
    })
  }

  function madeOf({ relation, scope, until, consent }: BindRequest, agent: Applicant): Made | Refusal {
    const principal = options.principal()
    if (principal === undefined) return refuse('no-principal')
    const given = { textSha256: suite.sha256Hex(consent) }
    const binding = { what: 'make' as const, agent, principal, relation, scope, until, consent: given }
    const faults = bindingFaults(binding, options.today(), suite.sha256Hex)
    if (faults.includes('consent-missing')) return refuse('consent-missing')
    if (faults.length > 0) {
      return refuse(
        'bad-binding',
        faults.map((fault) => ({ field: 'binding', fault })),
      )
    }
    return { binding, names: { name: principal.name, agentName: agent.name } }
  }

  function endOf({ bindingId }: UnbindRequest, by: Applicant): Made | Refusal {
    const told = options.told(bindingId)
    if (told === undefined) return refuse('bad-binding', [{ field: 'binding', fault: 'binding-unknown' }])
    const { side } = told
    const names = side === 'principal' ? { name: by.name } : { name: told.principal.name, agentName: by.name }
    return { binding: { what: 'withdraw', bindingId, side, by }, names }
  }

  /** One flight a draft: whoever asks meanwhile gets the same answer. */
  function once(draftId: string, make: (holder: Applicant) => Made | Refusal): Promise<SubmitAnswer> {
    const already = running.get(draftId)
    if (already !== undefined) return already
    const flight = take(draftId, make).finally(() => running.delete(draftId))
    running.set(draftId, flight)
    return flight
  }

  return {
    bind: (request) => once(request.draftId, (agent) => madeOf(request, agent)),
    unbind: (request) => once(request.draftId, (by) => endOf(request, by)),
  }
}

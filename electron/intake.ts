import { randomInt } from 'node:crypto'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import type { Suite } from '../sync/envelope/suite.ts'
import type { AttachmentStore } from '../sync/journal/attachments.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import { type AnswerSources, answerSources } from '../sync/protocol/answer-sources.ts'
import { checkAnswers } from '../sync/protocol/answers.ts'
import { consentFault } from '../sync/protocol/consent.ts'
import { licenceUse } from '../sync/protocol/licences.ts'
import { checkMaterials, type MaterialsGiven } from '../sync/protocol/materials.ts'
import type { Licence } from '../sync/protocol/person.ts'
import { pledgeWords } from '../sync/protocol/pledge.ts'
import { unmetPreconditions } from '../sync/protocol/preconditions.ts'
import { type ProxyBlock, withAuthorityPaper } from '../sync/protocol/proxy.ts'
import type { ServiceItem } from '../sync/protocol/service-item.ts'
import { type SignIn, signInFault } from '../sync/protocol/sign-in.ts'
import type { Helper } from '../sync/protocol/staff.ts'
import type { Applicant, SubmitRequest } from '../sync/protocol/submission.ts'
import type { AgentRation } from './agent-ration.ts'
import { type Attached, attach, type Material } from './attaching.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { Accepted, SubmitAnswer } from './bridge/submissions.contract.ts'
import type { CardSession } from './card-session.ts'
import { rememberCatalogues } from './catalogues-in-use.ts'
import type { Log } from './events.ts'
import { handedIn } from './handed-in.ts'
import type { Packages } from './packages.ts'
import type { PersonBook } from './person-book.ts'
import { createSealedLine, type SealedLine, type SealKey } from './sealed-line.ts'
import type { StaffDesk } from './staff-desk.ts'
import type { Trust } from './trust.ts'

/**
 * Confirm → promise (design.md section 4, step 3): validate, seal, append the journal frame, and only then say that
 * it is safe. Idempotent on the draft: pressed twice, asked again after a lost answer or a reload, one submission.
 */
export interface Intake {
  /** `materials` become sealed attachments; what a device scanned never crosses the bridge. */
  submit(request: SubmitRequest, materials?: readonly Material[]): Promise<SubmitAnswer>
  byDraft(draftId: string): Accepted | null
  /** What the citizen was told of an accepted submission. */
  accepted(entry: LedgerItem): Accepted
}

export interface IntakeOptions {
  readonly terminalId: string
  readonly journal: Journal
  readonly ledger: Ledger
  readonly session: Pick<CardSession, 'applicant' | 'signIn' | 'visit' | 'receiptOf' | 'keepReceipt'>
  /** Whose card was read beside the agent's; without it nobody's was. */
  readonly principal?: () => Applicant | undefined
  /** What the hub told of the person in this visit, and the page was told; nothing when not given. */
  readonly told?: PersonBook['told']
  /** A standing binding that the hub told of in this visit; none when not given. */
  readonly binding?: PersonBook['binding']
  /** Counts what agents hand in for others; without it nobody is counted. */
  readonly agents?: Pick<AgentRation, 'take' | 'giveBack' | 'keep'>
  readonly trust: Pick<Trust, 'deviceKey' | 'enrolled' | 'sealKey'>
  readonly packages: Pick<Packages, 'catalogue'>
  readonly nowIso: () => string
  readonly today: () => string
  readonly log: Log
  /** Whether more may be taken in; open when not given. */
  readonly state?: () => IntakeState
  /** Staff who help (staff-desk.ts); nobody ever does when not given. */
  readonly staff?: Pick<StaffDesk, 'isHelping' | 'helpers' | 'submitted'>
  /** Where sealed attachments lie; without it none are taken. */
  readonly attachments?: Pick<AttachmentStore, 'put' | 'remove'>
  /** Cryptography and randomness; the real ones when not given. */
  readonly suite?: Suite
  /** An even random whole number 0 ≤ x < limit. */
  readonly randomInt?: (limit: number) => number
  /** Runs what the citizen need not wait for, once the answer has left. */
  readonly later?: (run: () => void) => void
  /** Shared with whatever else is taken in; one of its own when not given. */
  readonly line?: SealedLine
}

/** A form of ours has fewer fields; a page gone wrong may send any number. */
const MAX_FIELDS_LOGGED = 40

const NOTHING_ATTACHED: Attached = { ok: true, attachments: [], chunks: [] }

type Refusal = Extract<SubmitAnswer, { ok: false }>

export function createIntake(options: IntakeOptions): Intake {
  const { ledger, session, trust, packages, log, suite = joseSuite } = options
  const randomBelow = options.randomInt ?? ((limit: number) => randomInt(limit))
  const later = options.later ?? ((run: () => void) => void setImmediate(run))
  const catalogues = rememberCatalogues(packages.catalogue)
  const line = options.line ?? createSealedLine({ ...options, suite, randomInt: randomBelow, later })
  const running = new Map<string, Promise<SubmitAnswer>>()

  function refuse(fault: Refusal['fault'], fields: Refusal['fields'] = []): Refusal {
    log('submission-refused', { fault })
    return { ok: false, fault, fields }
  }

  /** The log names only fields that the item has: any other name came from the page and may be anything. */
  function refuseAnswers(item: ServiceItem, faults: Refusal['fields']): Refusal {
    const known = new Set(item.fields.map((field) => field.id))
    const names = faults.map(({ field, fault }) => `${known.has(field) ? field : '(unknown)'}:${fault}`)
    log('submission-refused', { fault: 'bad-answers', fields: names.slice(0, MAX_FIELDS_LOGGED) })
    return { ok: false, fault: 'bad-answers', fields: faults }
  }

  function accepted(entry: LedgerItem): Accepted {
    const secret = session.receiptOf(entry.submissionId)?.secret
    return {
      submissionId: entry.submissionId,
      sequence: entry.deviceSequence,
      ticket: entry.ticket,
      acceptedAt: entry.acceptedAt,
      itemId: entry.itemId,
      qr: secret === undefined ? null : qrText(entry.submissionId, secret),
    }
  }

  async function take(request: SubmitRequest, materials: readonly Material[]): Promise<SubmitAnswer> {
    const known = ledger.byDraft(request.draftId)
    if (known !== undefined) return { ok: true, accepted: accepted(known) }
    // Before any work: what is here already must stay safe, and receipts need room too.
    const state = options.state?.() ?? 'open'
    if (state === 'no-space' || state === 'no-power') return refuse(state)
    if (materials.length > 0 && state !== 'open') return refuse('no-attachments')

    const holder = session.applicant()
    const signIn = session.signIn()
    if (holder === undefined || signIn === undefined) return refuse('no-card')
    const found = catalogues.withItem(request.item.id, request.item.version)
    if (found === undefined) return refuse('unknown-item')
    const { divisions } = found.held.catalogue
    const today = options.today()
    const cards = { holder, principal: options.principal?.(), nowIso: options.nowIso(), today, divisions }
    const bindings = options.binding === undefined ? {} : { binding: options.binding }
    const handed = handedIn(found.item, request.proxy, { ...cards, ...bindings })
    if (!handed.ok) return refuse(handed.fault, [...handed.fields])
    const { applicant, proxy } = handed
    if (signInFault(found.item, signIn, holder) !== undefined) return refuse('sign-in-too-low')
    const item = withAuthorityPaper(found.item, proxy?.authority)
    const unmet = unmetPreconditions(item, applicant, today)
    if (unmet.length > 0) {
      return refuse(
        'precondition',
        unmet.map(({ precondition }) => ({ field: precondition.id, fault: 'precondition' })),
      )
    }
    const faults = checkAnswers(item, request.answers, { today, divisions, applicant })
    if (faults.length > 0) return refuseAnswers(item, [...faults])
    const pages = materials.map(({ materialId, plain }) => ({ materialId, bytes: plain.length }))
    const missing = checkMaterials(item, request.answers, request.materials ?? [], pages)
    if (missing.length > 0) return refuse('bad-materials', [...missing])
    const consent = consentOfRequest(request)
    if (consentFault(item, consent, suite.sha256Hex) !== undefined) return refuse('consent-missing')
    const told = proxy === undefined ? options.told?.(request.item) : undefined
    const unoffered = unofferedLicences(request.materials ?? [], told?.licences ?? [], today)
    if (unoffered.length > 0) return refuse('bad-materials', unoffered)
    // Nobody signs for a citizen, and not with somebody's hand on the screen.
    if ((item.signature || request.signature !== undefined) && options.staff?.isHelping() === true) {
      return refuse('staff-helping')
    }
    if (item.signature && request.signature === undefined) return refuse('signature-missing')
    const acceptedAt = options.nowIso()
    const sealKey = trust.sealKey(acceptedAt)
    if (!trust.enrolled() || sealKey === undefined) return refuse('no-trust')

    const visit = session.visit()
    const helpers = options.staff?.helpers() ?? []
    // Counted before its turn: many drafts at once are many.
    if (proxy !== undefined && options.agents?.take(holder.idNumber) === false) return refuse('agent-limit')
    const shown = (told?.shared ?? []).filter(({ key }) => request.shown?.includes(key) ?? false)
    const shared = Object.fromEntries(shown.map(({ key, value }) => [key, value]))
    const sources = answerSources(item, request.answers, applicant, shared, { today, divisions, applicant })
    const answer = await line.inTurn(() =>
      store(request, item, applicant, signIn, proxy, sealKey, acceptedAt, visit, materials, helpers, sources),
    )
    return settleAgent(proxy, answer)
  }

  function consentOfRequest({ consent }: SubmitRequest) {
    return consent === undefined ? undefined : { textSha256: suite.sha256Hex(consent) }
  }

  async function settleAgent(proxy: ProxyBlock | undefined, answer: SubmitAnswer): Promise<SubmitAnswer> {
    if (proxy === undefined) return answer
    if (answer.ok) await options.agents?.keep()
    else options.agents?.giveBack(proxy.agent.idNumber)
    return answer
  }

  async function store(
    request: SubmitRequest,
    item: ServiceItem,
    applicant: Applicant,
    signIn: SignIn,
    proxy: ProxyBlock | undefined,
    sealKey: SealKey,
    acceptedAt: string,
    visit: number,
    materials: readonly Material[],
    helpers: readonly Helper[],
    sources: AnswerSources,
  ): Promise<SubmitAnswer> {
    const submissionId = suite.randomUuid()
    const attached = await attachedTo(submissionId, materials)
    if (!attached.ok) return refuse('not-stored')
    const { attachments, chunks } = attached
    const consent = consentOfRequest(request)
    const pledge = pledgeWords(item, request.answers, request.materials ?? [], materials)
    const written = await line.append({
      draftId: request.draftId,
      payload: {
        v: 1 as const,
        kind: request.kind,
        submissionId,
        item: { id: item.id, code: item.code, version: item.version },
        applicant,
        signIn,
        ...(proxy === undefined ? {} : { proxy }),
        answers: request.answers,
        sources,
        ...(consent === undefined ? {} : { consent }),
        ...(pledge === undefined ? {} : { pledge: pledge.zh }),
        ...(request.signature === undefined ? {} : { signature: request.signature }),
        ...(request.materials === undefined ? {} : { materials: request.materials }),
        ...(attachments.length === 0 ? {} : { attachments: [...attachments] }),
        ...(helpers.length === 0 ? {} : { assistedBy: [...helpers] }),
        acceptedAt,
      },
      sealKey,
      chunks,
    })
    if (written === undefined) {
      if (chunks.length > 0) await options.attachments?.remove(chunks.map((chunk) => chunk.sha256))
      return refuse('not-stored')
    }
    const { entry, secret } = written
    if (visit === session.visit()) options.staff?.submitted()
    const agentName = proxy?.agent.name
    session.keepReceipt(visit, submissionId, {
      ...{ secret, name: applicant.name },
      ...(agentName === undefined ? {} : { agentName }),
    })
    return { ok: true, accepted: accepted(entry) }
  }

  /** Nothing to wait for when there are none: that is the usual case. */
  async function attachedTo(submissionId: string, materials: readonly Material[]): Promise<Attached> {
    if (materials.length === 0) return NOTHING_ATTACHED
    if (options.attachments === undefined) throw new Error('intake: there is no store for attachments')
    return attach(submissionId, materials, options.attachments, suite)
  }

  return {
    accepted,
    submit(request, materials = []) {
      const already = running.get(request.draftId)
      if (already !== undefined) return already
      const flight = take(request, materials).finally(() => running.delete(request.draftId))
      running.set(request.draftId, flight)
      return flight
    },
    byDraft(draftId) {
      const entry = ledger.byDraft(draftId)
      return entry === undefined ? null : accepted(entry)
    },
  }
}

/** A licence stands for a paper only when the hub named it in this visit, and it is good today. */
function unofferedLicences(given: MaterialsGiven, offered: readonly Licence[], today: string): Refusal['fields'] {
  return given.flatMap(({ materialId, by, licenceId }) => {
    if (by !== 'licence') return []
    const licence = offered.find(({ id }) => id === licenceId)
    const isGood = licence !== undefined && licenceUse(licence, today) === 'usable'
    return isGood ? [] : [{ field: materialId, fault: 'licence-not-offered' }]
  })
}

/** Text of the receipt's QR code: scheme, version, submission, secret. No name, no number. */
export function qrText(submissionId: string, secret: string): string {
  return `bianmin:1:${submissionId}:${secret}`
}

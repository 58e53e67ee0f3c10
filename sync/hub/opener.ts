import type { JsonObject } from '../envelope/compact.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import { openEnvelope } from '../envelope/open.ts'
import { openAttachment } from '../envelope/seal-attachment.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import type { Suite } from '../envelope/suite.ts'
import { sourceFaults } from '../protocol/answer-sources.ts'
import { checkAnswers } from '../protocol/answers.ts'
import { consentFault } from '../protocol/consent.ts'
import { checkIdNumber } from '../protocol/id-number.ts'
import { checkMaterials } from '../protocol/materials.ts'
import { pledgeWords } from '../protocol/pledge.ts'
import { unmetPreconditions } from '../protocol/preconditions.ts'
import { withAuthorityPaper } from '../protocol/proxy.ts'
import { proxyFaults } from '../protocol/proxy-rules.ts'
import { signInFault } from '../protocol/sign-in.ts'
import type { CaseHelper } from '../protocol/staff.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { isWithinAgentLimit } from './agent-days.ts'
import { licenceFaults } from './licence-faults.ts'
import { type BindingStore, isBoundFor, keepBinding } from './open-binding.ts'
import { keepFeedback } from './open-feedback.ts'
import { type ItemFinder, loadItemFinder } from './packages.ts'
import type { LicencesAdapter } from './person-adapters.ts'
import { personMark } from './person-mark.ts'
import type { SealKeys } from './seal-keys.ts'
import { chinaDate, type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'
import type { CaseFault, Verdict } from './verdict.ts'

/**
 * The opener: the only part of the hub that holds the seal keys. It takes cases that nobody opened yet, reads and
 * validates them, and sets the state of the case. The receipt stays as it is: what the citizen was told is true.
 */

export interface OpenerParts {
  readonly store: HubStore
  /** Private seal keys by id. Asked for at each round: a key may have been added while the hub runs. */
  readonly sealKeys: SealKeys
  readonly sources: HubSources
  readonly suite?: Suite
  /** Where e-licences are looked up; without it one that is named is not believed. */
  readonly licences?: LicencesAdapter
  /** Called before each case; false ends the round early. */
  readonly mayGoOn?: () => Promise<boolean>
}

/** What is told of a case; not whose it is. */
export interface OpenedCase extends Omit<Verdict, 'idNumber' | 'notice'> {
  readonly submissionId: string
}

/** How many cases one round reads at once: envelopes are at most 256 KiB each. */
const ROUND_SIZE = 50
/** The 2017 foreigner's card has a number of 15 characters without the frame of GB 11643 (devices.md 1.8). */
const CARDS_WITHOUT_CHECK: readonly ApplicationPayload['applicant']['cardType'][] = ['foreigner-2017']

export interface Round {
  readonly opened: readonly OpenedCase[]
  /** Cases whose reading threw: a bug here, not the citizen's fault. They keep waiting and do not stand in the way. */
  readonly stuck: readonly { readonly submissionId: string; readonly error: unknown }[]
}

export interface Opener {
  /** Opens the oldest cases that wait, at most one round; says what became of each. */
  round(): Promise<Round>
}

export function makeOpener(parts: OpenerParts, open: typeof judge = judge): Opener {
  /** Left alone until the next start, so that one poisoned case does not hold up the others. */
  const stuckIds = new Set<string>()
  return {
    async round() {
      const rows = await parts.store.waitingCases(ROUND_SIZE, [...stuckIds])
      const opened: OpenedCase[] = []
      const stuck: { submissionId: string; error: unknown }[] = []
      if (rows.length === 0) return { opened, stuck }
      const tools = {
        sealKeys: await parts.sealKeys(),
        findItem: await loadItemFinder(parts.store),
        store: parts.store,
        sources: parts.sources,
        suite: parts.suite ?? joseSuite,
        licences: parts.licences,
      }
      for (const { submissionId, envelope } of rows) {
        if ((await parts.mayGoOn?.()) === false) break
        let verdict: Verdict
        try {
          verdict = await open(envelope, tools)
        } catch (error) {
          stuckIds.add(submissionId)
          stuck.push({ submissionId, error })
          continue
        }
        await setState(parts, submissionId, verdict)
        const { idNumber: _, notice: __, ...told } = verdict
        opened.push({ submissionId, ...told })
      }
      return { opened, stuck }
    },
  }
}

async function setState({ store, sources }: OpenerParts, submissionId: string, verdict: Verdict): Promise<void> {
  const { state, faults, helpers, idNumber, notice } = verdict
  const person = idNumber === undefined ? {} : { person: await personMark(idNumber, store, sources) }
  await store.changeCase({
    submissionId,
    from: ['待打开'],
    state,
    faults,
    ...(helpers === undefined ? {} : { helpers }),
    ...(notice === undefined ? {} : { notice }),
    ...person,
    at: instant(sources),
  })
}

interface JudgeTools {
  readonly sealKeys: ReadonlyMap<string, JsonObject>
  readonly findItem: ItemFinder
  readonly store: Pick<HubStore, 'chunk' | 'held' | 'keepRating' | 'keepComplaint'> & ProxyStore & BindingStore
  readonly sources: HubSources
  readonly suite: Suite
  readonly licences: LicencesAdapter | undefined
}

async function judge(envelope: string, tools: JudgeTools): Promise<Verdict> {
  const { sealKeys, store, sources, suite } = tools
  const opened = await openEnvelope(envelope, (kid) => sealKeys.get(kid), suite)
  if (!opened.ok) return { state: '不予受理', faults: [{ field: 'envelope', fault: opened.fault }] }
  const { payload } = opened
  if (payload.kind === 'proxy-binding') return keepBinding(payload, store, sources)
  if (payload.kind !== 'application') return keepFeedback(payload, store)
  const verdict = await judgeApplication(payload, tools)
  if (payload.proxy === undefined) return verdict
  const person = await personMark(payload.applicant.idNumber, store, sources)
  const what = verdict.state === '不予受理' ? 'not-taken' : 'handed-in'
  return { ...verdict, notice: { person, what } }
}

async function judgeApplication(payload: ApplicationPayload, tools: JudgeTools): Promise<Verdict> {
  const { findItem, store, sources, suite } = tools
  const refusals = await proxyRefusals(payload, findItem, store, sources)
  const { idNumber } = payload.applicant
  if (refusals.length > 0) return { state: '不予受理', faults: refusals, idNumber }
  const faults = [...checkPayload(payload, findItem)]
  for (const [index, attachment] of (payload.attachments ?? []).entries()) {
    const read = (sha256: string) => store.chunk(sha256)
    const whole = await openAttachment(attachment, index, payload.submissionId, read, suite)
    if (!whole.ok) faults.push({ field: 'attachment', fault: whole.fault })
  }
  faults.push(...(await licenceFaults(payload, tools.licences)))
  const helpers = helpersOf(payload)
  return {
    state: faults.length === 0 ? '已受理' : '需补正',
    faults,
    idNumber,
    ...(helpers.length === 0 ? {} : { helpers }),
  }
}

/** The witness first: she answers for who it was. */
function helpersOf({ assistedBy = [], signIn }: ApplicationPayload): readonly CaseHelper[] {
  const witness = signIn?.witness
  if (witness === undefined) return assistedBy
  return [{ ...witness, isWitness: true }, ...assistedBy.filter(({ id }) => id !== witness.id)]
}

type ProxyStore = Pick<HubStore, 'agentDayKey' | 'takeAgentPlace' | 'personKey' | 'bindingsBetween'>

/** Why nobody may hand this in for somebody else: then there is nothing to mend, and its content does not matter. */
async function proxyRefusals(
  payload: ApplicationPayload,
  findItem: ItemFinder,
  store: ProxyStore,
  sources: HubSources,
): Promise<readonly CaseFault[]> {
  const found = findItem(payload.item.id, payload.item.version)
  if (found === undefined) return []
  const today = chinaDate(payload.acceptedAt)
  const { divisions } = found.catalogue
  const { proxy } = payload
  const isBound =
    proxy?.authority === 'standing-binding' &&
    (await isBoundFor(proxy, found.item.id, payload.acceptedAt, store, sources))
  const faults = proxyFaults(found.item, proxy, payload.applicant, { today, divisions, isBound: () => isBound })
  if (faults.length > 0) return faults
  return (await isWithinAgentLimit(payload, store, sources)) ? [] : [{ field: 'proxy', fault: 'agent-limit' }]
}

/**
 * All faults of an opened application, by the catalogue version that the citizen saw and by the day on which the
 * terminal took it in, however long it waited there.
 */
export function checkPayload(payload: ApplicationPayload, findItem: ItemFinder): readonly CaseFault[] {
  const today = chinaDate(payload.acceptedAt)
  const faults: CaseFault[] = [...applicantFaults(payload.applicant, today)]
  const found = findItem(payload.item.id, payload.item.version)
  if (found === undefined) return [...faults, { field: 'item', fault: 'unknown-item' }]
  const { catalogue } = found
  const item = withAuthorityPaper(found.item, payload.proxy?.authority)
  if (item.code !== payload.item.code) faults.push({ field: 'item', fault: 'other-code' })
  const { applicant, answers, materials = [], attachments = [] } = payload
  const signIn = signInFault(item, payload.signIn, payload.proxy?.agent ?? applicant)
  if (signIn !== undefined) faults.push({ field: 'signIn', fault: signIn })
  if (unmetPreconditions(item, applicant, today).length > 0) faults.push({ field: 'applicant', fault: 'precondition' })
  const context = { today, divisions: catalogue.divisions, applicant }
  faults.push(...checkAnswers(item, answers, context).map(({ field, fault }) => ({ field, fault })))
  faults.push(...checkMaterials(item, answers, materials, attachments))
  const pledge = pledgeWords(item, answers, materials, attachments)
  if (pledge !== undefined && !Object.values(pledge).includes(payload.pledge ?? '')) {
    faults.push({ field: 'pledge', fault: payload.pledge === undefined ? 'missing' : 'other-words' })
  }
  faults.push(...sourceFaults(item, payload.sources ?? {}).map((field) => ({ field, fault: 'other-source' })))
  const consent = consentFault(item, payload.consent, sha256Hex)
  if (consent !== undefined) faults.push({ field: 'consent', fault: consent })
  if (item.signature && payload.signature === undefined) faults.push({ field: 'signature', fault: 'missing' })
  return faults
}

function applicantFaults(applicant: ApplicationPayload['applicant'], today: string): readonly CaseFault[] {
  if (CARDS_WITHOUT_CHECK.includes(applicant.cardType)) return []
  const number = checkIdNumber(applicant.idNumber, today)
  if (!number.ok) return [{ field: 'applicant.idNumber', fault: number.fault }]
  if (number.birth !== applicant.birth) return [{ field: 'applicant.birth', fault: 'not-in-the-number' }]
  return []
}

import { openQuestion, sealAnswer } from '../envelope/person.ts'
import type { Suite } from '../envelope/suite.ts'
import { consentFault } from '../protocol/consent.ts'
import {
  MAX_NOTICES_TOLD,
  MAX_PERSON_CASES,
  type PersonAnswer,
  type PersonKind,
  type PersonNotice,
  type PersonQuestion,
  PersonQuestionClaimSchema,
} from '../protocol/person.ts'
import type { ServiceItem } from '../protocol/service-item.ts'
import { type ClaimFault, readClaim } from './claims.ts'
import type { DeviceKeys } from './device-keys.ts'
import type { OnHubEvent } from './hub-events.ts'
import { loadItemFinder } from './packages.ts'
import type { PersonAdapters } from './person-adapters.ts'
import { personMark } from './person-mark.ts'
import type { SealKeys } from './seal-keys.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'
import { bindingsTold } from './tell-bindings.ts'

/** A visit asks two or three times; a terminal that asks more often is no terminal. */
const MOST_A_MINUTE = 60
const MINUTE_MS = 60_000

export type PersonAnswered =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly fault: 'too-many'; readonly retryAfterMs: number }
  | ClaimFault

/** Answers what a terminal asks about the person whose card it holds. */
export type PersonDesk = (claim: string, deviceKeys: DeviceKeys) => Promise<PersonAnswered>

export interface PersonDeskParts {
  readonly store: HubStore
  readonly sources: HubSources
  readonly suite: Suite
  readonly onEvent?: OnHubEvent
  /** Beside the opener, the only part that is given these. */
  readonly sealKeys: SealKeys
  readonly adapters: PersonAdapters
}

export function makePersonDesk(parts: PersonDeskParts): PersonDesk {
  const { store, sources, suite } = parts
  const ration = perMinute(sources)
  return async (jws, deviceKeys) => {
    const read = await readClaim(jws, PersonQuestionClaimSchema, deviceKeys, suite)
    if (!read.ok) return read
    const { claim } = read
    const retryAfterMs = ration(claim.terminalId)
    if (retryAfterMs > 0) return { ok: false, fault: 'too-many', retryAfterMs }
    const keys = await parts.sealKeys()
    const question = await openQuestion(claim, (kid) => keys.get(kid), suite)
    if (question === undefined)
      return { ok: false, fault: 'bad-claim', why: 'it holds no question that is sealed to us' }
    const person = await personMark(question.person.idNumber, store, sources)
    const at = instant(sources)
    const told = await toldOf(parts, question, person)
    const asked = { at, terminalId: claim.terminalId, person, kinds: question.kinds, item: question.item ?? null }
    await store.notePersonQuestion({ ...asked, told: question.kinds.filter((kind) => told[kind] !== undefined) })
    return { ok: true, answer: await sealAnswer({ v: 1, at, ...told }, question, suite) }
  }
}

type Told = Pick<PersonAnswer, PersonKind>

async function toldOf(parts: PersonDeskParts, question: PersonQuestion, mark: string): Promise<Told> {
  const { kinds, person } = question
  const told: Told = {}
  if (kinds.includes('cases')) told.cases = [...(await parts.store.casesOf(mark, MAX_PERSON_CASES))]
  if (kinds.includes('bindings')) told.bindings = await bindingsTold(mark, parts)
  if (kinds.includes('notices')) told.notices = await noticesTold(mark, parts)
  const item = await agreedItem(parts, question)
  if (item === undefined) return told
  const { sharedData, licences } = parts.adapters
  if (kinds.includes('shared')) {
    const keys = item.fields.flatMap(({ prefill }) => (prefill?.from === 'shared' ? [prefill.key] : []))
    const found = await answered(parts, 'shared', () => sharedData.of(person, keys))
    if (found !== undefined) told.shared = found.filter(({ key }) => keys.includes(key))
  }
  if (kinds.includes('licences')) {
    const types = (item.materials ?? []).flatMap(({ sources, licenceType }) =>
      licenceType !== undefined && sources.includes('licence') ? [licenceType] : [],
    )
    const found = await answered(parts, 'licences', () => licences.of(person, types))
    if (found !== undefined) told.licences = found.filter(({ type }) => types.includes(type))
  }
  return told
}

async function noticesTold(person: string, { store }: PersonDeskParts): Promise<PersonNotice[]> {
  const rows = await store.noticesOf(person, MAX_NOTICES_TOLD)
  return rows.map(({ what, ticket, itemId, acceptedAt }) => ({ what, ticket, itemId, acceptedAt }))
}

/** The item that she agreed to, in its own words; without it nothing is asked of a department. */
async function agreedItem(
  { store, suite }: PersonDeskParts,
  { item }: PersonQuestion,
): Promise<ServiceItem | undefined> {
  if (item === undefined) return undefined
  const found = (await loadItemFinder(store))(item.id, item.version)?.item
  if (found === undefined) return undefined
  const fault = consentFault(found, { textSha256: item.consentSha256 }, (text) => suite.sha256Hex(text))
  return fault === undefined ? found : undefined
}

/** A department that does not answer keeps nobody from the rest. */
async function answered<T>(
  { onEvent }: PersonDeskParts,
  kind: 'shared' | 'licences',
  ask: () => Promise<readonly T[]>,
): Promise<T[] | undefined> {
  try {
    return [...(await ask())]
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown'
    onEvent?.({ event: 'person.department-silent', level: 'warn', kind, why })
    return undefined
  }
}

/** Milliseconds to wait, 0 for go on. Counts in memory: a hub that restarts forgets, and nobody gains much by that. */
function perMinute(sources: Pick<HubSources, 'now'>): (terminalId: string) => number {
  const windows = new Map<string, { readonly startMs: number; readonly count: number }>()
  return (terminalId) => {
    const nowMs = sources.now()
    const window = windows.get(terminalId)
    if (window === undefined || Math.abs(nowMs - window.startMs) >= MINUTE_MS) {
      windows.set(terminalId, { startMs: nowMs, count: 1 })
      return 0
    }
    if (window.count >= MOST_A_MINUTE) return Math.max(1, window.startMs + MINUTE_MS - nowMs)
    windows.set(terminalId, { ...window, count: window.count + 1 })
    return 0
  }
}

import type { Clock } from '../drivers/transport/clock.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import { type BindingSide, inScope } from '../sync/protocol/binding.ts'
import { consentText } from '../sync/protocol/consent.ts'
import { maskName } from '../sync/protocol/mask-name.ts'
import type { BoundPrincipal, PersonAnswer, PersonKind } from '../sync/protocol/person.ts'
import { unmetPreconditions } from '../sync/protocol/preconditions.ts'
import { typedApplicant } from '../sync/protocol/proxy.ts'
import { principalKind } from '../sync/protocol/proxy-rules.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { MyBindings, PrincipalShown } from './bridge/bindings.contract.ts'
import type { MyCases, MyNotices, PersonData, PersonItem, Untold } from './bridge/person.contract.ts'
import type { CardSession } from './card-session.ts'
import { rememberCatalogues } from './catalogues-in-use.ts'
import type { Cell } from './cell.ts'
import type { Log } from './events.ts'
import type { Packages } from './packages.ts'
import type { Trust } from './trust.ts'
import type { TryRation } from './try-ration.ts'

/** Nobody waits longer for what she can fill in herself. */
export const PERSON_PATIENCE_MS = 4_000
/** A visit asks for each item that is begun, and for the cases; over the whole terminal, since visits follow fast. */
export const PERSON_LIMITS = [
  { tries: 20, withinMs: 60_000 },
  { tries: 300, withinMs: 60 * 60_000 },
] as const

/**
 * What the hub tells about the person whose card is in the visit. Main alone says who that is. Told only in memory, and
 * forgotten with the visit; what comes later than its visit, or later than anybody waits, is dropped unread.
 */
export interface PersonBook {
  data(about: PersonItem): Promise<PersonData>
  cases(): Promise<MyCases>
  notices(): Promise<MyNotices>
  /** What was told for an item in this visit; nothing when the page was told nothing. */
  told(item: { readonly id: string; readonly version: number }): Extract<PersonData, { outcome: 'told' }> | undefined
  /** Who may act for whom; with an item, for whom the visitor may hand that in. */
  bindings(item?: PersonItem['item']): Promise<MyBindings>
  /** A binding that was told in this visit; whose principal is known by name and number to the agent's side only. */
  binding(id: string): BindingTold | undefined
  forget(): void
}

export type BindingTold =
  | ({ readonly side: Extract<BindingSide, 'agent'>; readonly principal: BoundPrincipal['principal'] } & Pick<
      BoundPrincipal,
      'scope' | 'until'
    >)
  | { readonly side: Extract<BindingSide, 'principal'> }

export interface PersonBookParts {
  readonly terminalId: string
  readonly session: Pick<CardSession, 'applicant' | 'signIn' | 'visit'>
  readonly hub: Pick<HubClient, 'askPerson'>
  readonly trust: Pick<Trust, 'deviceKey' | 'enrolled' | 'sealKey'>
  readonly packages: Pick<Packages, 'catalogue'>
  readonly connection: Pick<Cell<Connection>, 'get'>
  readonly isStaffHelping: () => boolean
  readonly ration: TryRation
  readonly clock: Pick<Clock, 'after'>
  readonly nowIso: () => string
  readonly today: () => string
  readonly log: Log
}

type Asked = PersonAnswer | { readonly outcome: Untold }

export function createPersonBook(parts: PersonBookParts): PersonBook {
  const { session, hub, trust, log } = parts
  const catalogues = rememberCatalogues(parts.packages.catalogue)
  const told = new Map<string, Extract<PersonData, { outcome: 'told' }>>()
  const bound = new Map<string, BindingTold>()
  const keyOf = ({ id, version }: { readonly id: string; readonly version: number }) => `${id} ${version}`

  async function ask(kinds: readonly PersonKind[], about?: PersonItem): Promise<Asked> {
    const sealKey = trust.sealKey(parts.nowIso())
    // First: nobody has to fetch her card to hear that.
    if (parts.connection.get() !== 'connected' || !trust.enrolled() || sealKey === undefined)
      return { outcome: 'offline' }
    const applicant = session.applicant()
    // What somebody typed opens nobody's cases, whoever vouches for it.
    if (applicant === undefined || session.signIn()?.by === 'witness') return { outcome: 'no-card' }
    if (parts.ration() > 0) return { outcome: 'too-many-tries' }
    const visit = session.visit()
    const { idNumber, name } = applicant
    const answer = await inTime(
      hub.askPerson({
        ...{ terminalId: parts.terminalId, kinds: [...kinds], person: { idNumber, name } },
        ...{ deviceKey: trust.deviceKey, sealKey },
        ...(about === undefined ? {} : { item: { ...about.item, consentText: about.consent } }),
      }),
    )
    log('person-asked', { kinds: [...kinds], outcome: answer === undefined ? 'too-late' : answer.outcome })
    const isSame = visit === session.visit() && session.applicant()?.idNumber === idNumber
    if (!isSame) return { outcome: 'no-card' }
    return answer?.outcome === 'answered' ? answer.answer : { outcome: 'no-answer' }
  }

  function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const cancel = parts.clock.after(PERSON_PATIENCE_MS, () => resolve(undefined))
      answer.then(resolve, reject).finally(cancel)
    })
  }

  /** The page is told neither number nor name; so main looks whether the item is for this principal. */
  function shown(each: BoundPrincipal, item: PersonItem['item'] | undefined): PrincipalShown {
    const { id, relation, scope, until, principal } = each
    const told = { id, relation, scope, until, maskedName: maskName(principal.name) }
    const found = item === undefined ? undefined : catalogues.withItem(item.id, item.version)
    if (found === undefined) return { ...told, unmet: [] }
    const today = parts.today()
    const { divisions } = found.held.catalogue
    const kind = principalKind(principal.idNumber, { today, divisions })
    const applicant = kind === undefined ? undefined : typedApplicant(principal, kind, parts.nowIso(), today)
    if (applicant === undefined) return { ...told, unmet: [] }
    const unmet = unmetPreconditions(found.item, applicant, today)
    return { ...told, unmet: unmet.map(({ precondition }) => precondition.id) }
  }

  return {
    async data(about) {
      const found = catalogues.withItem(about.item.id, about.item.version)?.item
      if (found === undefined || consentText(found) !== about.consent) return { outcome: 'not-agreed' }
      const answer = await ask(['shared', 'licences'], about)
      if ('outcome' in answer) return answer
      const { shared = [], licences = [] } = answer
      const data = { outcome: 'told' as const, shared, licences }
      told.set(keyOf(about.item), data)
      return data
    },
    async cases() {
      if (parts.isStaffHelping()) return { outcome: 'staff-helping' }
      const answer = await ask(['cases'])
      if ('outcome' in answer) return answer
      return answer.cases === undefined ? { outcome: 'no-answer' } : { outcome: 'told', cases: answer.cases }
    },
    async notices() {
      if (parts.isStaffHelping()) return { outcome: 'staff-helping' }
      const answer = await ask(['notices'])
      if ('outcome' in answer) return answer
      return answer.notices === undefined ? { outcome: 'no-answer' } : { outcome: 'told', notices: answer.notices }
    },
    told: (item) => told.get(keyOf(item)),
    async bindings(item) {
      // With an item they are part of the form that staff sees anyway.
      if (item === undefined && parts.isStaffHelping()) return { outcome: 'staff-helping' }
      if (session.signIn()?.by !== 'id-card' && session.applicant() !== undefined) return { outcome: 'no-card' }
      const answer = await ask(['bindings'])
      if ('outcome' in answer) return answer
      if (answer.bindings === undefined) return { outcome: 'no-answer' }
      const { mayActFor, actForMe } = answer.bindings
      bound.clear()
      for (const { id } of actForMe) bound.set(id, { side: 'principal' })
      for (const { id, principal, scope, until } of mayActFor) bound.set(id, { side: 'agent', principal, scope, until })
      const open = mayActFor.filter(({ scope }) => item === undefined || inScope(scope, item.id))
      return { outcome: 'told', mayActFor: open.map((each) => shown(each, item)), actForMe }
    },
    binding: (id) => bound.get(id),
    forget() {
      told.clear()
      bound.clear()
    },
  }
}

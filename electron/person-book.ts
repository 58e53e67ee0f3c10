import type { Clock } from '../drivers/transport/clock.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import { consentText } from '../sync/protocol/consent.ts'
import type { PersonAnswer, PersonKind } from '../sync/protocol/person.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { MyCases, PersonData, PersonItem, Untold } from './bridge/person.contract.ts'
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
  /** What was told for an item in this visit; nothing when the page was told nothing. */
  told(item: { readonly id: string; readonly version: number }): Extract<PersonData, { outcome: 'told' }> | undefined
  forget(): void
}

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
  readonly log: Log
}

type Asked = PersonAnswer | { readonly outcome: Untold }

export function createPersonBook(parts: PersonBookParts): PersonBook {
  const { session, hub, trust, log } = parts
  const catalogues = rememberCatalogues(parts.packages.catalogue)
  const told = new Map<string, Extract<PersonData, { outcome: 'told' }>>()
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
    told: (item) => told.get(keyOf(item)),
    forget: () => told.clear(),
  }
}

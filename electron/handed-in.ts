import { inScope } from '../sync/protocol/binding.ts'
import { type ProxyBlock, proxyOf, typedApplicant } from '../sync/protocol/proxy.ts'
import { type ProxyContext, type ProxyFaultAt, principalKind, proxyFaults } from '../sync/protocol/proxy-rules.ts'
import type { ServiceItem } from '../sync/protocol/service-item.ts'
import type { Applicant, SubmitRequest } from '../sync/protocol/submission.ts'
import type { PersonBook } from './person-book.ts'

export type HandedIn =
  | { readonly ok: true; readonly applicant: Applicant; readonly proxy: ProxyBlock | undefined }
  /** The principal's card is not the one that main read in this visit, or there is none. */
  | { readonly ok: false; readonly fault: 'no-principal'; readonly fields: readonly [] }
  | { readonly ok: false; readonly fault: 'bad-proxy'; readonly fields: readonly ProxyFaultAt[] }

export interface HandingIn extends Omit<ProxyContext, 'isBound'> {
  /** Whose card is in the visit. */
  readonly holder: Applicant
  /** Whose card was read beside it. */
  readonly principal: Applicant | undefined
  readonly nowIso: string
  /** A binding that the hub told of in this visit. */
  readonly binding?: PersonBook['binding']
}

/** Whose case it is and who hands it in, by the cards that main read itself; the page only says what it is about. */
export function handedIn(item: ServiceItem, claim: SubmitRequest['proxy'], known: HandingIn): HandedIn {
  const { holder, today } = known
  if (claim === undefined) return { ok: true, applicant: holder, proxy: undefined }
  const refused = (fault: ProxyFaultAt['fault']): HandedIn => ({
    ok: false,
    fault: 'bad-proxy',
    fields: [{ field: 'proxy', fault }],
  })
  if (holder.source !== 'id-card-chip') return refused('agent-needs-id-card')
  // By its name in this visit: whoever's number and name that is, only main knows.
  const bound = 'bindingId' in claim ? known.binding?.(claim.bindingId) : undefined
  if ('bindingId' in claim && (bound?.side !== 'agent' || bound.until < today || !inScope(bound.scope, item.id)))
    return refused('authority-missing')
  const principal = 'principal' in claim ? claim.principal : bound?.side === 'agent' ? bound.principal : undefined
  if (principal === undefined) return refused('authority-missing')
  const { idNumber, name } = principal
  const kind = principalKind(idNumber, known)
  if (kind === undefined) return refused('principal-number')
  let applicant = typedApplicant(principal, kind, known.nowIso, today)
  if (claim.authority === 'principal-present') {
    applicant = known.principal
    if (applicant?.idNumber !== idNumber || applicant.name !== name)
      return { ok: false, fault: 'no-principal', fields: [] }
  }
  const proxy = applicant === undefined ? undefined : proxyOf(claim, holder, applicant, item)
  if (applicant === undefined || proxy === undefined) return refused('principal-number')
  const faults = proxyFaults(item, proxy, applicant, { ...known, isBound: () => bound !== undefined })
  return faults.length > 0 ? { ok: false, fault: 'bad-proxy', fields: faults } : { ok: true, applicant, proxy }
}

import { type ProxyBlock, proxyOf, typedApplicant } from '../sync/protocol/proxy.ts'
import { type ProxyContext, type ProxyFaultAt, principalKind, proxyFaults } from '../sync/protocol/proxy-rules.ts'
import type { ServiceItem } from '../sync/protocol/service-item.ts'
import type { Applicant, SubmitRequest } from '../sync/protocol/submission.ts'

export type HandedIn =
  | { readonly ok: true; readonly applicant: Applicant; readonly proxy: ProxyBlock | undefined }
  /** The principal's card is not the one that main read in this visit, or there is none. */
  | { readonly ok: false; readonly fault: 'no-principal'; readonly fields: readonly [] }
  | { readonly ok: false; readonly fault: 'bad-proxy'; readonly fields: readonly ProxyFaultAt[] }

export interface HandingIn extends ProxyContext {
  /** Whose card is in the visit. */
  readonly holder: Applicant
  /** Whose card was read beside it. */
  readonly principal: Applicant | undefined
  readonly nowIso: string
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
  const { idNumber, name } = claim.principal
  const kind = principalKind(idNumber, known)
  if (kind === undefined) return refused('principal-number')
  let applicant = typedApplicant(claim.principal, kind, known.nowIso, today)
  if (claim.authority === 'principal-present') {
    applicant = known.principal
    if (applicant?.idNumber !== idNumber || applicant.name !== name)
      return { ok: false, fault: 'no-principal', fields: [] }
  }
  const proxy = applicant === undefined ? undefined : proxyOf(claim, holder, applicant, item)
  if (applicant === undefined || proxy === undefined) return refused('principal-number')
  const faults = proxyFaults(item, proxy, applicant, known)
  return faults.length > 0 ? { ok: false, fault: 'bad-proxy', fields: faults } : { ok: true, applicant, proxy }
}

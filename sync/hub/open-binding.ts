import { sha256Hex } from '../envelope/sha256.ts'
import { type BindingPayload, bindingFaults, inScope } from '../protocol/binding.ts'
import type { ProxyBlock } from '../protocol/proxy.ts'
import { personMark } from './person-mark.ts'
import { chinaDate, type HubSources } from './sources.ts'
import type { HubStore } from './store.ts'
import type { Verdict } from './verdict.ts'

export type BindingStore = Pick<HubStore, 'personKey' | 'keepBinding' | 'endBinding'>

/**
 * What becomes of an opened proxy binding: it holds from the moment at which the terminal took it in, or what it names ends
 * then. Done twice (the opener fell in between) it comes to the same.
 */
export async function keepBinding(payload: BindingPayload, store: BindingStore, sources: HubSources): Promise<Verdict> {
  const { binding, submissionId, acceptedAt, assistedBy = [] } = payload
  const about = assistedBy.length === 0 ? {} : { helpers: assistedBy }
  const mark = (idNumber: string) => personMark(idNumber, store, sources)
  if (binding.what === 'withdraw') {
    const { bindingId, side, by } = binding
    const { idNumber } = by
    if (by.source !== 'id-card-chip') return refused('card-missing', idNumber, about)
    const end = { bindingId, side, person: await mark(idNumber), submissionId, at: acceptedAt }
    const ended = await store.endBinding(end)
    if (ended === undefined) return refused('binding-unknown', idNumber, about)
    const notice = { person: ended.principal, what: 'unbound' as const }
    return { state: '已受理', faults: [], idNumber, notice, ...about }
  }
  const { agent, principal, relation, scope, until } = binding
  const { idNumber } = principal
  const faults = bindingFaults(binding, chinaDate(acceptedAt), sha256Hex)
  if (faults.length > 0) {
    return { state: '不予受理', faults: faults.map((fault) => ({ field: 'binding', fault })), idNumber, ...about }
  }
  const person = await mark(idNumber)
  const kept = await store.keepBinding({
    ...{ bindingId: sources.randomUuid(), submissionId, relation, scope, since: acceptedAt, until },
    agent: await mark(agent.idNumber),
    principal: person,
  })
  if (kept === 'overtaken') return refused('overtaken', idNumber, about)
  return { state: '已受理', faults: [], idNumber, notice: { person, what: 'bound' }, ...about }
}

function refused(fault: string, idNumber: string, about: Pick<Verdict, 'helpers'>): Verdict {
  return { state: '不予受理', faults: [{ field: 'binding', fault }], idNumber, ...about }
}

/** Whether the agent was bound to the principal, for this item, when the terminal took the submission in. */
export async function isBoundFor(
  { agent, principal }: Pick<ProxyBlock, 'agent' | 'principal'>,
  itemId: string,
  acceptedAt: string,
  store: Pick<HubStore, 'personKey' | 'bindingsBetween'>,
  sources: HubSources,
): Promise<boolean> {
  const between = await store.bindingsBetween({
    agent: await personMark(agent.idNumber, store, sources),
    principal: await personMark(principal.idNumber, store, sources),
    at: acceptedAt,
    day: chinaDate(acceptedAt),
  })
  return between.some(({ scope }) => inScope(scope, itemId))
}

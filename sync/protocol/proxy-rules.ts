import { z } from 'zod'
import { type AnswerContext, valueFault } from './answer-values.ts'
import type { Applicant } from './applicant.ts'
import { ageOn } from './id-number.ts'
import { checkPersonNumber, type PersonNumberKind } from './person-numbers.ts'
import { personNameFault } from './plain-values.ts'
import type { Authority, ProxyBlock, Relation } from './proxy.ts'
import type { FieldOf, ServiceItem } from './service-item.ts'

/** The rules of 代办, the same at the screen, in main and at the hub. */

export const ProxyFaultSchema = z.enum([
  /** The item's citizen has to come, or it says nothing of anybody else. */
  'forbidden',
  'relation-not-allowed',
  'authority-not-allowed',
  /** What would prove it is not there: the principal's chip, the letter, the binding. */
  'authority-missing',
  'principal-is-agent',
  'principal-number',
  'principal-name',
  /** The principal is not the one whom the submission is about. */
  'principal-differs',
  'agent-too-young',
  /** A guardian's authority without a guardian: nobody is the guardian of a grown-up child by being a parent. */
  'not-a-guardian',
  'out-of-scope',
  /** Whoever acts for somebody else shows the own resident card, and nothing less. */
  'agent-needs-id-card',
  /** A submission of one's own whose applicant no card has shown. */
  'typed-applicant',
])
export type ProxyFault = z.infer<typeof ProxyFaultSchema>
export interface ProxyFaultAt {
  readonly field: 'proxy' | 'applicant'
  readonly fault: ProxyFault
}

export interface ProxyContext extends Pick<AnswerContext, 'today' | 'divisions'> {
  /** Whether the hub's data bind this agent to this principal; without such data nobody is bound. */
  readonly isBound?: (agent: string, principal: string) => boolean
}

/** Of age at 18 (民法典 article 17). */
const OF_AGE_YEARS = 18
const GUARDIANS: readonly Relation[] = ['parent', 'guardian']

/** Kinds of numbers that a principal may have: all with 18 characters. */
const PRINCIPAL_NUMBER: FieldOf<'id-number'> = {
  id: 'principalNumber',
  type: 'id-number',
  label: { zh: '身份证号' },
  required: true,
  kinds: ['citizen', 'hk-mo-tw', 'foreigner-2023'],
}

/** Which kind of number a principal's is, when it is a good one. */
export function principalKind(idNumber: string, { today, divisions }: ProxyContext): PersonNumberKind | undefined {
  if (valueFault(PRINCIPAL_NUMBER, idNumber, { today, divisions }) !== undefined) return undefined
  const isOurs = (division: string) => divisions.some(({ code }) => code.slice(0, 2) === division.slice(0, 2))
  const checked = checkPersonNumber(idNumber, today, isOurs)
  return checked.ok ? checked.kind : undefined
}

/** The relations that go with an authority: a guardian's goes with two. None when the item does not take it. */
export function relationsWith(item: Pick<ServiceItem, 'proxy'>, authority: Authority): readonly Relation[] {
  const { proxy } = item
  if (proxy?.allowed !== true || !proxy.authorities.includes(authority)) return []
  const relations = proxy.relations.map(({ value }) => value)
  return authority === 'legal-guardian' ? relations.filter((each) => GUARDIANS.includes(each)) : relations
}

/**
 * All that is wrong with handing this item in for somebody else; none without a proxy, if a card showed the applicant.
 * What the letter of authority has to be is a matter of materials (withAuthorityPaper, checkMaterials).
 */
export function proxyFaults(
  item: Pick<ServiceItem, 'code' | 'proxy'>,
  proxy: ProxyBlock | undefined,
  applicant: Applicant,
  context: ProxyContext,
): readonly ProxyFaultAt[] {
  if (proxy === undefined) return applicant.source === 'typed' ? [{ field: 'applicant', fault: 'typed-applicant' }] : []
  const rule = item.proxy
  // Nothing else is worth saying: whatever is mended, it stays the citizen's own business.
  if (rule?.allowed !== true) return at('forbidden')
  const { agent, principal, relation, authority, scope } = proxy
  const { today } = context
  const faults: ProxyFault[] = []
  if (!rule.relations.some(({ value }) => value === relation)) faults.push('relation-not-allowed')
  if (!rule.authorities.includes(authority)) faults.push('authority-not-allowed')
  else if (!isShown(proxy, rule.paper !== undefined, context)) faults.push('authority-missing')
  if (principal.idNumber === agent.idNumber) faults.push('principal-is-agent')
  if (principalKind(principal.idNumber, context) === undefined) faults.push('principal-number')
  if (principal.source === 'typed' && personNameFault(principal.name) !== undefined) faults.push('principal-name')
  if (
    principal.idNumber !== applicant.idNumber ||
    principal.name !== applicant.name ||
    principal.source !== applicant.source
  ) {
    faults.push('principal-differs')
  }
  if (rule.agentAtLeast !== undefined && ageOn(agent.birth, today) < rule.agentAtLeast) faults.push('agent-too-young')
  if (authority === 'legal-guardian' && !isGuardian(relation, applicant, today)) faults.push('not-a-guardian')
  if (scope.itemCode !== item.code) faults.push('out-of-scope')
  return faults.flatMap(at)
}

const at = (fault: ProxyFault): readonly ProxyFaultAt[] => [{ field: 'proxy', fault }]

function isShown({ authority, agent, principal }: ProxyBlock, hasPaper: boolean, { isBound }: ProxyContext): boolean {
  switch (authority) {
    case 'principal-present':
      return principal.source === 'id-card-chip'
    case 'scanned-authority':
      return hasPaper
    case 'standing-binding':
      return isBound?.(agent.idNumber, principal.idNumber) ?? false
    case 'legal-guardian':
      return true
  }
}

/** By the relation alone, offline; whether it is so the hub's department looks up. */
function isGuardian(relation: Relation, principal: Applicant, today: string): boolean {
  if (relation === 'parent') return ageOn(principal.birth, today) < OF_AGE_YEARS
  return relation === 'guardian'
}

import { openEnvelope } from '../envelope/open.ts'
import type { Suite } from '../envelope/suite.ts'
import type { BindingSide, MakeBinding } from '../protocol/binding.ts'
import { maskName } from '../protocol/mask-name.ts'
import { type BoundAgent, type BoundPrincipal, MAX_BINDINGS_TOLD, type PersonAnswer } from '../protocol/person.ts'
import type { BindingRow } from './binding-store.ts'
import type { SealKeys } from './seal-keys.ts'
import { chinaDate, type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'

export interface TellParts {
  readonly store: Pick<HubStore, 'bindingsOf' | 'envelopeOf'>
  readonly sources: HubSources
  readonly suite: Suite
  readonly sealKeys: SealKeys
}

/**
 * The bindings of a person that hold now, on both sides. The tables know two marks; who they are stands in the sealed
 * submission that made the binding, which is opened for this answer and for nothing else.
 */
export async function bindingsTold(person: string, parts: TellParts): Promise<NonNullable<PersonAnswer['bindings']>> {
  const at = instant(parts.sources)
  const moment = { person, at, day: chinaDate(at) }
  const on = (side: BindingSide) => parts.store.bindingsOf({ side, ...moment }, MAX_BINDINGS_TOLD)
  const mayActFor: BoundPrincipal[] = []
  for (const row of await on('agent')) {
    const made = await madeBy(row, parts)
    if (made === undefined) continue
    const { name, idNumber } = made.principal
    mayActFor.push({ ...toldOf(row), principal: { name, idNumber } })
  }
  const actForMe: BoundAgent[] = []
  for (const row of await on('principal')) {
    const made = await madeBy(row, parts)
    if (made !== undefined) actForMe.push({ ...toldOf(row), maskedName: maskName(made.agent.name) })
  }
  return { mayActFor, actForMe }
}

const toldOf = ({ bindingId: id, relation, scope, until }: BindingRow) => ({ id, relation, scope, until })

async function madeBy({ submissionId }: BindingRow, parts: TellParts): Promise<MakeBinding | undefined> {
  const envelope = await parts.store.envelopeOf(submissionId)
  if (envelope === undefined) return undefined
  const keys = await parts.sealKeys()
  const opened = await openEnvelope(envelope, (kid) => keys.get(kid), parts.suite)
  if (!opened.ok || opened.payload.kind !== 'proxy-binding') return undefined
  const { binding } = opened.payload
  return binding.what === 'make' ? binding : undefined
}

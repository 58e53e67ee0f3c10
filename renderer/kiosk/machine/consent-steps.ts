import { asksHub, consentText } from '../../../sync/protocol/consent.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { isBinding, isUnbinding } from '../forms/binding-form.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import type { SessionContext } from './session-types.ts'

/** Whether she said yes to what happens with her data, once a visit for each item; plain functions, no machine in them. */

type Context = Pick<SessionContext, 'item' | 'agreed'>

/** Another version may have other words. */
export const consentKey = ({ id, version }: Pick<ServiceItem, 'id' | 'version'>): string => `${id} ${version}`

export function isAgreed({ item, agreed }: Context): boolean {
  return item === null || isComplaint(item) || isUnbinding(item) || agreed.includes(consentKey(item))
}

/**
 * Asked on a page of its own before anything is filled in; but in elder mode, where nobody is asked about her before
 * she hands it in, beside the summary: until then all of it is in this machine's memory only, and her way is no page
 * longer. Not where she also signs there: both are more than one page holds in elder type.
 */
export function isAskedBeforeForm(context: Context & Pick<SessionContext, 'look'>): boolean {
  const { item, look } = context
  // Two people say yes to it: when both are there.
  if (isBinding(item)) return false
  return item !== null && !isAgreed(context) && (look.mode !== 'elder' || item.signature || asksHub(item))
}

export function agree({ item, agreed }: Context): Partial<SessionContext> {
  return item === null || isAgreed({ item, agreed }) ? {} : { agreed: [...agreed, consentKey(item)] }
}

/** The words, for main. */
export function consentGiven(context: Context): string | undefined {
  const { item } = context
  return item !== null && isAgreed(context) ? consentText(item) : undefined
}

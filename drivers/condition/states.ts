import { z } from 'zod'

/**
 * What any device can be, in one vocabulary for all classes, so that screens, readiness page and log need not know each
 * class by heart. Modelled on the component states of CUSS 2 (reference/domain.md 3.2): OK, MEDIA_*, NOT_REACHABLE,
 * NOT_RESPONDING, HARDWARE_ERROR, SOFTWARE_ERROR and the events NORMAL, WARNING, ALARM. Pure: the page uses it too.
 */
export const DEVICE_CLASSES = [
  'id-card-reader',
  'smart-card',
  'code-scanner',
  'receipt-printer',
  'document-printer',
  'document-scanner',
  'signature-pad',
  'camera',
  'line-board',
] as const
export const DeviceClassSchema = z.enum(DEVICE_CLASSES)
export type DeviceClass = z.infer<typeof DeviceClassSchema>

/**
 * In the order in which they are told: of several things that are wrong, the first here is said. What a hand can mend
 * now (paper, cover) comes before what needs a maintainer only when both are at the same device; a device that is not
 * there outranks all that was last heard of it.
 */
export const CONDITIONS = [
  /** The settings name no such device. */
  'not-configured',
  /** The address in the settings is wrong: only a maintainer can mend that. */
  'bad-address',
  'not-reachable',
  'not-responding',
  'software-error',
  'hardware-error',
  'power-lost',
  'media-jammed',
  'cover-open',
  'media-empty',
  'media-full',
  'media-misplaced',
  'overheated',
  'media-low',
  'connecting',
  'busy',
  'ready',
] as const
export const ConditionNameSchema = z.enum(CONDITIONS)
export type ConditionName = z.infer<typeof ConditionNameSchema>

/** normal: works. warning: works, somebody should come. alarm: does not work. */
export const SeveritySchema = z.enum(['normal', 'warning', 'alarm'])
export type Severity = z.infer<typeof SeveritySchema>

export const ConditionSchema = z.strictObject({
  condition: ConditionNameSchema,
  severity: SeveritySchema,
  /** Who can mend it: nobody needs to, whoever stands there, hall staff, a maintainer. */
  mend: z.enum(['nobody', 'citizen', 'staff', 'maintainer']),
})
export type Condition = z.infer<typeof ConditionSchema>

/** What is usual of each condition; a class says otherwise where it knows better. */
const USUAL: Readonly<Record<ConditionName, readonly [Severity, Condition['mend']]>> = {
  'not-configured': ['alarm', 'maintainer'],
  'bad-address': ['alarm', 'maintainer'],
  'not-reachable': ['alarm', 'staff'],
  'not-responding': ['alarm', 'staff'],
  'software-error': ['alarm', 'maintainer'],
  'hardware-error': ['alarm', 'maintainer'],
  'power-lost': ['alarm', 'staff'],
  'media-jammed': ['alarm', 'staff'],
  'cover-open': ['alarm', 'staff'],
  'media-empty': ['alarm', 'staff'],
  'media-full': ['alarm', 'staff'],
  'media-misplaced': ['alarm', 'citizen'],
  overheated: ['alarm', 'nobody'],
  'media-low': ['warning', 'staff'],
  /** Not known yet: it will be the one or the other in a moment. */
  connecting: ['normal', 'nobody'],
  busy: ['normal', 'nobody'],
  ready: ['normal', 'nobody'],
}

export function conditionOf(condition: ConditionName, change: Partial<Omit<Condition, 'condition'>> = {}): Condition {
  const [severity, mend] = USUAL[condition]
  return { condition, severity, mend, ...change }
}

const SEVERITIES: readonly Severity[] = ['alarm', 'warning', 'normal']

/** The one thing that is said first: alarms before warnings, within them the order of CONDITIONS. Undefined for none. */
export function mostUrgent(conditions: readonly Condition[]): Condition | undefined {
  const rank = ({ severity, condition }: Condition) =>
    SEVERITIES.indexOf(severity) * CONDITIONS.length + CONDITIONS.indexOf(condition)
  let first: Condition | undefined
  for (const each of conditions) if (first === undefined || rank(each) < rank(first)) first = each
  return first
}

/** True when a device in this condition can begin or is doing its work. */
export function isFit({ severity }: Condition): boolean {
  return severity !== 'alarm'
}

/** Why no link to a device stands: the words of drivers/transport's LinkFault. */
export const LinkTroubleSchema = z.enum([
  'bad-url',
  'not-found',
  'no-permission',
  'busy',
  'refused',
  'timed-out',
  'lost',
  'closed',
])
export type LinkTrouble = z.infer<typeof LinkTroubleSchema>

export function linkCondition(trouble: LinkTrouble): Condition {
  if (trouble === 'bad-url') return conditionOf('bad-address')
  return conditionOf('not-reachable', trouble === 'no-permission' ? { mend: 'maintainer' } : {})
}

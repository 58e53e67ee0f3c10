import { type Condition, conditionOf, isFit, mostUrgent } from '../condition/states.ts'
import { HOSTED_CLASSES, type HostedClass } from './classes.ts'
import type { Bank, DevicePlan } from './messages.ts'

/** How one device of the settings stands. */
export interface ReadinessRow {
  readonly device: HostedClass
  /** As the settings write it. */
  readonly url: string
  readonly condition: Condition
  /** It can begin its work. */
  readonly fit: boolean
  /** Of several devices of its class, the one that is used now. */
  readonly used: boolean
}

export interface Readiness {
  /** In the order of the classes, within a class in the order of preference. */
  readonly rows: readonly ReadinessRow[]
  /** Of every class that the settings name, at least one device can work. */
  readonly ready: boolean
  /** Classes of the settings of which no device can work. */
  readonly missing: readonly HostedClass[]
  /** What somebody should see to first; undefined when all is well. */
  readonly mostUrgent: ReadinessRow | undefined
}

/**
 * Whether a terminal's devices can do their work: for the maintenance page, its printed report and `npm run device -- check`.
 * A device of the plan that has not said anything yet is one that is just connecting.
 */
export function readinessOf(plan: DevicePlan, banks: Readonly<Partial<Record<HostedClass, Bank>>>): Readiness {
  const rows = HOSTED_CLASSES.flatMap((device) => rowsOf(device, plan[device] ?? [], banks[device]))
  const named = HOSTED_CLASSES.filter((device) => rows.some((row) => row.device === device))
  const missing = named.filter((device) => !rows.some((row) => row.device === device && row.fit))
  const troubled = rows.filter(({ condition }) => condition.severity !== 'normal')
  const first = mostUrgent(troubled.map(({ condition }) => condition))
  return {
    rows,
    ready: missing.length === 0,
    missing,
    mostUrgent: troubled.find(({ condition }) => condition === first),
  }
}

function rowsOf(device: HostedClass, urls: readonly string[], bank: Bank | undefined): readonly ReadinessRow[] {
  const chosen = bank?.members[bank.chosen]?.url
  return urls.map((url, place) => {
    const condition = bank?.members.find((member) => member.url === url)?.condition ?? conditionOf('connecting')
    return { device, url, condition, fit: isFit(condition), used: chosen === undefined ? place === 0 : url === chosen }
  })
}

import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { Bank, DevicePlan } from '../drivers/host/messages.ts'
import { type Readiness, readinessOf } from '../drivers/host/readiness.ts'
import type { DeviceReadiness, PrintReadinessAnswer } from './bridge/maintenance.contract.ts'
import type { Log } from './events.ts'
import { CONDITION_WORDS, DEVICE_NAMES, readinessPaper } from './readiness-paper.ts'
import type { Settings } from './settings.ts'

export interface ReadinessViewOptions {
  readonly host: Pick<DeviceHost, 'call'>
  readonly plan: () => DevicePlan
  readonly banks: () => Readonly<Partial<Record<keyof DevicePlan, Bank>>>
  readonly settings: Pick<Settings, 'hall'>
  readonly terminalId: string
  readonly version: string
  readonly nowIso: () => string
  readonly inWords: (iso: string) => string
  readonly log: Log
}

export interface ReadinessView {
  readiness(): readonly DeviceReadiness[]
  /** On the receipt printer; `printed` means that it said so. */
  printReadiness(): Promise<Exclude<PrintReadinessAnswer, { fault: 'not-unlocked' }>>
}

/** The maintainers' view of the devices, and its report on paper. */
export function createReadinessView(options: ReadinessViewOptions): ReadinessView {
  const { host, plan, banks, settings, terminalId, version, nowIso, inWords, log } = options
  const look = (): Readiness => readinessOf(plan(), banks())
  let copies = 0
  return {
    readiness: () =>
      look().rows.map(({ device, url, condition, fit, used }) => ({
        ...{ device, url, fit, used, severity: condition.severity, mend: condition.mend },
        name: { zh: DEVICE_NAMES[device] },
        says: { zh: CONDITION_WORDS[condition.condition] },
      })),
    async printReadiness() {
      copies++
      const at = nowIso()
      const document = readinessPaper({
        readiness: look(),
        terminalId,
        version,
        hall: settings.hall.zh,
        at: inWords(at),
      })
      const result = await host.call('receipt-printer', 'print', { jobId: `readiness/${at}/${copies}`, document })
      log('readiness-printed', result.ok ? { printed: true } : { printed: false, fault: result.fault })
      return result.ok ? { ok: true } : { ok: false, fault: 'not-printed' }
    },
  }
}

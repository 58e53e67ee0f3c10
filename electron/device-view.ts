import { conditionOf } from '../drivers/condition/states.ts'
import { HOSTED_CLASSES, type HostedClass, type StateOf } from '../drivers/host/classes.ts'
import type { Bank, DevicePlan } from '../drivers/host/messages.ts'
import type { Devices } from './bridge/devices.contract.ts'
import type { Settings } from './settings.ts'

/** From the settings and the host's word to what the screen is told of the devices. */

/** The addresses of each class, the preferred one first. */
export function planOf(devices: Settings['devices']): DevicePlan {
  const plan: { -readonly [C in HostedClass]?: readonly string[] } = {}
  for (const device of HOSTED_CLASSES) {
    const urls = devices[device]
    if (urls !== undefined) plan[device] = typeof urls === 'string' ? [urls] : urls
  }
  return plan
}

/** Before the host has said anything. */
export function devicesOf(plan: DevicePlan): Devices {
  const named = HOSTED_CLASSES.filter((device) => plan[device] !== undefined)
  return {
    idCardReader: plan['id-card-reader'] === undefined ? null : { state: 'connecting' },
    receiptPrinter: plan['receipt-printer'] === undefined ? null : { state: 'connecting' },
    conditions: Object.fromEntries(named.map((device) => [device, conditionOf('connecting')])),
  }
}

/** With the devices of one class as the host has just said; a class without any is one that is not there. */
export function withBank(devices: Devices, device: HostedClass, bank: Bank): Devices {
  const { [device]: _, ...others } = devices.conditions
  const used = bank.members[bank.chosen]
  const conditions = used === undefined ? others : { ...others, [device]: used.condition }
  switch (device) {
    case 'id-card-reader':
      return { ...devices, conditions, idCardReader: (used?.state as StateOf<'id-card-reader'> | undefined) ?? null }
    case 'receipt-printer':
      return { ...devices, conditions, receiptPrinter: (used?.state as StateOf<'receipt-printer'> | undefined) ?? null }
    default:
      return { ...devices, conditions }
  }
}

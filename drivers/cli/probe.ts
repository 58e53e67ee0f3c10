import { type Condition, isFit } from '../condition/states.ts'
import { conditionIn, HOSTED_CLASSES, type HostedClass } from '../host/classes.ts'
import { DRIVERS } from '../host/registry.ts'
import { realClock } from '../transport/clock.ts'
import { schemesOf } from '../transport/device-schemes.ts'
import { openLink } from '../transport/open-link.ts'

/** How one device is now, as its own driver says it. */
export interface Probe {
  readonly device: HostedClass
  readonly url: string
  readonly state: unknown
  readonly condition: Condition
  readonly fit: boolean
}

/** A device that says nothing in this time is told as it is then. */
const PATIENCE_MS = 8_000

/** The classes that an address can belong to, by its scheme. */
export function classesOf(url: string): readonly HostedClass[] {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')))
  return HOSTED_CLASSES.filter((device) => schemesOf(device).some((each) => each === scheme))
}

/** Starts the class's driver, waits until it knows how its device is, and stops it. Changes nothing at the device. */
export async function probe(device: HostedClass, url: string): Promise<Probe> {
  let told: () => void = () => undefined
  const known = new Promise<void>((resolve) => {
    told = resolve
  })
  const running = DRIVERS[device]({
    url,
    openLink,
    clock: realClock,
    clockEpochMs: performance.timeOrigin,
    onState: (state) => {
      if (conditionIn(device, state).condition !== 'connecting') told()
    },
    onEvent: () => undefined,
    log: () => undefined,
  })
  const cancel = realClock.after(PATIENCE_MS, told)
  running.start()
  await known
  cancel()
  const state = running.state()
  await running.stop()
  const condition = conditionIn(device, state)
  return { device, url, state, condition, fit: isFit(condition) }
}

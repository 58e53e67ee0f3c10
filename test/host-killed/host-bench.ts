import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Condition } from '../../drivers/condition/states.ts'
import type { HostedClass, StateOf } from '../../drivers/host/classes.ts'
import { createDeviceHost, type DeviceEvent, type DeviceHost } from '../../drivers/host/host-client.ts'
import type { Bank } from '../../drivers/host/messages.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import type { Devices } from '../../electron/bridge/devices.contract.ts'
import { hostProcessOf } from '../../electron/device-host-process.ts'
import { devicesOf, withBank } from '../../electron/device-view.ts'

/** The device host in a child process that is really killed, with one device at it. One child a class, killed often. */

const MAIN = join(import.meta.dirname, '..', '..', 'drivers', 'host', 'main.ts')
/** Longer than a host must live to count as recovered: so each kill is the first, and its restart comes soon. */
const STABLE_MS = 60_000

export interface HostBench<C extends HostedClass> {
  readonly host: DeviceHost
  /** The device's state as last told; undefined before the first word. */
  state(): StateOf<C> | undefined
  readonly events: Extract<DeviceEvent, { device: C }>['event'][]
  readonly logged: { readonly event: string; readonly detail: Readonly<Record<string, unknown>> }[]
  child(): ChildProcess
  /** Resolves when it holds; looked at after everything that the host says. */
  until(holds: () => boolean): Promise<void>
  untilState(holds: (state: StateOf<C>) => boolean): Promise<void>
  /**
   * Kills it; resolves when it is gone and all of that was told. `frozen` first makes it stand still, and then a call is
   * begun that it can surely not answer any more.
   */
  kill(frozen?: () => void): Promise<void>
  /** Kills a new host at its first word of the device: it is still starting up. */
  killAtStart(): Promise<void>
  stop(): Promise<void>
}

export interface HostBenchOptions<C extends HostedClass> {
  readonly device: C
  readonly url: string
  /** As main must tell it while the host is gone. */
  readonly lost: { readonly state: StateOf<C>; readonly condition: Condition }
  /** Another entry than the terminal's own. */
  readonly modulePath?: string
  /** Called while it is gone: what is checked then. */
  readonly whileLost?: (devices: Devices) => void
  readonly onBank?: (bank: Bank) => void
  readonly onEvent?: (event: DeviceEvent) => void
}

export function openHostBench<C extends HostedClass>(options: HostBenchOptions<C>): HostBench<C> {
  const { device, url, lost } = options
  const children: ChildProcess[] = []
  const events: HostBench<C>['events'] = []
  const logged: HostBench<C>['logged'] = []
  const watchers = new Set<() => void>()
  let devices = devicesOf({ [device]: [url] })
  let bank: Bank | undefined
  let skippedMs = 0
  let whenFirstTold: (() => void) | undefined

  function look(): void {
    for (const watcher of [...watchers]) watcher()
  }
  const host = createDeviceHost({
    devices: { [device]: [url] },
    clock: { nowMs: () => realClock.nowMs() + skippedMs, after: realClock.after },
    spawn() {
      const child = fork(options.modulePath ?? MAIN, { serialization: 'advanced', stdio: 'inherit' })
      children.push(child)
      return hostProcessOf(child)
    },
    onBank(_, told) {
      bank = told
      devices = withBank(devices, device, told)
      options.onBank?.(told)
      whenFirstTold?.()
      whenFirstTold = undefined
      look()
    },
    onEvent(event) {
      events.push(event.event as (typeof events)[number])
      options.onEvent?.(event)
      look()
    },
    log(_level, event, detail) {
      logged.push({ event, detail })
      look()
    },
  })
  host.start()

  const state = () => bank?.members[0]?.state as StateOf<C> | undefined
  const until: HostBench<C>['until'] = (holds) =>
    new Promise((resolve) => {
      const watcher = () => {
        if (!holds()) return
        watchers.delete(watcher)
        resolve()
      }
      watchers.add(watcher)
      watcher()
    })
  const count = (event: string) => logged.filter((entry) => entry.event === event).length
  function child(): ChildProcess {
    const last = children.at(-1)
    if (last === undefined) throw new Error('no host was started')
    return last
  }

  async function expectLost(die: () => void): Promise<void> {
    const before = { deaths: count('device-host-died'), restarts: host.restarts() }
    skippedMs += STABLE_MS
    die()
    await until(() => count('device-host-died') > before.deaths)
    expect(bank).toEqual({ members: [{ url, ...lost }], chosen: 0 })
    expect(devices.conditions).toEqual({ [device]: lost.condition })
    expect(logged.findLast(({ event }) => event === 'device-host-died')?.detail).toEqual({
      code: null,
      restartInMs: 200,
    })
    expect(host.restarts()).toBe(before.restarts + 1)
    expect(child().signalCode).toBe('SIGKILL')
    options.whileLost?.(devices)
    bank = undefined
  }

  return {
    host,
    state,
    events,
    logged,
    child,
    until,
    untilState: (holds) =>
      until(() => {
        const now = state()
        return now !== undefined && holds(now)
      }),
    kill: (frozen) =>
      expectLost(() => {
        if (frozen !== undefined) {
          child().kill('SIGSTOP')
          frozen()
        }
        child().kill('SIGKILL')
      }),
    async killAtStart() {
      // The one under way may be past it.
      if (bank !== undefined) await expectLost(() => child().kill('SIGKILL'))
      await new Promise<void>((resolve) => {
        whenFirstTold = resolve
      })
      await expectLost(() => child().kill('SIGKILL'))
    },
    stop: host.stop,
  }
}

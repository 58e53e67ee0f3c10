import { afterAll, beforeAll, expect } from 'vitest'
import { type Condition, conditionOf } from '../../drivers/condition/states.ts'
import type { HostedClass, StateOf } from '../../drivers/host/classes.ts'
import { describeHazard } from '../../drivers/testing/fault-matrix.ts'
import type { Devices } from '../../electron/bridge/devices.contract.ts'
import { badgeOf } from '../../renderer/kiosk/shell/badge.ts'
import { type HostBench, type HostBenchOptions, openHostBench } from './host-bench.ts'

const NEEDS = ['id-card-reader', 'receipt-printer', 'document-scanner', 'document-printer'] as const

/** A device's simulator, at which the hazard's cells are tried; one for all cells of its class. */
export interface KilledDevice<C extends HostedClass> {
  readonly url: string
  isWell(state: StateOf<C>): boolean
  /** A job from its beginning to its good end, checked. */
  work(bench: HostBench<C>): Promise<void>
  /** Kills the host in the middle of a job, with `bench.kill`, and checks what became of the job; mends the simulator. */
  killMidJob(bench: HostBench<C>): Promise<void>
  unplug(bench: HostBench<C>): Promise<void> | void
  plug(): Promise<void> | void
  close(): Promise<void> | void
}

export interface KilledClass<C extends HostedClass> {
  readonly device: C
  readonly lostState: StateOf<C>
  /** Not reachable, for the staff, unless given. */
  readonly lostCondition?: Condition
  /** The state of a device that was pulled. */
  readonly unplugged: StateOf<C>['state']
  readonly open: () => Promise<KilledDevice<C>>
  readonly bench?: Pick<HostBenchOptions<C>, 'modulePath' | 'onBank' | 'onEvent'>
}

/**
 * The child is killed by the system, not asked: what main says then, that a new one comes and drives the device, and that
 * a job is told as what it is: nobody knows.
 */
export function describeHostKilled<C extends HostedClass>(options: KilledClass<C>): void {
  const { device, lostState, lostCondition = conditionOf('not-reachable') } = options
  let simulated: KilledDevice<C>
  let bench: HostBench<C>
  beforeAll(async () => {
    simulated = await options.open()
    const lost = { state: lostState, condition: lostCondition }
    bench = openHostBench({ device, url: simulated.url, lost, whileLost, ...options.bench })
  })
  afterAll(async () => {
    await bench.stop()
    await simulated.close()
  })

  const ready = () => bench.untilState(simulated.isWell)
  /** Items cannot be done here meanwhile, and say why; some classes are of no item's needs. */
  function whileLost(devices: Devices): void {
    const need = NEEDS.find((each) => each === device)
    if (need === undefined) return
    const badge = badgeOf({ needs: [need], offlinePolicy: 'A' }, devices, 'connected')
    expect(badge).toEqual({ kind: 'window', reason: `reason.needs-${need}` })
  }
  async function killed(kill: () => Promise<void>): Promise<void> {
    const { pid } = bench.child()
    await kill()
    await ready()
    expect(bench.child().pid).not.toBe(pid)
    await bench.until(() => bench.logged.at(-1)?.event !== 'device-host-died')
    const readyPids = bench.logged.flatMap(({ event, detail }) => (event === 'device-host-ready' ? [detail.pid] : []))
    expect(readyPids.at(-1)).toBe(bench.child().pid)
    await simulated.work(bench)
    await ready()
  }

  describeHazard(device, 'host-killed', {
    'start-up': () => killed(() => bench.killAtStart()),
    idle: async () => {
      await ready()
      await killed(() => bench.kill())
    },
    'mid-job': async () => {
      await ready()
      await killed(() => simulated.killMidJob(bench))
    },
    'after-job': async () => {
      await ready()
      await simulated.work(bench)
      await killed(() => bench.kill())
    },
    reconnect: async () => {
      await ready()
      await simulated.unplug(bench)
      await bench.untilState(({ state }) => state === options.unplugged)
      await killed(async () => {
        await bench.kill()
        await simulated.plug()
      })
    },
  })
}

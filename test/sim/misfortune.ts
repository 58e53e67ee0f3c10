import type { FaultKind } from './faults.ts'
import type { Host } from './host.ts'
import type { SimHub } from './hub.ts'
import { unitOf, type WorldOptions } from './options.ts'
import type { SeededRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { ATTACHMENTS_DIR, JOURNAL_DIR } from './terminal.ts'

const HOUR_MS = 3_600_000
/** Clocks that are wrong: queue-and-sync.md section 7, scenario 12. */
const YEAR_1970_MS = 3_600_000
const YEAR_2106_MS = 4_294_967_296_000
/** A step is one thing that a program waits for; a submission has some ten of them. */
const MAX_STEPS_AHEAD = 60

export interface MisfortuneParts {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly options: WorldOptions
  readonly hosts: readonly Host[]
  readonly hub: SimHub
  readonly trueUnixMs: () => number
  readonly onFault: (kind: FaultKind) => void
  readonly onFlip: (terminalId: string) => void
}

export interface Misfortune {
  start(): void
  /** Nothing new happens, and all that was broken works again. */
  end(): void
}

/** What happens to machines, programs, disks, clocks and lines, each kind by its own chance over time. */
export function createMisfortune(parts: MisfortuneParts): Misfortune {
  const { scheduler, random, options, hosts, hub, onFault } = parts
  let active = false

  function host(): Host {
    return random.pick(hosts)
  }
  /** Repairs it after a while: also when the faults have ended meanwhile. */
  function until(minMs: number, maxMs: number, label: string, repair: () => void): void {
    scheduler.after(random.logarithmic(minMs, maxMs), label, repair)
  }

  const acts: Partial<Record<FaultKind, () => boolean>> = {
    'terminal-crash': () => crash('program'),
    'power-cut': () => crash('power'),
    'terminal-crash-at-step': () => crashAtStep('program'),
    'power-cut-at-step': () => crashAtStep('power'),
    'hub-crash': () => hub.crash(),
    'worker-vanished'() {
      const one = host()
      one.loseWorker(random.chance(0.5))
      until(500, 90_000, `${one.name} opens a page again`, one.startWorker)
      return true
    },
    'worker-store-deleted'() {
      return withWorkerStore((one) => void one.workerDisk.delete())
    },
    'worker-store-old'() {
      return withWorkerStore((one) => void one.workerDisk.goBack(random.int(1, one.workerDisk.writes)))
    },
    'worker-store-cut'() {
      return withWorkerStore((one) => void one.workerDisk.goBack(1))
    },
    'worker-store-failing'() {
      const one = host()
      one.workerDisk.failureRate = random.logarithmic(0.01, 0.5)
      until(1_000, 300_000, `${one.name} store works again`, () => {
        one.workerDisk.failureRate = 0
      })
      return true
    },
    // A second page, as when the old one hangs: the newest takes the lease.
    'two-workers'() {
      host().startWorker()
      return true
    },
    'disk-full'() {
      const { machine, name } = host()
      machine.fill(random.int(0, 50_000))
      until(1_000, 600_000, `${name} disk has room again`, machine.empty)
      return true
    },
    'disk-slow'() {
      const { machine, name } = host()
      machine.slowness = random.logarithmic(5, 500)
      until(5_000, 300_000, `${name} disk is quick again`, () => {
        machine.slowness = 1
      })
      return true
    },
    'bit-flip': flipBit,
    'clock-jump'() {
      const now = parts.trueUnixMs()
      host().machine.clock.set(random.pick([now + HOUR_MS, now - HOUR_MS, YEAR_1970_MS, YEAR_2106_MS, now]))
      return true
    },
    partition() {
      const { link, name } = host()
      link.state = random.pick(['unreachable', 'silent', 'portal'])
      until(1_000, 1_200_000, `${name} line is back`, () => {
        link.state = 'up'
      })
      return true
    },
    flapping() {
      const one = host()
      for (let at = 0; at < 20; at++) {
        scheduler.after(at * 5_000, `${one.name} line flaps`, () => {
          one.link.state = at % 2 === 0 && active ? 'unreachable' : 'up'
        })
      }
      return true
    },
    'hub-restored-by-command': () => hub.restore('command'),
    'hub-restored-as-copy': () => hub.restore('copy'),
    'key-rotation': () => hub.rotateKeys(),
    'device-key-revoked': () => hub.revoke(host().name),
  }

  function crash(how: 'program' | 'power'): boolean {
    host().crash(how)
    return true
  }
  function crashAtStep(how: 'program' | 'power'): boolean {
    host().crashBeforeStep(how, random.int(1, MAX_STEPS_AHEAD))
    return true
  }
  function withWorkerStore(change: (host: Host) => void): boolean {
    const one = host()
    if (one.workerDisk.writes === 0) return false
    one.loseWorker(true)
    change(one)
    until(500, 20_000, `${one.name} opens a page again`, one.startWorker)
    return true
  }
  function flipBit(): boolean {
    const { machine, name } = host()
    const { disk } = machine
    const precious = (path: string) => path.startsWith(JOURNAL_DIR) || path.startsWith(ATTACHMENTS_DIR)
    const paths = disk.paths().filter((path) => precious(path) && (disk.content(path)?.length ?? 0) > 0)
    if (paths.length === 0) return false
    const path = random.pick(paths)
    const offset = random.int(0, (disk.content(path)?.length ?? 1) - 1)
    parts.onFlip(name)
    disk.flip(path, offset, 1 << random.int(0, 7))
    scheduler.note(`${name} bit flips in ${path} at ${offset}`)
    return true
  }

  function plan(kind: FaultKind, perHour: number, act: () => boolean): void {
    const waitMs = (-Math.log(1 - random.next()) * HOUR_MS) / perHour
    scheduler.after(waitMs, `fate ${kind}`, () => {
      if (!active) return
      if (act()) onFault(kind)
      plan(kind, perHour, act)
    })
  }

  return {
    start() {
      active = true
      hub.mayFall()
      for (const [kind, rate] of Object.entries(options.faults) as [FaultKind, number][]) {
        const act = acts[kind]
        if (act !== undefined) plan(kind, rate, act)
        else if (kind === 'disk-error') for (const { machine } of hosts) machine.errorRate = rate
        else if (unitOf(kind) === 'per-hour') throw new Error(`no act for ${kind}`)
      }
    },
    end() {
      active = false
      for (const { machine, link, workerDisk } of hosts) {
        machine.errorRate = 0
        machine.slowness = 1
        machine.empty()
        machine.clock.set(parts.trueUnixMs())
        link.state = 'up'
        link.faulty = false
        workerDisk.failureRate = 0
      }
      hub.heal()
    },
  }
}

import type { Log } from '../../electron/events.ts'
import type { Suite } from '../../sync/envelope/suite.ts'
import type { Ledger } from '../../sync/journal/ledger.ts'
import type { Provisioning } from '../../sync/protocol/keys.ts'
import type { Clock } from '../../sync/queue/clock.ts'
import type { QueueStore } from '../../sync/queue/queue-store.ts'
import type { Machine } from './machine.ts'
import type { Link } from './network.ts'
import type { Break } from './options.ts'
import type { Oracle } from './oracle.ts'
import { type SimProcess, startProcess } from './process.ts'
import type { SeededRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { bootTerminal, type Terminal } from './terminal.ts'
import { runWorker } from './worker.ts'
import { createWorkerDisk, type WorkerDisk } from './worker-store.ts'

/** The shell starts a program that fell again after about so long. */
const RESTART_MIN_MS = 500
const RESTART_MAX_MS = 20_000
/** A page is up this long after main. */
const PAGE_MS = 1_500
/** A page that hangs beside its successor is gone after this at the latest. */
const OLD_PAGE_MS = 60_000

interface Page {
  readonly process: SimProcess
  /** Main sees its channel close. */
  readonly closed: () => void
}

export interface HostParts {
  readonly name: string
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly machine: Machine
  readonly link: Link
  readonly provisioning: Provisioning
  readonly suite: Suite
  readonly oracle: Oracle
  /** Counts what programs say, by event. */
  readonly said: Record<string, number>
  readonly segmentBytes: number
  readonly withWorker: boolean
  readonly broken: Break | undefined
}

/** One terminal as a place: its machine, and whichever programs run on it at the moment. */
export interface Host {
  readonly name: string
  readonly machine: Machine
  readonly link: Link
  /** Undefined while it starts or lies dead. */
  readonly terminal: Terminal | undefined
  readonly workerDisk: WorkerDisk
  /** Programs that were started. */
  readonly boots: number
  /** Why the last start did not succeed. */
  readonly refusal: string | undefined
  boot(): void
  /** Ends the program, or takes the power away, now or before its n-th step from now; it comes back by itself. */
  crash(how: 'program' | 'power'): void
  crashBeforeStep(how: 'program' | 'power', step: number): void
  /** The page goes; `noticed`: main sees its channel close. */
  loseWorker(noticed: boolean): void
  startWorker(): void
  /** It knows its hub and has a catalogue. */
  isReady(): boolean
  /** What a maintainer does with what lies in quarantine and may go. */
  requeueQuarantined(may: (submissionId: string) => boolean): void
  /** Where the worker's queue does not say the same as the journal: for a while there may be some. */
  queueDifferences(): Promise<readonly string[]>
}

const REQUEUED_BY = 'maintainer'

export function createHost(parts: HostParts): Host {
  const { name, scheduler, random, machine, link, oracle } = parts
  const workerDisk = createWorkerDisk(random.fork('worker disk'), 0.2, 3)
  let boots = 0
  let main: SimProcess | undefined
  /** Normally one; two while an old page hangs beside its successor. */
  const pages: Page[] = []
  let pagesOpened = 0
  let terminal: Terminal | undefined
  let refusal: string | undefined
  const requeued = new Set<string>()

  function heard(event: string, detail: Readonly<Record<string, unknown>>): void {
    const inner = detail.journal ?? detail.hub ?? detail.drain
    const what = typeof inner === 'string' ? `${event} ${inner}` : event
    parts.said[what] = (parts.said[what] ?? 0) + 1
  }
  const log: Log = (event, detail = {}) => {
    heard(event, detail)
    scheduler.note(`${name} says ${event}`, JSON.stringify(detail))
  }

  function bootAgainLater(): void {
    scheduler.after(random.logarithmic(RESTART_MIN_MS, RESTART_MAX_MS), `${name} starts again`, host.boot)
  }

  function fallen(how: 'program' | 'power'): void {
    main?.kill()
    main = undefined
    terminal = undefined
    for (const page of pages.splice(0)) page.process.kill()
    requeued.clear()
    if (how === 'power') {
      machine.powerCut()
      // A browser's profile loses its newest writes too.
      if (random.chance(0.5)) void workerDisk.goBack(random.int(0, 3))
    } else machine.programDied()
    bootAgainLater()
  }

  const host: Host = {
    name,
    machine,
    link,
    workerDisk,
    get terminal() {
      return terminal
    },
    get boots() {
      return boots
    },
    get refusal() {
      return refusal
    },
    boot() {
      if (main !== undefined) return
      const process = startProcess(scheduler, `${name}.${++boots}`)
      main = process
      const began = bootTerminal({
        process,
        machine,
        provisioning: parts.provisioning,
        suite: parts.suite,
        fetch: link.fetchFor(process),
        random: random.fork(`main ${boots}`),
        segmentBytes: parts.segmentBytes,
        log,
        onEntry: (entry) => oracle.framed(name, entry),
        broken: parts.broken,
        onPoison: (submissionId) => void oracle.refusable.add(submissionId),
      })
      began.then(
        (result) => {
          if (!process.alive) return
          if (result.ok) {
            terminal = result.terminal
            refusal = undefined
            process.after(PAGE_MS, 'opens the page', host.startWorker)
            return
          }
          refusal = `${result.fault}: ${result.detail}`
          scheduler.note(`${name} does not start`, refusal)
          fallen('program')
        },
        (error: unknown) => {
          // As main does with what nobody expected: log it, end, be started again.
          refusal = error instanceof Error ? (error.stack ?? error.message) : String(error)
          scheduler.note(`${name} falls while it starts`, refusal)
          if (process.alive) fallen('program')
        },
      )
    },
    crash(how) {
      if (main === undefined) return
      scheduler.note(`${name} ${how === 'power' ? 'loses its power' : 'is killed'}`)
      fallen(how)
    },
    crashBeforeStep(how, step) {
      main?.killBeforeStep(step, () => fallen(how))
    },
    loseWorker(noticed) {
      for (const page of pages.splice(0)) {
        page.process.kill()
        if (noticed) page.closed()
      }
    },
    startWorker() {
      const mine = terminal
      if (mine === undefined || main === undefined || !parts.withWorker) return
      const process = startProcess(scheduler, `${name}.page${++pagesOpened}`)
      const channel = mine.openWorker()
      for (const old of pages.splice(0)) {
        pages.push(old)
        scheduler.after(random.logarithmic(1_000, OLD_PAGE_MS), `${old.process.name} goes`, old.process.kill)
      }
      pages.push({ process, closed: () => channel.closed() })
      const clock: Clock = {
        now: machine.clock.unixMs,
        monotonic: process.nowMs,
        after: (delayMs, task) => process.after(delayMs, 'timer', task),
      }
      void runWorker({
        process,
        workerId: parts.suite.randomUuid(),
        clock,
        random: random.fork(`page ${pagesOpened}`).next,
        log(event, facts = {}) {
          heard(`worker ${event}`, facts)
          scheduler.note(`${process.name} says ${event}`, JSON.stringify(facts))
        },
        disk: workerDisk,
        channel,
        mainLives: () => terminal === mine,
      })
    },
    isReady: () => terminal?.isReady() ?? false,
    requeueQuarantined(may) {
      const mine = terminal
      if (mine === undefined) return
      const { ledger } = mine
      const { items } = ledger.page({ state: 'quarantined', before: null, limit: ledger.quarantined })
      for (const { submissionId } of [...items].reverse()) {
        if (requeued.has(submissionId) || !may(submissionId)) continue
        requeued.add(submissionId)
        const at = new Date(machine.clock.unixMs()).toISOString()
        void mine.journal.append({ type: 'requeued', at, submissionId, by: REQUEUED_BY }).then(() => {
          requeued.delete(submissionId)
        })
      }
    },
    async queueDifferences() {
      if (terminal === undefined || !pages.some(({ process }) => process.alive)) return []
      return differencesBetween(terminal.ledger, workerDisk.content, oracle.flippedTerminals.has(name))
    },
  }
  return host
}

/** What the queue shows and what the ledger says, for each submission that is not purged. */
async function differencesBetween(ledger: Ledger, store: QueueStore, wasHit: boolean): Promise<readonly string[]> {
  const differences: string[] = []
  for (const item of ledger.items()) {
    if (item.purged) continue
    const [shown] = await store.get([item.submissionId])
    // A frame of it was hit on the disk after the ledger had it: whoever reads from there cannot know it. Main does.
    if (wasHit && (shown === undefined || item.state === 'received')) continue
    if (shown?.state !== item.state)
      differences.push(`${item.submissionId}: ${shown?.state ?? 'missing'}, not ${item.state}`)
  }
  return differences
}

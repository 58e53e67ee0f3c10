import type { Clock } from '../transport/clock.ts'
import { countPdfPages } from './pdf-pages.ts'
import type { JobState } from './protocol.ts'

/** The machine of the simulator: jobs, paper, sensors and pace, without a word of IPP. */

export interface SimulatedJob {
  readonly id: number
  readonly name: string
  readonly copies: number
  readonly sides: string
  state: JobState
  /** Sides of all copies; 0 until the document is there. */
  total: number
  /** Sides that came out. */
  impressions: number
  /** Seconds of up-time, as IPP tells them; undefined: never began. */
  processedAt: number | undefined
  document: Uint8Array | undefined
}

/** What lies in the output tray, by job. */
export interface PrintedDocument {
  readonly jobName: string
  readonly pdf: Uint8Array
  readonly copies: number
  readonly sides: string
  readonly impressions: number
  readonly complete: boolean
}

export interface Sensors {
  coverOpen: boolean
  jammed: boolean
  /** Sheets that are left; each side counts as one. */
  paperLeft: number
  nearEnd: boolean
  tonerLow: boolean
  tonerEmpty: boolean
  paused: boolean
  /** The machine stands still and says nothing about it. */
  hung: boolean
}

export interface MachineOptions {
  readonly clock: Clock
  /** 0: as fast as the event loop turns. */
  readonly msPerPage: number
  /** Jobs are called completed as soon as they were taken, and nothing is printed. */
  readonly lies: () => boolean
  readonly onActivity: () => void
}

export type SimulatedMachine = ReturnType<typeof createSimulatedMachine>

export function createSimulatedMachine({ clock, msPerPage, lies, onActivity }: MachineOptions) {
  const sensors: Sensors = {
    coverOpen: false,
    jammed: false,
    paperLeft: Number.POSITIVE_INFINITY,
    nearEnd: false,
    tonerLow: false,
    tonerEmpty: false,
    paused: false,
    hung: false,
  }
  const startedMs = clock.nowMs()
  let jobs: SimulatedJob[] = []
  const printed = new Map<SimulatedJob, PrintedDocument>()
  let nextId = 1
  let cancelPage: (() => void) | undefined

  const upTime = (): number => Math.floor((clock.nowMs() - startedMs) / 1000) + 1
  const active = (): SimulatedJob | undefined =>
    jobs.find(({ state }) => state === 'processing' || state === 'processing-stopped')
  const isBlocked = (): boolean => {
    const { coverOpen, jammed, paperLeft, tonerEmpty, paused } = sensors
    return coverOpen || jammed || paperLeft <= 0 || tonerEmpty || paused
  }

  /** Called after whatever happened: goes on with what can go on. */
  function advance(): void {
    let job = active()
    if (job === undefined && !isBlocked()) {
      job = jobs.find(({ state, document }) => state === 'pending' && document !== undefined)
      if (job !== undefined) {
        job.state = 'processing'
        job.processedAt = upTime()
      }
    }
    if (job !== undefined) {
      job.state = isBlocked() ? 'processing-stopped' : 'processing'
      if (isBlocked() || sensors.hung) stopPage()
      else cancelPage ??= clock.after(msPerPage, turnPage)
    }
    onActivity()
  }

  function stopPage(): void {
    cancelPage?.()
    cancelPage = undefined
  }

  function turnPage(): void {
    cancelPage = undefined
    const job = active()
    if (job !== undefined && !isBlocked() && !sensors.hung) {
      job.impressions += 1
      sensors.paperLeft -= 1
      if (job.impressions >= job.total) job.state = 'completed'
      layDown(job)
    }
    advance()
  }

  function layDown(job: SimulatedJob): void {
    const { name, copies, sides, impressions, total, document } = job
    if (document === undefined) return
    printed.set(job, { jobName: name, pdf: document, copies, sides, impressions, complete: impressions >= total })
  }

  return {
    sensors,
    jobs: (): readonly SimulatedJob[] => jobs,
    printed: (): readonly PrintedDocument[] => [...printed.values()],
    upTime,
    isBlocked,
    active,
    set(change: Partial<Sensors>): void {
      Object.assign(sensors, change)
      advance()
    },
    create(ticket: { readonly name: string; readonly copies: number; readonly sides: string }): SimulatedJob {
      const job: SimulatedJob = {
        ...ticket,
        id: nextId,
        state: 'pending',
        total: 0,
        impressions: 0,
        processedAt: undefined,
        document: undefined,
      }
      nextId += 1
      jobs.push(job)
      onActivity()
      return job
    },
    takeDocument(job: SimulatedJob, document: Uint8Array): void {
      job.document = document
      job.total = countPdfPages(document) * job.copies
      if (lies()) {
        job.state = 'completed'
        job.processedAt = upTime()
      }
      advance()
    },
    cancel(job: SimulatedJob): void {
      if (job === active()) stopPage()
      job.state = 'canceled'
      advance()
    },
    abort(job: SimulatedJob): void {
      if (job === active()) stopPage()
      job.state = 'aborted'
      advance()
    },
    /** Forgets its jobs as if they had never been; what is in the tray stays there. */
    forgetJobs(): void {
      stopPage()
      jobs = []
      onActivity()
    },
    /** As a power cut: its jobs are lost, and the next one is number 1. */
    reboot(): void {
      stopPage()
      jobs = []
      nextId = 1
      onActivity()
    },
    /** No more pages, for good. */
    stop(): void {
      stopPage()
      jobs = []
    },
  }
}

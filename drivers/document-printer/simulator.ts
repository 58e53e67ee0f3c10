import { type Clock, realClock } from '../transport/clock.ts'
import { A4, OPERATION, type OperationName, PDF_FORMAT } from './protocol.ts'
import { createSimulatedAnswerer } from './simulated-answers.ts'
import type { SimulatedModel, SimulatedMoods } from './simulated-attributes.ts'
import { createSimulatedMachine, type PrintedDocument, type Sensors } from './simulated-printer.ts'

import { createSimulatedWire, type Garbage } from './simulated-wire.ts'

export type { PrintedDocument } from './simulated-printer.ts'
export type { Garbage } from './simulated-wire.ts'

export interface DocumentPrinterSimulatorOptions extends Partial<Omit<SimulatedModel, 'uri'>> {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  readonly clock?: Clock
  /** Default 20 ms; a real one takes 1.5 to 3 s. 0: at once. */
  readonly msPerPage?: number
  /** Default: a printer at /ipp/print. With a name: a queue of CUPS at /printers/NAME. */
  readonly queueName?: string
  /** As a queue: its device-uri. */
  readonly deviceUri?: string
}

export interface DocumentPrinterSimulator {
  /** ipp://host:port/ipp/print, or cups://host:port/printers/NAME. */
  readonly url: string
  /** The paper ends now, or after so many more sides. */
  paperOut(afterPages?: number): void
  loadPaper(): void
  paperNearEnd(on?: boolean): void
  openCover(): void
  closeCover(): void
  jam(): void
  clearJam(): void
  tonerLow(on?: boolean): void
  tonerEmpty(on?: boolean): void
  /** Somebody presses pause at the panel. */
  pause(on?: boolean): void
  /** Stands still without saying so. */
  hang(on?: boolean): void
  /** All jobs are forgotten, the one under way too. */
  jobVanishes(): void
  /** The job under way ends as aborted, or as cancelled at the panel. */
  abortJob(how?: 'aborted' | 'canceled'): void
  /** Says 0 pages of every job from now on. */
  forgetCounts(): void
  /** Says "completed" of every job as soon as it has it, "idle" and "none" of itself, and prints nothing. */
  lieCompleted(on?: boolean): void
  /** These keywords too in printer-state-reasons, whatever the sensors say; none to end it. */
  sayReasons(...keywords: string[]): void
  /** The queue gets another device. */
  moveDevice(deviceUri: string): void
  /** Jobs are refused with this IPP status. */
  refuseJobs(status?: number): void
  busy(on?: boolean): void
  stopAccepting(on?: boolean): void
  /** The network cable: connections drop, new ones are refused, what is being printed goes on. */
  pullPlug(): Promise<void>
  /** The power cable: as pullPlug, and every job is lost; the next one is number 1 again. */
  cutPower(): Promise<void>
  plug(): Promise<void>
  /** The connection breaks as soon as so many bytes of a request's body have come. */
  pullPlugAfterBytes(bytes: number): void
  /** The next request of this kind is carried out, and its answer lost with the connection. */
  loseAnswerTo(operation: OperationName): void
  /** The next request of this kind is lost with its connection. */
  dropRequest(operation: OperationName): void
  /** Connections are taken, requests read, nothing is answered. */
  silence(on?: boolean): void
  garbage(kind?: Garbage): void
  /** Answers never end. */
  overLong(on?: boolean): void
  /** Every answer comes so much later. */
  slow(delayMs: number): void
  /** Every request gets this HTTP status. */
  httpStatus(status?: number): void
  sensors(): Readonly<Sensors>
  /** What came out, by job, oldest first. */
  printed(): readonly PrintedDocument[]
  /** Requests so far, by operation. */
  requests(): Readonly<Record<OperationName, number>>
  /** State of each job that it remembers. */
  jobStates(): readonly string[]
  /** Resolves when the condition holds; looked at after each thing that happens. */
  until(condition: () => boolean): Promise<void>
  close(): Promise<void>
}

export async function openDocumentPrinterSimulator(
  options: DocumentPrinterSimulatorOptions = {},
): Promise<DocumentPrinterSimulator> {
  const host = options.host ?? '127.0.0.1'
  const path = options.queueName === undefined ? '/ipp/print' : `/printers/${options.queueName}`
  const clock = options.clock ?? realClock
  const waiters = new Set<() => void>()
  const counts: Record<OperationName, number> = {
    printJob: 0,
    validateJob: 0,
    createJob: 0,
    sendDocument: 0,
    cancelJob: 0,
    getJobAttributes: 0,
    getJobs: 0,
    getPrinterAttributes: 0,
  }
  const moods: SimulatedMoods = {
    refuseJobs: undefined,
    busy: false,
    notAccepting: false,
    saysNone: false,
    moreReasons: [],
    deviceUri: options.deviceUri,
    forgetsCounts: false,
  }
  let lies = false

  const onActivity = (): void => {
    for (const waiter of [...waiters]) waiter()
  }
  const machine = createSimulatedMachine({
    clock,
    msPerPage: options.msPerPage ?? 20,
    lies: () => lies,
    onActivity,
  })
  const model: SimulatedModel = {
    uri: () => `ipp://${host}:${wire.port()}${path}`,
    formats: options.formats ?? ['application/octet-stream', PDF_FORMAT, 'image/pwg-raster', 'image/urf'],
    sides: options.sides ?? ['one-sided', 'two-sided-long-edge', 'two-sided-short-edge'],
    media: options.media ?? [A4, 'na_letter_8.5x11in'],
    maxCopies: options.maxCopies ?? 99,
    knowsCreateJob: options.knowsCreateJob ?? true,
    keepsHistory: options.keepsHistory ?? true,
    countsImpressions: options.countsImpressions ?? true,
    suffix: options.suffix ?? '-error',
    stopsForTroubles: options.stopsForTroubles ?? true,
    errorPolicy: options.errorPolicy,
    oneJobAtATime: options.oneJobAtATime ?? true,
  }
  const answer = createSimulatedAnswerer(model, moods, machine)

  const wire = createSimulatedWire({
    host,
    port: options.port ?? 0,
    path,
    clock,
    answer,
    onRequest(operation) {
      const name = nameOf(operation)
      if (name !== undefined) counts[name] += 1
      onActivity()
    },
  })
  await wire.listen()

  return {
    url: options.queueName === undefined ? model.uri() : `cups://${host}:${wire.port()}${path}`,
    paperOut: (afterPages = 0) => machine.set({ paperLeft: afterPages }),
    loadPaper: () => machine.set({ paperLeft: Number.POSITIVE_INFINITY, nearEnd: false }),
    paperNearEnd: (on = true) => machine.set({ nearEnd: on }),
    openCover: () => machine.set({ coverOpen: true }),
    closeCover: () => machine.set({ coverOpen: false }),
    jam: () => machine.set({ jammed: true }),
    clearJam: () => machine.set({ jammed: false }),
    tonerLow: (on = true) => machine.set({ tonerLow: on }),
    tonerEmpty: (on = true) => machine.set({ tonerEmpty: on }),
    pause: (on = true) => machine.set({ paused: on }),
    hang: (on = true) => machine.set({ hung: on }),
    jobVanishes: () => machine.forgetJobs(),
    abortJob(how = 'aborted') {
      const job = machine.active()
      if (job === undefined) throw new Error('no job is under way')
      if (how === 'aborted') machine.abort(job)
      else machine.cancel(job)
    },
    forgetCounts() {
      moods.forgetsCounts = true
    },
    lieCompleted(on = true) {
      lies = on
      moods.saysNone = on
    },
    sayReasons(...keywords) {
      moods.moreReasons = keywords
    },
    moveDevice(deviceUri) {
      moods.deviceUri = deviceUri
    },
    refuseJobs(status) {
      moods.refuseJobs = status
    },
    busy(on = true) {
      moods.busy = on
    },
    stopAccepting(on = true) {
      moods.notAccepting = on
    },
    pullPlug: wire.hangUp,
    async cutPower() {
      machine.reboot()
      await wire.hangUp()
    },
    plug: wire.listen,
    pullPlugAfterBytes(bytes) {
      wire.faults.breakAfterBytes = bytes
    },
    loseAnswerTo(operation) {
      wire.faults.loseAnswerTo = OPERATION[operation]
    },
    dropRequest(operation) {
      wire.faults.dropRequest = OPERATION[operation]
    },
    silence(on = true) {
      wire.faults.silent = on
    },
    garbage(kind) {
      wire.faults.garbage = kind
    },
    overLong(on = true) {
      wire.faults.endless = on
    },
    slow(delayMs) {
      wire.faults.delayMs = delayMs
    },
    httpStatus(status) {
      wire.faults.httpStatus = status
    },
    sensors: () => machine.sensors,
    printed: () => machine.printed(),
    requests: () => counts,
    jobStates: () => machine.jobs().map(({ state }) => state),
    until(condition) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return
          waiters.delete(look)
          resolve()
        }
        waiters.add(look)
        look()
      })
    },
    async close() {
      machine.stop()
      await wire.hangUp()
    },
  }
}

const NAMES = new Map(
  Object.entries(OPERATION).map(([name, code]): [number, OperationName] => [code, name as OperationName]),
)

function nameOf(operation: number): OperationName | undefined {
  return NAMES.get(operation)
}

import { expect } from 'vitest'
import type { DocumentScannerLogEntry } from '../backend.ts'
import { createDocumentScanner, type DocumentScanner, type DocumentScannerOptions, type ScanRun } from '../driver.ts'
import { openDocumentScannerSimulator } from '../simulator.ts'
import type { DocumentScannerSimulator, DocumentScannerSimulatorOptions } from '../simulator-types.ts'
import {
  type DocumentScannerEvent,
  DocumentScannerEventSchema,
  type DocumentScannerState,
  documentScannerCondition,
  type ScanOptions,
  type ScanPage,
  ScanPageSchema,
  type ScanResult,
  ScanResultSchema,
} from '../states.ts'
import type { DocumentScannerTiming } from '../timing.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

/** A driver with everything it says kept and checked, on a clock that the test moves; and the simulator at its other end. */

/** Every kind of wait has a length of its own, so that a test can name it. */
export const WAITS: DocumentScannerTiming = {
  idlePollMs: 2_001,
  freshMs: 2_503,
  sanePollMs: 30_003,
  answerTimeoutMs: 5_009,
  saneAnswerTimeoutMs: 20_011,
  backOffFirstMs: 257,
  backOffCapMs: 257,
  pageTimeoutMs: 60_013,
  pageStallMs: 15_017,
  jobTimeoutMs: 600_019,
  warmUpTimeoutMs: 60_029,
  retryMs: 1_031,
  retryCapMs: 10_039,
  deleteTimeoutMs: 3_041,
  saneExitMs: 1_543,
}

export const FLATBED: ScanOptions = { source: 'flatbed', mode: 'grey', dpi: 200, format: 'image/jpeg' }
export const FEEDER: ScanOptions = { ...FLATBED, source: 'feeder' }

export interface Watched {
  readonly scanner: DocumentScanner
  readonly clock: ManualClock
  readonly events: readonly DocumentScannerEvent[]
  readonly log: readonly DocumentScannerLogEntry[]
  readonly pages: readonly ScanPage[]
  /** Resolves when the driver's state fits; at once when it does already. */
  untilState(expected: Partial<DocumentScannerState>): Promise<void>
  /** Lets the next look come, whether it is an idle one or a new try to connect. */
  nextLook(): Promise<void>
  /** Scans; pages are kept. */
  scan(options?: ScanOptions, run?: ScanRun): Promise<ScanResult>
  /** The condition of the state as it is. */
  condition(): string
  /** Whether this was logged, and forgets what was logged so far. */
  logged(event: string): boolean
}

export function watchScanner(url: string, options: Partial<DocumentScannerOptions> = {}): Watched {
  const clock = createManualClock()
  const events: DocumentScannerEvent[] = []
  let log: DocumentScannerLogEntry[] = []
  const pages: ScanPage[] = []
  const watchers = new Set<() => void>()
  const scanner = createDocumentScanner({
    url,
    clock,
    timing: WAITS,
    onEvent(event) {
      // Whatever the test is about: what is told fits its schema and survives the way between processes.
      events.push(DocumentScannerEventSchema.parse(structuredClone(event)))
      for (const watcher of [...watchers]) watcher()
    },
    log: (entry) => void log.push(entry),
    ...options,
  })
  return {
    scanner,
    clock,
    events,
    get log() {
      return log
    },
    pages,
    untilState(expected) {
      return new Promise((resolve) => {
        const look = (): void => {
          const state: Readonly<Record<string, unknown>> = scanner.state()
          if (Object.entries(expected).some(([key, value]) => state[key] !== value)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
    async nextLook() {
      await clock.fire(WAITS.idlePollMs, WAITS.backOffFirstMs, WAITS.sanePollMs)
    },
    async scan(scanOptions = FLATBED, run = {}) {
      const result = await scanner.scan(scanOptions, {
        ...run,
        onPage(page) {
          pages.push(ScanPageSchema.parse(structuredClone(page)))
          run.onPage?.(page)
        },
      })
      return ScanResultSchema.parse(structuredClone(result))
    },
    condition: () => documentScannerCondition(scanner.state()).condition,
    logged(event) {
      const found = log.some((entry) => entry.event === event)
      log = []
      return found
    },
  }
}

export interface Bench extends Watched {
  readonly simulator: DocumentScannerSimulator
  close(): Promise<void>
}

export async function openBench(
  simulatorOptions: DocumentScannerSimulatorOptions = {},
  driverOptions: Partial<DocumentScannerOptions> = {},
): Promise<Bench> {
  const simulator = await openDocumentScannerSimulator(simulatorOptions)
  const watched = watchScanner(simulator.url, driverOptions)
  return {
    ...watched,
    get log() {
      return watched.log
    },
    simulator,
    async close() {
      // Pulls the plug first: whatever the driver still waits for ends at once.
      await simulator.close()
      await watched.scanner.stop()
    },
  }
}

/** Started and ready. */
export async function openReadyBench(...args: Parameters<typeof openBench>): Promise<Bench> {
  const bench = await openBench(...args)
  bench.scanner.start()
  await bench.untilState({ state: 'ready' })
  return bench
}

/** It works: ready, and a page comes through, and nothing is left at the device. */
export async function expectWorking(bench: Bench, options: ScanOptions = FLATBED): Promise<void> {
  await bench.untilState({ state: 'ready' })
  expect(await bench.scan(options)).toMatchObject({ ok: true })
  expect(bench.scanner.state().state).toBe('ready')
  expect(bench.condition()).toBe('ready')
  expect(bench.simulator.jobsLeft()).toBe(0)
}

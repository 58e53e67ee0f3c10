import { expect, onTestFinished } from 'vitest'
import type { ConditionName, Severity } from '../../condition/states.ts'
import { realClock } from '../../transport/clock.ts'
import { createDocumentPrinter, type DocumentPrinterOptions } from '../driver.ts'
import type { DocumentPrinterLogEntry } from '../log.ts'
import type { PrintOptions } from '../print-options.ts'
import { samplePdf } from '../sample-pdf.ts'
import { type DocumentPrinterSimulatorOptions, openDocumentPrinterSimulator } from '../simulator.ts'
import {
  type DocumentPrinterEvent,
  DocumentPrinterEventSchema,
  type DocumentPrinterState,
  documentPrinterCondition,
  PrintResultSchema,
} from '../states.ts'
import type { DocumentPrinterTiming } from '../timing.ts'

/** Waits that a test does not want to sit through. Time-outs for answers stay long: a busy machine must not look like a fault. */
export const QUICK: Partial<DocumentPrinterTiming> = {
  answerTimeoutMs: 10_000,
  documentTimeoutMs: 10_000,
  idlePollMs: 10,
  backOffFirstMs: 5,
  backOffCapMs: 20,
  followFirstMs: 2,
  followCapMs: 10,
  lookEveryMs: 5,
  troubleGraceMs: 40,
  lostGraceMs: 60,
  cancelSettleMs: 5000,
  busyTimeoutMs: 10_000,
  busyRetryMs: 5,
}

/** For printers that are meant not to answer. */
export const IMPATIENT: Partial<DocumentPrinterTiming> = { ...QUICK, answerTimeoutMs: 300, documentTimeoutMs: 300 }

export type Printing = Omit<PrintOptions, 'jobId' | 'pdf'> & { readonly pdf?: Uint8Array }

/** A driver on a URL, with what it told. Stopped at the end of the test. */
export function openBench(url: string, driver: Partial<DocumentPrinterOptions> = {}) {
  const events: DocumentPrinterEvent[] = []
  const logged: DocumentPrinterLogEntry[] = []
  const watchers = new Set<() => void>()
  const wake = (): void => {
    for (const watcher of [...watchers]) watcher()
  }
  const printer = createDocumentPrinter({
    url,
    clock: realClock,
    onEvent(event) {
      // As the host's channel does it: what cannot be cloned would be lost.
      events.push(DocumentPrinterEventSchema.parse(structuredClone(event)))
      wake()
    },
    log(entry) {
      logged.push(entry)
      wake()
    },
    timing: QUICK,
    ...driver,
  })
  onTestFinished(() => printer.stop())
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (!condition()) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      watch()
    })
  return {
    printer,
    events,
    logged,
    until,
    untilState: (name: DocumentPrinterState['state']) => until(() => printer.state().state === name),
    untilLog: (event: string) => until(() => logged.some((entry) => entry.event === event)),
    async print(jobId: string, options: Printing = {}) {
      return PrintResultSchema.parse(structuredClone(await printer.print({ jobId, pdf: samplePdf(1), ...options })))
    },
    /** The state, the condition that it maps to, and that both were logged. */
    expectTold(state: DocumentPrinterState, condition: ConditionName, severity: Severity): void {
      expect(printer.state()).toEqual(state)
      expect(documentPrinterCondition(state)).toMatchObject({ condition, severity })
      expect(logged).toContainEqual(
        expect.objectContaining({ event: 'document-printer.state', state: state.state, condition, severity }),
      )
    },
  }
}

export async function setUp(
  simulated: DocumentPrinterSimulatorOptions = {},
  driver: Partial<DocumentPrinterOptions> = {},
) {
  const simulator = await openDocumentPrinterSimulator({ msPerPage: 1, ...simulated })
  onTestFinished(() => simulator.close())
  return { simulator, ...openBench(simulator.url, driver) }
}

export type Bench = Awaited<ReturnType<typeof setUp>>

/** Started, and ready. */
export async function ready(...args: Parameters<typeof setUp>): Promise<Bench> {
  const bench = await setUp(...args)
  bench.printer.start()
  await bench.untilState('ready')
  return bench
}

/** It is back: ready without a word, and the next document comes out whole, once. */
export async function expectRecovered(bench: Bench): Promise<void> {
  await bench.until(() => JSON.stringify(bench.printer.state()) === '{"state":"ready","warnings":[]}')
  const before = bench.simulator.printed().length
  expect(await bench.print(`after-${before}`)).toMatchObject({ ok: true, paper: 'all' })
  const printed = bench.simulator.printed().slice(before)
  expect(printed).toMatchObject([{ jobName: `bianmin-after-${before}`, impressions: 1, complete: true }])
}

/** A job of three pages that stands still after its first one when this resolves; `done` is its result. */
export async function printingThree(bench: Bench, jobId = 'three') {
  const done = bench.print(jobId, { pdf: samplePdf(3), pages: 3 })
  await bench.simulator.until(() => bench.simulator.printed().some(({ impressions }) => impressions >= 1))
  bench.simulator.hang()
  expect(bench.simulator.printed()).toMatchObject([{ impressions: 1 }])
  return { done }
}

/** What had come out of that job is all that ever did. */
export function expectOnePageOfThree(bench: Bench, jobId = 'three'): void {
  expect(bench.simulator.printed()[0]).toMatchObject({ jobName: `bianmin-${jobId}`, impressions: 1, complete: false })
}

import { expect } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { type Cell, describeHazard } from '../../testing/fault-matrix.ts'
import { realClock } from '../../transport/clock.ts'
import { openLink } from '../../transport/open-link.ts'
import type { ReceiptDocument } from '../document.ts'
import { createReceiptPrinter, type ReceiptPrinterLogEntry } from '../driver.ts'
import { createReceiptPrinterSimulator, type ReceiptPrinterSimulator } from '../simulator.ts'
import {
  type PrintResult,
  PrintResultSchema,
  type ReceiptPrinterState,
  ReceiptPrinterStateSchema,
  receiptPrinterCondition,
} from '../states.ts'

/** One thing that happens to a receipt printer, and what must come of it wherever it strikes. */
export interface ReceiptHazard {
  readonly name: string
  strike(simulator: ReceiptPrinterSimulator): Promise<void> | void
  mend(simulator: ReceiptPrinterSimulator): Promise<void> | void
  /** As the driver must tell it. */
  readonly state: ReceiptPrinterState['state']
  readonly condition: ConditionName
  /** What a job that is under way ends with; 'printed' when the fault does not stop it, 'waits' when it stands still until it is mended. */
  readonly midJob: { readonly fault: string; readonly paper: string } | 'printed' | 'waits'
  /** Shows only when the next receipt gets there: a knife that is blocked is found out by cutting. */
  readonly isLatent?: boolean
}

/** Looks often and gives up soon, so that nobody waits for the next look. No test asserts a duration. */
const QUICK = {
  idlePollMs: 20,
  printPollMs: 5,
  quietMs: 30,
  backOffFirstMs: 10,
  backOffCapMs: 40,
  answerTimeoutMs: 400,
  printAnswerTimeoutMs: 400,
  stallTimeoutMs: 400,
}
const RECEIPT: ReceiptDocument = {
  blocks: [
    { type: 'title', text: '收件回执' },
    ...Array.from({ length: 12 }, () => ({ type: 'row' as const, label: '事项', value: '失业登记' })),
    { type: 'cut' },
  ],
}

async function open(simulator: ReceiptPrinterSimulator, url: string) {
  const logged: ReceiptPrinterLogEntry[] = []
  const watchers = new Set<() => void>()
  const printer = createReceiptPrinter({
    url,
    openLink,
    clock: realClock,
    timing: QUICK,
    onEvent: () => watchers.forEach((look) => void look()),
    log: (entry) => void logged.push(entry),
  })
  return {
    simulator,
    printer,
    logged,
    print: async (jobId: string): Promise<PrintResult> =>
      PrintResultSchema.parse(await printer.print(RECEIPT, { jobId })),
    until: (holds: (state: ReceiptPrinterState) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds(printer.state())) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
  }
}
type Desk = Awaited<ReturnType<typeof open>>

export function describeReceiptHazard(hazard: ReceiptHazard): void {
  const { state, condition } = hazard
  const isStruck = (now: ReceiptPrinterState) =>
    now.state === state && (state !== 'ready' || receiptPrinterCondition(now).condition === condition)
  /** A receipt that was not cut is a paper too, once the next one begins with a cut. */
  const papersAfter = (printed: number) => printed + (hazard.isLatent ? 1 : 0)
  const midJobFailure = typeof hazard.midJob === 'string' ? {} : hazard.midJob
  const isWell = (now: ReceiptPrinterState) => now.state === 'ready' && !now.paperNearEnd

  function cell(run: (desk: Desk) => Promise<void>, speedMmPerS = 0): Cell {
    return async () => {
      const simulator = createReceiptPrinterSimulator({ speedMmPerS })
      const desk = await open(simulator, await simulator.start())
      try {
        await run(desk)
      } finally {
        await desk.printer.stop()
        await simulator.stop()
      }
    }
  }
  async function ready(desk: Desk): Promise<void> {
    desk.printer.start()
    await desk.until(isWell)
  }
  /** The state is told, in the common words too and in the log; and all of it goes when the cause goes. */
  async function toldAndMended(desk: Desk): Promise<void> {
    if (hazard.isLatent) {
      await desk.until(isWell)
      expect(await desk.print('finds it out')).toMatchObject({ ok: false, ...midJobFailure })
    }
    await mended(desk)
  }
  async function mended(desk: Desk): Promise<void> {
    await desk.until(isStruck)
    const now = ReceiptPrinterStateSchema.parse(desk.printer.state())
    expect(receiptPrinterCondition(now).condition).toBe(condition)
    expect(desk.logged).toContainEqual({ event: 'receipt-printer.state', ...now })
    await hazard.mend(desk.simulator)
    await desk.until(isWell)
    expect(await desk.print('afterwards')).toMatchObject({ ok: true })
  }

  describeHazard('receipt-printer', hazard.name, {
    'start-up': cell(async (desk) => {
      await hazard.strike(desk.simulator)
      desk.printer.start()
      await toldAndMended(desk)
      expect(desk.simulator.papers().length).toBe(papersAfter(1))
    }),
    idle: cell(async (desk) => {
      await ready(desk)
      await hazard.strike(desk.simulator)
      await toldAndMended(desk)
      expect(desk.simulator.papers().length).toBe(papersAfter(1))
    }),
    'mid-job': cell(async (desk) => {
      await ready(desk)
      const printing = desk.print('under way')
      await desk.simulator.until(() => desk.simulator.counters().linesPrinted > 0)
      await hazard.strike(desk.simulator)
      if (hazard.midJob === 'waits') {
        // It stands still, and the driver looks on.
        const { realTimeRequests } = desk.simulator.counters()
        await desk.simulator.until(() => desk.simulator.counters().realTimeRequests > realTimeRequests + 40)
        expect(desk.simulator.papers()).toEqual([])
        await hazard.mend(desk.simulator)
      }
      const isPrinted = typeof hazard.midJob === 'string'
      expect(await printing).toMatchObject(isPrinted ? { ok: true } : { ok: false, ...hazard.midJob })
      if (hazard.midJob === 'waits') await desk.until(isWell)
      else if (hazard.isLatent) await mended(desk)
      else await toldAndMended(desk)
    }, 250),
    'after-job': cell(async (desk) => {
      await ready(desk)
      expect(await desk.print('before')).toMatchObject({ ok: true })
      await hazard.strike(desk.simulator)
      await toldAndMended(desk)
      expect(desk.simulator.papers().length).toBe(papersAfter(2))
    }),
    reconnect: cell(async (desk) => {
      await ready(desk)
      await desk.simulator.unplug()
      await desk.until((now) => now.state === 'unplugged')
      await hazard.strike(desk.simulator)
      if (state !== 'unplugged') await desk.simulator.plug()
      await toldAndMended(desk)
      expect(desk.simulator.papers().length).toBe(papersAfter(1))
    }),
  })
}

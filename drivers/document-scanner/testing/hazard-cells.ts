import { expect } from 'vitest'
import type { Cell, Strike } from '../../testing/fault-matrix.ts'
import type { DocumentScannerOptions } from '../driver.ts'
import type { DocumentScannerSimulatorOptions } from '../simulator-types.ts'
import type { DocumentScannerState, ScanFault, ScanResult } from '../states.ts'
import { type Bench, expectWorking, FEEDER, openBench } from './scanner-bench.ts'

/** The five cells of a hazard that shows in the state of an eSCL device; a hazard says what it does and what comes of it. */
export interface Hazard {
  strike(bench: Bench): void | Promise<void>
  mend(bench: Bench): void | Promise<void>
  /** The waits that end before the driver has seen it, at each look. */
  pass?(bench: Bench): Promise<void>
  readonly state: Partial<DocumentScannerState>
  readonly condition: string
  /** The log's event of a look that meets it. */
  readonly event: string
  /** In the middle of a stack, behind its first page. */
  readonly midJob: {
    strike?(bench: Bench): void | Promise<void>
    pass?(bench: Bench): Promise<void>
    readonly fault: ScanFault
    /** Where it differs from the one above. */
    readonly state?: Partial<DocumentScannerState>
    readonly condition?: string
  }
  readonly simulator?: DocumentScannerSimulatorOptions
  readonly driver?: Partial<DocumentScannerOptions>
}

export function hazardCells(hazard: Hazard): Record<Strike, Cell> {
  const pass = async (bench: Bench): Promise<void> => hazard.pass?.(bench)

  async function withBench(run: (bench: Bench) => Promise<void>): Promise<void> {
    const bench = await openBench({ sheets: 2, ...hazard.simulator }, hazard.driver)
    try {
      await run(bench)
    } finally {
      await bench.close()
    }
  }

  /** The driver has looked while it was struck: what it shows, and that it works again once mended. */
  async function expectShownAndMended(bench: Bench): Promise<void> {
    await bench.untilState(hazard.state)
    expect(bench.condition()).toBe(hazard.condition)
    expect(bench.logged(hazard.event)).toBe(true)
    await hazard.mend(bench)
    bench.simulator.loadFeeder(2)
    await bench.nextLook()
    await bench.untilState({ state: 'ready', feeder: 'loaded' })
    await expectWorking(bench, FEEDER)
  }

  return {
    'start-up': () =>
      withBench(async (bench) => {
        await hazard.strike(bench)
        bench.scanner.start()
        await pass(bench)
        await expectShownAndMended(bench)
      }),
    idle: () =>
      withBench(async (bench) => {
        bench.scanner.start()
        await bench.untilState({ state: 'ready' })
        await hazard.strike(bench)
        await bench.nextLook()
        await pass(bench)
        await expectShownAndMended(bench)
      }),
    'mid-job': () =>
      withBench(async (bench) => {
        bench.scanner.start()
        await bench.untilState({ state: 'ready' })
        const { fault, condition = hazard.condition, state = hazard.state } = hazard.midJob
        const scanning: { result?: Promise<ScanResult> } = {}
        await new Promise<void>((resolve) => {
          scanning.result = bench.scan(FEEDER, {
            onPage({ page }) {
              if (page > 1) return
              // It strikes before the next page is asked for.
              void Promise.resolve((hazard.midJob.strike ?? hazard.strike)(bench)).then(resolve)
            },
          })
        })
        await hazard.midJob.pass?.(bench)
        const result = await scanning.result
        expect(result).toMatchObject({ ok: false, fault, pages: 1, state })
        expect(bench.condition()).toBe(condition)
        expect(bench.log).toContainEqual(expect.objectContaining({ event: 'document-scanner.scan-failed', fault }))
        await hazard.mend(bench)
        bench.simulator.loadFeeder(2)
        await bench.nextLook()
        await bench.untilState({ state: 'ready', feeder: 'loaded' })
        await expectWorking(bench, FEEDER)
      }),
    'after-job': () =>
      withBench(async (bench) => {
        bench.scanner.start()
        await bench.untilState({ state: 'ready' })
        await expectWorking(bench)
        await hazard.strike(bench)
        await bench.nextLook()
        await pass(bench)
        await expectShownAndMended(bench)
      }),
    reconnect: () =>
      withBench(async (bench) => {
        bench.scanner.start()
        await bench.untilState({ state: 'ready' })
        await bench.simulator.pullPlug()
        await bench.nextLook()
        await bench.untilState({ state: 'unplugged' })
        await hazard.strike(bench)
        await bench.simulator.plugIn()
        bench.logged('')
        await bench.nextLook()
        await pass(bench)
        await expectShownAndMended(bench)
      }),
  }
}

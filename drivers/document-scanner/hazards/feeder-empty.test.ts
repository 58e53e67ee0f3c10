import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { type Bench, expectWorking, FEEDER, openBench, openReadyBench } from '../testing/scanner-bench.ts'

/** An empty feeder is no fault of the device: it waits, and only a scan from it finds it out. */
async function expectEmptyThenLoaded(bench: Bench): Promise<void> {
  await bench.untilState({ state: 'ready', feeder: 'empty' })
  expect(bench.condition()).toBe('ready')
  expect(await bench.scan(FEEDER)).toMatchObject({
    ok: false,
    fault: 'feeder-empty',
    pages: 0,
    state: { state: 'ready', feeder: 'empty' },
  })
  expect(bench.logged('document-scanner.scan-failed')).toBe(true)
  expect(bench.simulator.jobsLeft()).toBe(0)
  bench.simulator.loadFeeder(1)
  await bench.nextLook()
  await bench.untilState({ state: 'ready', feeder: 'loaded' })
  await expectWorking(bench, FEEDER)
}

async function closing(bench: Bench, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } finally {
    await bench.close()
  }
}

describeHazard('document-scanner', 'feeder-empty', {
  async 'start-up'() {
    const bench = await openBench()
    await closing(bench, async () => {
      bench.scanner.start()
      await expectEmptyThenLoaded(bench)
    })
  },
  async idle() {
    const bench = await openReadyBench({ sheets: 1 })
    await closing(bench, async () => {
      bench.simulator.loadFeeder(0)
      await bench.nextLook()
      await expectEmptyThenLoaded(bench)
    })
  },
  /** Taken out between "there is paper" and the first pull; behind a page it is simply the stack's end. */
  async 'mid-job'() {
    const bench = await openReadyBench({ sheets: 1, retryAfterS: 2, pageMs: 1_000_000 })
    await closing(bench, async () => {
      const scanning = bench.scan(FEEDER)
      const takenOut = bench.simulator.until(() => bench.simulator.requests().some(({ status }) => status === 503))
      await takenOut
      bench.simulator.loadFeeder(0)
      await bench.clock.fire(2_000)
      expect(await scanning).toMatchObject({ ok: false, fault: 'feeder-empty', pages: 0 })
      expect(bench.condition()).toBe('ready')
      expect(bench.simulator.jobsLeft()).toBe(0)
    })
    const again = await openReadyBench({ sheets: 2 })
    await closing(again, async () => {
      expect(await again.scan(FEEDER)).toMatchObject({ ok: true, pages: 2 })
      await expectEmptyThenLoaded(again)
    })
  },
  async 'after-job'() {
    const bench = await openReadyBench({ sheets: 2 })
    await closing(bench, async () => {
      expect(await bench.scan(FEEDER)).toMatchObject({ ok: true, pages: 2 })
      await expectEmptyThenLoaded(bench)
    })
  },
  async reconnect() {
    const bench = await openReadyBench({ sheets: 2 })
    await closing(bench, async () => {
      await bench.simulator.pullPlug()
      await bench.nextLook()
      await bench.untilState({ state: 'unplugged' })
      bench.simulator.loadFeeder(0)
      await bench.simulator.plugIn()
      await bench.nextLook()
      await expectEmptyThenLoaded(bench)
    })
  },
})

import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { type FakeMode, type FakeScanimage, openFakeScanimage } from '../testing/fake-scanimage.ts'
import { expectWorking, FLATBED, openReadyBench, WAITS, type Watched, watchScanner } from '../testing/scanner-bench.ts'

/** A command that never returns: scanimage does that (devices.md 6.1), and eSCL devices stop in the middle of a page. */

/** Other processes are looked at until they are where they must be. */
const PATIENT = { timeout: 15_000, interval: 5 }
const PNG_PAGE = { ...FLATBED, format: 'image/png' } as const

async function withFake(mode: FakeMode, run: (watched: Watched, fake: FakeScanimage) => Promise<void>): Promise<void> {
  const fake = await openFakeScanimage(mode)
  const watched = watchScanner('sane:fake', { sane: { program: fake.program } })
  try {
    watched.scanner.start()
    await run(watched, fake)
  } finally {
    await watched.scanner.stop()
    await expectNoneLeft(fake)
    await fake.close()
  }
}

/** Every process that was ever started has ended. One that its parent left may stay as a zombie: that is the system's. */
async function expectNoneLeft(fake: FakeScanimage): Promise<void> {
  const pids = fake.started()
  expect(pids.length).toBeGreaterThan(0)
  for (const pid of pids) await expect.poll(() => isRunning(pid), { message: `process ${pid}`, ...PATIENT }).toBe(false)
}

function isRunning(pid: string): boolean {
  const stat = `/proc/${pid}/stat`
  return existsSync(stat) && !/^\d+ \(.*\) Z/.test(readFileSync(stat, 'utf8'))
}

async function expectHungThenWorking(watched: Watched, fake: FakeScanimage): Promise<void> {
  await watched.clock.fire(WAITS.saneAnswerTimeoutMs)
  await watched.untilState({ state: 'no-answer' })
  expect(watched.condition()).toBe('not-responding')
  expect(watched.logged('document-scanner.state')).toBe(true)
  await fake.set('ok')
  await watched.nextLook()
  await expectScan(watched)
}

async function expectScan(watched: Watched): Promise<void> {
  await watched.untilState({ state: 'ready' })
  expect(await watched.scan(PNG_PAGE)).toMatchObject({ ok: true, pages: 1 })
  expect(watched.condition()).toBe('ready')
}

describeHazard('document-scanner', 'scanner-hangs', {
  'start-up': () => withFake('hang', expectHungThenWorking),
  idle: () =>
    withFake('ok', async (watched, fake) => {
      await watched.untilState({ state: 'ready' })
      await fake.set('hang')
      await watched.nextLook()
      await expectHungThenWorking(watched, fake)
    }),
  async 'mid-job'() {
    await withFake('ok', async (watched, fake) => {
      await watched.untilState({ state: 'ready' })
      // In the middle of a page, and before the first byte; the second one ignores the request to end and is killed.
      for (const [mode, waitMs] of [
        ['hang-mid-page', WAITS.pageStallMs],
        ['stubborn', WAITS.pageTimeoutMs],
      ] as const) {
        await fake.set(mode)
        const before = fake.started().length
        const scanning = watched.scan(PNG_PAGE)
        await expect.poll(() => fake.started().length, PATIENT).toBeGreaterThan(before)
        await watched.clock.fire(waitMs)
        await fake.set('ok')
        if (mode === 'stubborn') await watched.clock.fire(WAITS.saneExitMs)
        expect(await scanning).toMatchObject({ ok: false, fault: 'timed-out', pages: 0, state: { state: 'ready' } })
        expect(watched.condition()).toBe('ready')
        expect(watched.logged('document-scanner.scan-failed')).toBe(true)
        await expectScan(watched)
      }
      // It has said that it is through and does not go: the page is good.
      await fake.set('hang-after')
      const scanning = watched.scan(PNG_PAGE)
      await expect.poll(() => watched.pages.length, PATIENT).toBe(3)
      await watched.clock.fire(WAITS.saneExitMs)
      expect(await scanning).toMatchObject({ ok: true, pages: 1 })
      await fake.set('ok')
    })
    for (const [place, waitMs] of [
      ['before-page', WAITS.pageTimeoutMs],
      ['mid-page', WAITS.pageStallMs],
    ] as const) {
      const bench = await openReadyBench()
      try {
        bench.simulator.hang(place)
        const scanning = bench.scan()
        await bench.simulator.until(() => bench.simulator.requests().at(-1)?.path.endsWith('/NextDocument') === true)
        await bench.clock.fire(waitMs)
        expect(await scanning).toMatchObject({ ok: false, fault: 'timed-out', pages: 0, state: { state: 'ready' } })
        expect(bench.simulator.jobsLeft()).toBe(0)
        bench.simulator.hang(undefined)
        await expectWorking(bench)
      } finally {
        await bench.close()
      }
    }
  },
  'after-job': () =>
    withFake('ok', async (watched, fake) => {
      await expectScan(watched)
      await fake.set('hang')
      await watched.nextLook()
      await expectHungThenWorking(watched, fake)
    }),
  reconnect: () =>
    withFake('lost', async (watched, fake) => {
      await watched.untilState({ state: 'unplugged', cause: 'not-found' })
      await fake.set('hang')
      await watched.nextLook()
      await expectHungThenWorking(watched, fake)
    }),
})

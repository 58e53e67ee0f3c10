import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { JobNote } from './job-deletion.ts'
import type { ScanOptions, ScanProgress } from './states.ts'
import { createManualClock } from './testing/manual-clock.ts'
import {
  type Bench,
  expectWorking,
  FEEDER,
  FLATBED,
  openBench,
  openReadyBench,
  WAITS,
  watchScanner,
} from './testing/scanner-bench.ts'
import { DEFAULT_TIMING } from './timing.ts'

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function ready(...args: Parameters<typeof openBench>): Promise<Bench> {
  const bench = await openReadyBench(...args)
  cleanUps.push(() => bench.close())
  return bench
}

/** Requests from here on, as "METHOD last-part status". */
function traced({ simulator }: Bench): () => readonly string[] {
  const from = simulator.requests().length
  return () =>
    simulator
      .requests()
      .slice(from)
      .map(({ method, path, status }) => {
        const last = path.split('/').at(-1) ?? ''
        return `${method} ${last.length > 20 ? 'job' : last} ${status}`
      })
}

describe('a scan', () => {
  it('goes as sane-airscan goes, and deletes its job', async () => {
    const bench = await ready({ sheets: 2 }, { timing: { ...WAITS, freshMs: -1 } })
    const trace = traced(bench)
    expect(await bench.scan(FLATBED)).toMatchObject({ ok: true, pages: 1 })
    expect(trace()).toEqual([
      'GET ScannerStatus 200',
      'POST ScanJobs 201',
      'GET NextDocument 200',
      'DELETE job 200',
      'GET ScannerStatus 200',
    ])
    const again = traced(bench)
    expect(await bench.scan(FEEDER)).toMatchObject({ ok: true, pages: 2 })
    expect(again()).toEqual([
      'GET ScannerStatus 200',
      'POST ScanJobs 201',
      'GET NextDocument 200',
      'GET NextDocument 200',
      'GET NextDocument 404',
      'GET ScannerStatus 200',
      'DELETE job 200',
      'GET ScannerStatus 200',
    ])
    expect(bench.events.map((each) => (each.event === 'state' ? each.state.state : each.event))).toEqual([
      'ability',
      'ready',
      'scanning',
      'ready',
      'scanning',
      'ready',
    ])
  })

  it('spares the question that was answered a moment ago, unless the answer was bad', async () => {
    const bench = await ready({ sheets: 1 })
    const trace = traced(bench)
    expect(await bench.scan(FLATBED)).toMatchObject({ ok: true, pages: 1 })
    expect(trace()[0]).toBe('POST ScanJobs 201')
    // What happened since is found out by the refusal.
    bench.simulator.jam()
    expect(await bench.scan(FEEDER)).toMatchObject({ ok: false, fault: 'jam', state: { state: 'jammed' } })
    bench.simulator.recover()
    bench.simulator.loadFeeder(0)
    expect(await bench.scan(FLATBED)).toMatchObject({ ok: true })
    expect(bench.scanner.state()).toEqual({ state: 'ready', feeder: 'empty' })
    // And paper that was put in since is not overlooked.
    bench.simulator.loadFeeder(1)
    expect(await bench.scan(FEEDER)).toMatchObject({ ok: true, pages: 1 })
  })

  it('is not lost with a connection that the device closed in between', async () => {
    const bench = await ready()
    for (let each = 0; each < 10; each++) {
      bench.simulator.dropConnections()
      expect(await bench.scan(FLATBED)).toMatchObject({ ok: true, pages: 1 })
    }
    expect(bench.simulator.jobsLeft()).toBe(0)
    expect(bench.events.filter(({ event }) => event === 'ability')).toHaveLength(1)
  })

  it('hands out each page with its size, both sides in turn', async () => {
    const bench = await ready({ sheets: 2 })
    const result = await bench.scan({ ...FEEDER, duplex: true, mode: 'colour' })
    expect(result).toMatchObject({ ok: true, pages: 4 })
    expect(bench.pages.map(({ page, widthPx, heightPx }) => [page, widthPx, heightPx])).toEqual(
      [1, 2, 3, 4].map((page) => [page, 1653, 2338]),
    )
    expect(result.ok && result.bytes).toBe(bench.pages.reduce((sum, { bytes }) => sum + bytes.length, 0))
    expect(bench.simulator.sheetsLeft()).toBe(0)
  })

  it.each<ScanOptions>([
    { ...FLATBED, format: 'image/png' },
    { ...FLATBED, format: 'application/pdf' },
    { ...FLATBED, dpi: 300 },
  ])('takes %o', async (options) => {
    const bench = await ready({ formats: ['image/jpeg', 'image/png', 'application/pdf'] })
    expect(await bench.scan(options)).toMatchObject({ ok: true, pages: 1 })
    const [page] = bench.pages
    expect(page?.format).toBe(options.format)
    expect(page?.widthPx).toBe(options.format === 'application/pdf' ? undefined : options.dpi === 300 ? 2480 : 1653)
  })

  it('tells how far it is', async () => {
    const bench = await ready()
    bench.simulator.slow(300_000)
    const progress: ScanProgress[] = []
    await bench.scan(FLATBED, { onProgress: (each) => progress.push(each) })
    expect(progress.length).toBeGreaterThan(1)
    expect(progress.at(-1)).toEqual({ page: 1, bytes: bench.pages[0]?.bytes.length, percent: 100 })
    expect(progress[0]?.percent).toBeLessThan(100)
  })

  it('waits for the one before it', async () => {
    const bench = await ready()
    const results = await Promise.all([bench.scan(FLATBED), bench.scan(FLATBED), bench.scan(FLATBED)])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(bench.simulator.jobsLeft()).toBe(0)
  })
})

describe('what the device cannot do', () => {
  it('is said before anything moves', async () => {
    const bench = await ready({ hasFeeder: false, resolutions: [200], modes: ['Grayscale8'], formats: ['image/jpeg'] })
    const trace = traced(bench)
    expect(bench.scanner.state()).toEqual({ state: 'ready', feeder: 'none' })
    for (const [change, lacks] of [
      [{ source: 'feeder' }, 'source'],
      [{ mode: 'colour' }, 'mode'],
      [{ dpi: 300 }, 'dpi'],
      [{ format: 'application/pdf' }, 'format'],
    ] as const) {
      expect(await bench.scan({ ...FLATBED, ...change })).toMatchObject({ ok: false, fault: 'not-supported', lacks })
    }
    expect(await bench.scan({ ...FLATBED, duplex: true })).toMatchObject({ ok: false, fault: 'bad-options' })
    expect(trace()).toEqual([])
  })

  it('is learned anew when another device stands at the address', async () => {
    const bench = await ready({ sheets: 1 })
    const port = Number(new URL(bench.simulator.url).port)
    await bench.simulator.close()
    await bench.nextLook()
    await bench.untilState({ state: 'unplugged' })
    const other = await openBench({ port, hasFeeder: false, model: 'Another' })
    cleanUps.push(() => other.close())
    await bench.nextLook()
    await bench.untilState({ state: 'ready', feeder: 'none' })
    expect(bench.scanner.ability()).toMatchObject({ model: 'Another', feeder: null })
  })
})

describe('a device that is not ready', () => {
  it('is not begun with when its feeder is known to be empty', async () => {
    const bench = await ready()
    const trace = traced(bench)
    expect(await bench.scan(FEEDER)).toMatchObject({ ok: false, fault: 'feeder-empty' })
    expect(trace()).toEqual(['GET ScannerStatus 200', 'GET ScannerStatus 200'])
  })

  it('is waited for as long as it asks to, within limits', async () => {
    const bench = await ready()
    bench.simulator.warmUp(2, 3)
    const scanning = bench.scan()
    await bench.clock.fire(3_000)
    await bench.clock.fire(3_000)
    expect(await scanning).toMatchObject({ ok: true })

    bench.simulator.warmUp(1000, 999_999)
    const never = bench.scan()
    for (let each = 0; each < 5; each++) await bench.clock.fire(WAITS.retryCapMs)
    expect(await never).toMatchObject({ ok: false, fault: 'busy', pages: 0 })
    bench.simulator.warmUp(0)
    await expectWorking(bench)
  })

  it('is asked again for a page that is under way', async () => {
    const deviceClock = createManualClock()
    const bench = await ready({ clock: deviceClock, pageMs: 5_000, retryAfterS: 2 })
    const scanning = bench.scan()
    await bench.simulator.until(() => bench.simulator.requests().some(({ status }) => status === 503))
    deviceClock.advance(4_000)
    await bench.clock.fire(2_000)
    await bench.simulator.until(() => bench.simulator.requests().filter(({ status }) => status === 503).length === 2)
    deviceClock.advance(1_000)
    await bench.clock.fire(2_000)
    expect(await scanning).toMatchObject({ ok: true, pages: 1 })
  })

  it('and never becomes ready is given up', async () => {
    const bench = await ready({ clock: createManualClock(), pageMs: 5_000, retryAfterS: 9_999 })
    const scanning = bench.scan()
    for (let each = 0; each < 6; each++) await bench.clock.fire(WAITS.retryCapMs)
    expect(await scanning).toMatchObject({ ok: false, fault: 'timed-out', pages: 0 })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })

  it.each([
    ['tests itself', 'selfTest', { state: 'busy', cause: 'self-test' }, 'busy', 'busy'],
    ['has stopped', 'stopDevice', { state: 'error', cause: 'stopped' }, 'hardware-error', 'device-error'],
    ['took two sheets at once', 'doubleFeed', { state: 'misfed' }, 'media-misplaced', 'misfeed'],
  ] as const)('says so when it %s', async (_, ail, state, condition, fault) => {
    const bench = await ready({ sheets: 1 })
    bench.simulator[ail]()
    await bench.nextLook()
    await bench.untilState(state)
    expect(bench.condition()).toBe(condition)
    const scanning = bench.scan(FEEDER)
    if (fault === 'busy') for (let each = 0; each < 60; each++) await bench.clock.fire(1_000)
    expect(await scanning).toMatchObject({ ok: false, fault, state })
    bench.simulator.recover()
    await bench.nextLook()
    await expectWorking(bench, FEEDER)
  })

  it('lets the flatbed work while the feeder is in trouble', async () => {
    const bench = await ready({ sheets: 1 })
    bench.simulator.doubleFeed()
    expect(await bench.scan(FLATBED)).toMatchObject({ ok: true, pages: 1 })
    expect(bench.scanner.state()).toEqual({ state: 'misfed' })
  })

  it('is not mistaken for a scanner when it speaks of other things', async () => {
    const server = createServer((_, response) => response.writeHead(301, { Location: 'https://hall.lan/' }).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUps.push(() => new Promise((resolve) => server.close(() => resolve())))
    const watched = watchScanner(`escl://127.0.0.1:${(server.address() as AddressInfo).port}/eSCL`)
    cleanUps.push(() => watched.scanner.stop())
    watched.scanner.start()
    await watched.untilState({ state: 'bad-answer', why: 'http-status' })
    expect(watched.log).toContainEqual(
      expect.objectContaining({ event: 'document-scanner.open-failed', detail: expect.stringContaining('hall.lan') }),
    )
    const bench = await ready()
    bench.simulator.garble('other')
    await bench.nextLook()
    await bench.untilState({ state: 'bad-answer', why: 'not-understood' })
    bench.simulator.garble('xml')
    await bench.nextLook()
    bench.simulator.garble(undefined)
    await bench.nextLook()
    await expectWorking(bench)
  })

  it('is not thought lost because it closed an idle connection', async () => {
    const bench = await ready()
    for (let each = 0; each < 3; each++) {
      const asked = bench.simulator.requests().length
      bench.simulator.dropConnections()
      await bench.nextLook()
      await bench.simulator.until(() => bench.simulator.requests().length > asked)
    }
    await expectWorking(bench)
    expect(bench.events.filter(({ event }) => event === 'ability')).toHaveLength(1)
  })
})

describe('a page that is not whole', () => {
  it.each([
    ['ends early', (bench: Bench) => bench.simulator.truncatePages('short')],
    ['ends before it said that it would', (bench: Bench) => bench.simulator.truncatePages('lying')],
    ['is cut off', (bench: Bench) => bench.simulator.cutPages(true)],
  ])('is not handed out: it %s', async (_, spoil) => {
    const bench = await ready()
    spoil(bench)
    expect(await bench.scan()).toMatchObject({ ok: false, fault: 'bad-page', pages: 0, state: { state: 'ready' } })
    expect(bench.pages).toEqual([])
    expect(bench.simulator.jobsLeft()).toBe(0)
    bench.simulator.truncatePages(undefined)
    bench.simulator.cutPages(false)
    await expectWorking(bench)
  })

  it('nor one that is no picture', async () => {
    const bench = await ready({ replacePage: () => Buffer.from('<html>not a page</html>') })
    expect(await bench.scan()).toMatchObject({ ok: false, fault: 'bad-page' })
  })

  it('ends a stack that is higher than allowed', async () => {
    const bench = await ready({ sheets: 5 }, { limits: { maxPages: 2 } })
    expect(await bench.scan(FEEDER)).toMatchObject({ ok: false, fault: 'too-many-pages', pages: 2 })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })
})

describe('breaking off', () => {
  const HELD = { clock: createManualClock(), pageMs: 1_000_000, sheets: 3 }
  const isAsked = ({ simulator }: Bench) =>
    simulator.until(() => simulator.requests().some(({ path }) => path.endsWith('/NextDocument')))

  it('before it begins', async () => {
    const bench = await ready()
    const trace = traced(bench)
    expect(await bench.scan(FLATBED, { signal: AbortSignal.abort() })).toMatchObject({ fault: 'cancelled' })
    expect(trace()).toEqual([])
  })

  it('while the carriage moves', async () => {
    const bench = await ready(HELD)
    const controller = new AbortController()
    const scanning = bench.scan(FLATBED, { signal: controller.signal })
    await isAsked(bench)
    controller.abort()
    expect(await scanning).toMatchObject({ ok: false, fault: 'cancelled', pages: 0, state: { state: 'ready' } })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })

  it('in the middle of a page, and between two', async () => {
    const bench = await ready({ sheets: 3 })
    bench.simulator.hang('mid-page')
    const inPage = new AbortController()
    const cut = await bench.scan(FEEDER, { signal: inPage.signal, onProgress: () => inPage.abort() })
    expect(cut).toMatchObject({ ok: false, fault: 'cancelled', pages: 0 })
    bench.simulator.hang(undefined)
    bench.simulator.loadFeeder(3)
    const between = new AbortController()
    const stopped = await bench.scan(FEEDER, { signal: between.signal, onPage: () => between.abort() })
    expect(stopped).toMatchObject({ ok: false, fault: 'cancelled', pages: 1 })
    expect(bench.simulator.jobsLeft()).toBe(0)
    await expectWorking(bench, FEEDER)
  })

  it('while the lamp warms up, and while it waits for its turn', async () => {
    const bench = await ready()
    bench.simulator.warmUp(1000, 5)
    const controller = new AbortController()
    const first = bench.scan(FLATBED, { signal: controller.signal })
    const second = bench.scan(FLATBED, { signal: controller.signal })
    await bench.simulator.until(() => bench.simulator.requests().some(({ status }) => status === 503))
    controller.abort()
    expect(await Promise.all([first, second])).toMatchObject([{ fault: 'cancelled' }, { fault: 'cancelled' }])
  })

  it('by the time limit of the whole job', async () => {
    const bench = await ready(HELD)
    const scanning = bench.scan(FLATBED)
    await isAsked(bench)
    await bench.clock.fire(WAITS.jobTimeoutMs)
    expect(await scanning).toMatchObject({ ok: false, fault: 'timed-out', pages: 0 })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })

  it('by the end of the host: the job is deleted first', async () => {
    const bench = await ready(HELD)
    const scanning = bench.scan(FLATBED)
    await isAsked(bench)
    const told = bench.events.length
    await bench.scanner.stop()
    expect(await scanning).toMatchObject({ ok: false, fault: 'stopped', state: { state: 'connecting' } })
    expect(bench.simulator.jobsLeft()).toBe(0)
    expect(bench.events).toHaveLength(told)
    expect(await bench.scan()).toMatchObject({ ok: false, fault: 'stopped' })
    expect(bench.clock.pending()).toEqual([])
  })

  it('does not wait for a device that hangs, when there is no job', async () => {
    const bench = await ready()
    bench.simulator.hang('everywhere')
    await bench.nextLook()
    await bench.simulator.until(() => bench.simulator.requests().at(-1)?.status === undefined)
    await bench.scanner.stop()
    expect(bench.clock.pending()).toEqual([])
  })
})

it('outlives a listener that throws', async () => {
  const bench = await ready()
  const onPage = () => {
    throw new Error('a bug of the caller')
  }
  await expect(bench.scan(FLATBED, { onPage })).rejects.toThrow('a bug of the caller')
  expect(bench.simulator.jobsLeft()).toBe(0)
  await bench.clock.fire(0)
  await expectWorking(bench)
})

describe('the job at the device', () => {
  it('is deleted later when it cannot be now, and before the next one begins', async () => {
    const bench = await ready()
    bench.simulator.refuseDeletes(2)
    expect(await bench.scan()).toMatchObject({ ok: true })
    expect(bench.simulator.jobsLeft()).toBe(1)
    expect(bench.log.filter(({ event }) => event === 'document-scanner.job-not-deleted')).toHaveLength(2)
    // The device takes no new job before the old one is gone.
    expect(await bench.scan()).toMatchObject({ ok: true })
    expect(bench.simulator.jobsLeft()).toBe(0)
    expect(bench.logged('document-scanner.job-deleted-late')).toBe(true)
  })

  it('does not keep the citizen waiting when its deletion hangs', async () => {
    const bench = await ready()
    bench.simulator.hang('delete')
    const scanning = bench.scan()
    await bench.clock.fire(WAITS.deleteTimeoutMs)
    await bench.clock.fire(WAITS.deleteTimeoutMs)
    expect(await scanning).toMatchObject({ ok: true })
    bench.simulator.hang(undefined)
    await bench.nextLook()
    await bench.simulator.until(() => bench.simulator.jobsLeft() === 0)
    await expectWorking(bench)
  })

  it('is given up after a bounded number of tries', async () => {
    const bench = await ready()
    bench.simulator.refuseDeletes(1000)
    expect(await bench.scan()).toMatchObject({ ok: true })
    for (let each = 0; each < 30; each++) {
      const asked = bench.simulator.requests().length
      await bench.nextLook()
      await bench.simulator.until(() =>
        bench.simulator
          .requests()
          .slice(asked)
          .some(({ path }) => path.endsWith('Status')),
      )
    }
    expect(bench.simulator.requests().filter(({ method }) => method === 'DELETE')).toHaveLength(21)
    expect(bench.logged('document-scanner.job-left')).toBe(true)
  })

  it('is found and deleted when only the answer to its beginning was lost', async () => {
    const bench = await ready()
    bench.simulator.hang('new-job')
    const scanning = bench.scan()
    await bench.simulator.until(() => bench.simulator.jobsLeft() === 1)
    await bench.clock.fire(WAITS.answerTimeoutMs)
    expect(await scanning).toMatchObject({ ok: false, fault: 'no-answer', state: { state: 'ready' } })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })

  it('is waited for when it is cancelled before the device has named it', async () => {
    const bench = await ready()
    const controller = new AbortController()
    const scanning = bench.scan(FLATBED, { signal: controller.signal })
    await bench.simulator.until(() => bench.simulator.jobsLeft() === 1)
    controller.abort()
    expect(await scanning).toMatchObject({ ok: false, fault: 'cancelled' })
    expect(bench.simulator.jobsLeft()).toBe(0)
  })

  it('of a process that died is deleted by the next one', async () => {
    let lines = ''
    const jobNote: JobNote = {
      read: () => lines,
      write(next) {
        lines = next
      },
    }
    const bench = await ready({}, { jobNote })
    bench.simulator.refuseDeletes(1000)
    await bench.scan()
    expect(lines).toMatch(/^\/eSCL\/ScanJobs\/[\w-]+$/)
    await bench.scanner.stop()
    bench.simulator.refuseDeletes(0)
    const next = watchScanner(bench.simulator.url, { jobNote })
    cleanUps.push(() => next.scanner.stop())
    next.scanner.start()
    await next.untilState({ state: 'ready' })
    expect(bench.simulator.jobsLeft()).toBe(0)
    expect(lines).toBe('')
  })
})

describe('reaching the device', () => {
  it('is tried again less and less often, and for ever', async () => {
    const bench = await openBench(
      {},
      {
        timing: { ...WAITS, backOffFirstMs: DEFAULT_TIMING.backOffFirstMs, backOffCapMs: DEFAULT_TIMING.backOffCapMs },
      },
    )
    cleanUps.push(() => bench.close())
    await bench.simulator.pullPlug()
    bench.scanner.start()
    for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) await bench.clock.fire(waitMs)
    await bench.clock.begun(10_000)
    expect(bench.scanner.state()).toEqual({ state: 'unplugged', cause: 'refused' })
    await bench.simulator.plugIn()
    await bench.clock.fire(10_000)
    await expectWorking(bench)
  })

  it('is tried at once for a scan', async () => {
    const bench = await ready()
    await bench.simulator.pullPlug()
    expect(await bench.scan()).toMatchObject({ ok: false, fault: 'unplugged' })
    await bench.simulator.plugIn()
    expect(await bench.scan()).toMatchObject({ ok: true })
  })

  it('is not tried with an address that is wrong', async () => {
    const watched = watchScanner('escl:///nowhere')
    watched.scanner.start()
    await watched.untilState({ state: 'unplugged', cause: 'bad-url' })
    expect(watched.condition()).toBe('bad-address')
    expect(await watched.scan()).toMatchObject({ ok: false, fault: 'unplugged', state: { cause: 'bad-url' } })
    expect(watched.clock.pending()).toEqual([])
    await watched.scanner.stop()
  })
})

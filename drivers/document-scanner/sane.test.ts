import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { SaneProgram } from './sane-run.ts'
import type { ScanOptions, ScanProgress } from './states.ts'
import { openFakeScanimage } from './testing/fake-scanimage.ts'
import { saneObstacle } from './testing/sane-here.ts'
import { FEEDER, FLATBED, WAITS, type Watched, watchScanner } from './testing/scanner-bench.ts'

/** Against scanimage itself and SANE's `test` backend, which nobody here wrote. */

const OBSTACLE = saneObstacle('test')
const PNG_PAGE: ScanOptions = { ...FLATBED, format: 'image/png' }

async function withTestBackend(sane: SaneProgram, run: (watched: Watched) => Promise<void>): Promise<void> {
  const watched = watchScanner('sane:test', { sane })
  watched.scanner.start()
  try {
    await watched.untilState({ state: 'ready' })
    await run(watched)
  } finally {
    await watched.scanner.stop()
  }
}

/** Ends the wait for scanimage to go, and the one before it is killed, as often as they come up. */
async function endWaits({ clock }: Watched, scanning: Promise<unknown>): Promise<void> {
  let isDone = false
  void scanning.then(() => {
    isDone = true
  })
  while (!isDone) await clock.fire(WAITS.saneExitMs)
}

const leftFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('bianmin-scan-'))

describe('SANE’s test backend', () => {
  it('is asked what it can do, and scans from glass and feeder', async (ctx) => {
    if (OBSTACLE !== undefined) ctx.skip(OBSTACLE)
    const before = leftFolders()
    await withTestBackend({}, async (watched) => {
      expect(watched.scanner.state()).toEqual({ state: 'ready', feeder: 'unknown' })
      expect(watched.scanner.ability()).toMatchObject({
        flatbed: { modes: ['colour', 'grey'], dpi: [200, 300], maxWidthMm: 200 },
        feeder: { formats: ['image/jpeg', 'image/png'] },
        duplex: null,
      })
      const progress: ScanProgress[] = []
      const onProgress = (each: ScanProgress) => progress.push(each)
      expect(await watched.scan({ ...PNG_PAGE, mode: 'colour' }, { onProgress })).toMatchObject({ ok: true, pages: 1 })
      // 200 x 200 mm is all that this backend has.
      expect(watched.pages[0]).toMatchObject({ page: 1, format: 'image/png', widthPx: 1574, heightPx: 1574 })
      // "the feeder will be 'empty' after 10 scans", says its help.
      expect(await watched.scan(FEEDER)).toMatchObject({ ok: true, pages: 10 })
      expect(watched.pages.map(({ page }) => page)).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(watched.scanner.state()).toEqual({ state: 'ready', feeder: 'unknown' })
      expect(await watched.scan({ ...FLATBED, format: 'application/pdf' })).toMatchObject({ lacks: 'format' })
    })
    expect(leftFolders()).toEqual(before)
  })

  it.skipIf(OBSTACLE !== undefined).each([
    ['JAMMED', 'jam', { state: 'jammed' }],
    ['NO_DOCS', 'feeder-empty', { state: 'ready' }],
    ['COVER_OPEN', 'cover-open', { state: 'cover-open' }],
    ['IO_ERROR', 'device-error', { state: 'error', cause: 'io-error' }],
    ['DEVICE_BUSY', 'busy', { state: 'busy', cause: 'other-job' }],
    ['ACCESS_DENIED', 'refused', { state: 'ready' }],
    ['NO_MEM', 'device-error', { state: 'ready' }],
    ['CANCELLED', 'device-error', { state: 'ready' }],
    ['INVAL', 'refused', { state: 'ready' }],
    ['UNSUPPORTED', 'refused', { state: 'ready' }],
    // "End of file" before any data: libpng gives up and the program aborts.
    ['EOF', 'device-error', { state: 'ready' }],
  ] as const)('says %s, which is %s', async (status, fault, state) => {
    await withTestBackend({ extraArguments: ['--read-return-value', `SANE_STATUS_${status}`] }, async (watched) => {
      // Some of these runs never end by themselves (devices.md 6.1): the limit may be needed, and may not.
      const scanning = watched.scan(PNG_PAGE)
      void endWaits(watched, scanning)
      expect(await scanning).toMatchObject({ ok: false, fault, pages: 0, state })
      await watched.nextLook()
      await watched.untilState({ state: 'ready' })
    })
  })

  it('gives short pieces, and sheets of unknown length, at which scanimage 1.2.1 itself breaks', async (ctx) => {
    if (OBSTACLE !== undefined) ctx.skip(OBSTACLE)
    await withTestBackend({ extraArguments: ['--read-limit=yes', '--read-limit-size=9999'] }, async (watched) => {
      expect(await watched.scan(PNG_PAGE)).toMatchObject({ ok: true, pages: 1 })
    })
    await withTestBackend({ extraArguments: ['--hand-scanner=yes'] }, async (watched) => {
      const result = await watched.scan(PNG_PAGE)
      expect(result.ok || ['bad-page', 'device-error'].includes(result.fault)).toBe(true)
      expect(watched.pages).toHaveLength(result.pages)
    })
  })

  it('is cancelled in the middle', async (ctx) => {
    if (OBSTACLE !== undefined) ctx.skip(OBSTACLE)
    const slow = ['--read-delay=yes', '--read-delay-duration=200000', '--read-limit=yes', '--read-limit-size=1000']
    await withTestBackend({ extraArguments: slow }, async (watched) => {
      const controller = new AbortController()
      const onProgress = () => controller.abort()
      expect(await watched.scan(PNG_PAGE, { signal: controller.signal, onProgress })).toMatchObject({
        ok: false,
        fault: 'cancelled',
        pages: 0,
      })
    })
    const before = leftFolders()
    await withTestBackend({ extraArguments: slow }, async (watched) => {
      const scanning = watched.scan(PNG_PAGE)
      await watched.clock.begun(WAITS.pageTimeoutMs)
      await watched.scanner.stop()
      expect(await scanning).toMatchObject({ ok: false, fault: 'stopped' })
    })
    expect(leftFolders()).toEqual(before)
  })

  it('is not there', async (ctx) => {
    if (OBSTACLE !== undefined) ctx.skip(OBSTACLE)
    const watched = watchScanner('sane:nosuch:1')
    watched.scanner.start()
    await watched.untilState({ state: 'unplugged', cause: 'not-found' })
    expect(await watched.scan()).toMatchObject({ ok: false, fault: 'unplugged' })
    await watched.scanner.stop()
  })
})

describe('a scanimage that misbehaves', () => {
  it('and is not installed', async () => {
    const watched = watchScanner('sane:test', { sane: { program: 'no-such-program-here' } })
    watched.scanner.start()
    await watched.untilState({ state: 'error', cause: 'no-program' })
    expect(watched.condition()).toBe('software-error')
    expect(await watched.scan()).toMatchObject({ ok: false, fault: 'device-error' })
    await watched.scanner.stop()
  })

  it.each([
    ['broken', 'bad-page'],
    ['crash', 'device-error'],
    ['jam-after-page', 'jam'],
  ] as const)('and is %s in a scan', async (mode, fault) => {
    const fake = await openFakeScanimage()
    const watched = watchScanner('sane:fake', { sane: { program: fake.program } })
    watched.scanner.start()
    await watched.untilState({ state: 'ready' })
    await fake.set(mode)
    expect(await watched.scan(PNG_PAGE)).toMatchObject({ ok: false, fault, pages: 0 })
    expect(watched.pages).toEqual([])
    await fake.set('ok')
    await watched.nextLook()
    await watched.untilState({ state: 'ready' })
    expect(await watched.scan(PNG_PAGE)).toMatchObject({ ok: true })
    await watched.scanner.stop()
    await fake.close()
  })

  it('and lists options without end', async () => {
    const fake = await openFakeScanimage('endless')
    const watched = watchScanner('sane:fake', { sane: { program: fake.program } })
    watched.scanner.start()
    await watched.untilState({ state: 'bad-answer', why: 'too-long' })
    await watched.scanner.stop()
    await fake.close()
  })

  it('and hangs is let go of at once when the host stops', async () => {
    const fake = await openFakeScanimage('hang')
    const watched = watchScanner('sane:fake', { sane: { program: fake.program } })
    watched.scanner.start()
    await watched.clock.begun(WAITS.saneAnswerTimeoutMs)
    await watched.scanner.stop()
    expect(watched.clock.pending()).toEqual([])
    await fake.close()
  })
})

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDocumentScannerSimulator } from './simulator.ts'
import type { DocumentScannerSimulator } from './simulator-types.ts'
import { saneObstacle } from './testing/sane-here.ts'
import { FEEDER, watchScanner } from './testing/scanner-bench.ts'

/** Our simulated scanner, judged by a client that nobody here wrote: sane-airscan, behind scanimage. */

const DEVICE = 'airscan:e0:Kiosk Sim'
const obstacle = saneObstacle('airscan')
let simulator: DocumentScannerSimulator
let directory: string
let environment: { readonly SANE_CONFIG_DIR: string }

beforeAll(async () => {
  simulator = await openDocumentScannerSimulator({ sheets: 2 })
  directory = await mkdtemp(join(tmpdir(), 'airscan-'))
  environment = { SANE_CONFIG_DIR: directory }
  await writeFile(join(directory, 'dll.conf'), 'airscan\n')
  await writeFile(
    join(directory, 'airscan.conf'),
    `[devices]\n"Kiosk Sim" = ${simulator.url.replace('escl:', 'http:')}/, eSCL\n[options]\ndiscovery = disable\nws-discovery = off\n`,
  )
})
afterAll(async () => {
  await simulator.close()
  await rm(directory, { recursive: true, force: true })
})

function scanimage(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment, LC_ALL: 'C' }
    const all = ['-d', DEVICE, '--format=png', ...args]
    const child = execFile('scanimage', all, { env, timeout: 15_000, killSignal: 'SIGKILL' }, (_error, _out, said) =>
      resolve({ code: child.exitCode ?? -1, said }),
    )
  })
}

const pages = async () => (await readdir(directory)).filter((name) => name.endsWith('.png'))

describe.skipIf(obstacle !== undefined)(`sane-airscan reads our simulated scanner (${obstacle ?? 'here'})`, () => {
  it('from the glass: the picture is the one we made', async () => {
    const file = join(directory, 'glass.png')
    expect(await scanimage('--mode', 'Color', '--resolution', '200', '-o', file)).toMatchObject({ code: 0 })
    const { width, height, data } = PNG.sync.read(await readFile(file))
    // It fills up the last row, which our scanner rounds down.
    expect([width, height]).toEqual([1700, 2339])
    // Decoded by libjpeg: paper at the edge, the red, green and blue bars below the margin (synthetic-page.ts).
    const at = (cellX: number, cellY: number) => [...data.subarray((cellY * 8 * width + cellX * 8) * 4).subarray(0, 3)]
    const margin = Math.round(Math.ceil(1700 / 8) / 12)
    for (const [x, y, colour] of [
      [0, 0, [246, 246, 242]],
      [margin, margin, [196, 30, 58]],
      [2 * margin, margin, [30, 140, 90]],
      [3 * margin, margin, [40, 80, 190]],
    ] as const) {
      at(x, y).forEach((value, index) => {
        expect(Math.abs(value - (colour[index] ?? 0)), `${x}, ${y}`).toBeLessThanOrEqual(3)
      })
    }
    expect(simulator.jobsLeft()).toBe(0)
  })

  it('from the feeder, both sides, until it is empty', async () => {
    const batch = `--batch=${join(directory, 'sheet%d.png')}`
    const { code, said } = await scanimage('--source', 'ADF Duplex', '--mode', 'Gray', '--resolution', '100', batch)
    expect(said).toContain('Batch terminated, 4 pages scanned')
    expect(code).toBe(0)
    expect((await pages()).filter((name) => name.startsWith('sheet'))).toHaveLength(4)
    // Empty before it begins: status 7 is "out of documents".
    expect(await scanimage('--source', 'ADF', '--resolution', '100', batch)).toMatchObject({ code: 7 })
  })

  it('a jam behind the first page: status 6 is "jammed"', async () => {
    simulator.loadFeeder(3)
    simulator.strikeAfterPages('jam', 1)
    const batch = `--batch=${join(directory, 'jam%d.png')}`
    const { code, said } = await scanimage('--source', 'ADF', '--mode', 'Gray', '--resolution', '100', batch)
    expect(said).toContain('Document feeder jammed')
    expect(code).toBe(6)
    expect((await pages()).filter((name) => name.startsWith('jam'))).toHaveLength(1)
    simulator.recover()
    expect(simulator.jobsLeft()).toBe(0)
  })

  it('and our SANE driver reads it through sane-airscan', async () => {
    simulator.loadFeeder(2)
    const watched = watchScanner(`sane:${DEVICE}`, { sane: { environment } })
    watched.scanner.start()
    await watched.untilState({ state: 'ready' })
    expect(await watched.scan({ ...FEEDER, duplex: true })).toMatchObject({ ok: true, pages: 4 })
    expect(watched.pages.map(({ widthPx, heightPx }) => [widthPx, heightPx])).toEqual(
      Array.from({ length: 4 }, () => [1654, 2339]),
    )
    await watched.scanner.stop()
    expect(simulator.jobsLeft()).toBe(0)
  })
})

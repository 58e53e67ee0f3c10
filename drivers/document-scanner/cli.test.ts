import { afterAll, describe, expect, it } from 'vitest'
import { probe, scan } from './cli.ts'
import { openDocumentScannerSimulator } from './simulator.ts'
import type { ScanPage } from './states.ts'
import { FEEDER, FLATBED } from './testing/scanner-bench.ts'

const simulator = await openDocumentScannerSimulator({ sheets: 2, model: 'Hall Scanner' })
afterAll(() => simulator.close())

describe('command line', () => {
  it('tells what a scanner is and can do', async () => {
    expect(await probe(simulator.url)).toMatchObject({
      url: simulator.url,
      state: { state: 'ready', feeder: 'loaded' },
      condition: { condition: 'ready' },
      ability: { model: 'Hall Scanner' },
      details: [],
    })
    simulator.openCover()
    expect(await probe(simulator.url)).toMatchObject({ condition: { condition: 'cover-open', mend: 'staff' } })
    simulator.recover()
  })

  it('tells what is wrong with an address', async () => {
    expect(await probe('escl:///x')).toMatchObject({
      state: { state: 'unplugged', cause: 'bad-url' },
      condition: { condition: 'bad-address' },
      ability: null,
      details: [expect.stringContaining('names no host')],
    })
  })

  it('scans', async () => {
    const pages: ScanPage[] = []
    const onPage = (page: ScanPage) => void pages.push(page)
    expect(await scan(simulator.url, FEEDER, { onPage })).toMatchObject({ ok: true, pages: 2 })
    expect(pages).toHaveLength(2)
    expect(await scan(simulator.url, { ...FLATBED, format: 'image/png' }, { onPage })).toMatchObject({
      lacks: 'format',
    })
    expect(simulator.jobsLeft()).toBe(0)
  })
})

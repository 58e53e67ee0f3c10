import { expect } from 'vitest'
import { openDocumentScannerSimulator } from '../../drivers/document-scanner/simulator.ts'
import type { ScanOptions } from '../../drivers/document-scanner/states.ts'
import { ScanNoteSchema } from '../../drivers/host/classes.ts'
import { describeHostKilled } from './host-killed.ts'

const STACK: ScanOptions = { source: 'feeder', mode: 'grey', dpi: 200, format: 'image/jpeg' }
const SHEETS = 3

describeHostKilled({
  device: 'document-scanner',
  lostState: { state: 'unplugged', cause: 'lost' },
  unplugged: 'unplugged',
  async open() {
    // A job that nobody fetches is given up soon, as scanners do after a minute.
    const simulator = await openDocumentScannerSimulator({ abandonAfterMs: 500 })
    return {
      url: simulator.url,
      isWell: ({ state }) => state === 'ready',
      async work({ host }) {
        simulator.loadFeeder(SHEETS)
        const pages: number[] = []
        const result = await host.call('document-scanner', 'scan', STACK, {
          onNote(note) {
            const told = ScanNoteSchema.parse(note)
            if ('page' in told) pages.push(told.page.page)
          },
        })
        expect(result).toMatchObject({ ok: true, pages: SHEETS })
        expect(pages).toEqual([1, 2, 3])
      },
      async killMidJob(bench) {
        simulator.loadFeeder(SHEETS)
        let whenHanging: () => void = () => undefined
        const hanging = new Promise<void>((resolve) => {
          whenHanging = resolve
        })
        const scanning = bench.host.call('document-scanner', 'scan', STACK, {
          onNote(note) {
            simulator.hang('before-page')
            if ('page' in ScanNoteSchema.parse(note)) whenHanging()
          },
        })
        await hanging
        await bench.kill()
        expect(await scanning).toEqual({
          ok: false,
          fault: 'stopped',
          pages: 0,
          state: { state: 'unplugged', cause: 'lost' },
        })
        simulator.hang(undefined)
      },
      unplug: () => simulator.pullPlug(),
      plug: () => simulator.plugIn(),
      close: () => simulator.close(),
    }
  },
})

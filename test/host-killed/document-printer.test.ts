import { expect } from 'vitest'
import { samplePdf } from '../../drivers/document-printer/sample-pdf.ts'
import { openDocumentPrinterSimulator } from '../../drivers/document-printer/simulator.ts'
import { describeHostKilled } from './host-killed.ts'

describeHostKilled({
  device: 'document-printer',
  lostState: { state: 'unplugged', cause: 'lost', at: 'device' },
  unplugged: 'unplugged',
  async open() {
    const simulator = await openDocumentPrinterSimulator({ msPerPage: 5 })
    let jobs = 0
    return {
      url: simulator.url,
      isWell: ({ state }) => state === 'ready',
      async work({ host }) {
        const before = simulator.printed().length
        const jobId = `job-${++jobs}`
        expect(
          await host.call('document-printer', 'print', { jobId, pdf: new Uint8Array(samplePdf(1)) }),
        ).toMatchObject({ ok: true })
        expect(simulator.printed()).toHaveLength(before + 1)
      },
      async killMidJob(bench) {
        const before = simulator.printed().length
        simulator.hang()
        const printing = bench.host.call('document-printer', 'print', {
          jobId: 'killed',
          pdf: new Uint8Array(samplePdf(3)),
        })
        await simulator.until(() => simulator.jobStates().at(-1) === 'processing')
        await bench.kill()
        expect(await printing).toEqual({
          ok: false,
          fault: 'stopped',
          paper: 'unknown',
          impressions: { atLeast: 0, atMost: null },
          state: { state: 'unplugged', cause: 'lost', at: 'device' },
        })
        // The printer knows nothing of it and prints on: that is why it is not known.
        simulator.hang(false)
        await simulator.until(() => simulator.printed().length > before)
      },
      unplug: () => simulator.pullPlug(),
      plug: () => simulator.plug(),
      close: () => simulator.close(),
    }
  },
})

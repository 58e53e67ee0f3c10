import { expect } from 'vitest'
import type { ReceiptDocument } from '../../drivers/receipt-printer/document.ts'
import { createReceiptPrinterSimulator } from '../../drivers/receipt-printer/simulator.ts'
import { describeHostKilled } from './host-killed.ts'

const PAPER: ReceiptDocument = {
  blocks: [
    { type: 'title', text: '收件回执' },
    ...Array.from({ length: 12 }, () => ({ type: 'row' as const, label: '事项', value: '失业登记' })),
    { type: 'cut' },
  ],
}

describeHostKilled({
  device: 'receipt-printer',
  lostState: { state: 'unplugged', cause: 'lost' },
  unplugged: 'unplugged',
  async open() {
    const simulator = createReceiptPrinterSimulator()
    let jobs = 0
    return {
      url: await simulator.start(),
      isWell: ({ state }) => state === 'ready',
      async work({ host }) {
        const before = simulator.papers().length
        expect(await host.call('receipt-printer', 'print', { jobId: `job ${++jobs}`, document: PAPER })).toMatchObject({
          ok: true,
        })
        await simulator.until(() => simulator.papers().length > before)
      },
      async killMidJob(bench) {
        const { linesPrinted } = simulator.counters()
        const printing = bench.host.call('receipt-printer', 'print', { jobId: 'killed', document: PAPER })
        await simulator.until(() => simulator.counters().linesPrinted > linesPrinted)
        await bench.kill()
        // Nobody knows what came out, and that is what is said.
        expect(await printing).toEqual({
          ok: false,
          fault: 'stopped',
          paper: 'unknown',
          state: { state: 'unplugged', cause: 'lost' },
        })
      },
      unplug: () => simulator.unplug(),
      plug: () => simulator.plug(),
      close: () => simulator.stop(),
    }
  },
})

import { expect, vi } from 'vitest'
import { createCodeScannerSimulator } from '../../drivers/code-scanner/simulator.ts'
import type { HostBench } from './host-bench.ts'
import { describeHostKilled } from './host-killed.ts'

const codesOf = ({ events }: HostBench<'code-scanner'>) =>
  events.flatMap((event) => (event.event === 'code' ? [event.text] : []))

describeHostKilled({
  device: 'code-scanner',
  lostState: { state: 'unplugged', fault: 'lost' },
  unplugged: 'unplugged',
  async open() {
    const simulator = createCodeScannerSimulator()
    let shown = 0
    return {
      url: await simulator.listen(),
      isWell: ({ state }) => state === 'ready',
      async work(bench) {
        const before = codesOf(bench)
        const text = `CODE ${++shown}`
        // The driver is ready a moment before the other end has its wire.
        await vi.waitFor(() => expect(simulator.listeners()).toBe(1), { timeout: 20_000 })
        await simulator.scan(text)
        await bench.until(() => codesOf(bench).length > before.length)
        // Half a code from before the host died is not in front of it.
        expect(codesOf(bench)).toEqual([...before, text])
      },
      async killMidJob(bench) {
        await simulator.scanPart('HALF A CODE', 6)
        await bench.kill()
      },
      unplug: () => simulator.unplug(),
      plug: () => simulator.plug(),
      close: () => simulator.close(),
    }
  },
})

import { join } from 'node:path'
import { expect } from 'vitest'
import { PAD_HID } from '../../drivers/signature-pad/simulator.ts'
import type { HostBench } from './host-bench.ts'
import { describeHostKilled } from './host-killed.ts'
import type { PadOrder } from './pad-host.ts'

type Bench = HostBench<'signature-pad'>
const order = (bench: Bench, pad: PadOrder['pad']) => void bench.child().send({ pad } satisfies PadOrder)
/** Points of ink that were told so far. */
const inkOf = ({ events }: Bench) =>
  events.reduce((sum, event) => sum + (event.event === 'ink' ? event.points.length : 0), 0)

describeHostKilled({
  device: 'signature-pad',
  lostState: { state: 'unplugged', fault: 'lost' },
  unplugged: 'unplugged',
  bench: { modulePath: join(import.meta.dirname, 'pad-host.ts') },
  open: async () => ({
    url: PAD_HID.url,
    isWell: ({ state }) => state === 'ready',
    async work(bench) {
      const { host } = bench
      const before = inkOf(bench)
      expect(await host.call('signature-pad', 'begin', {})).toEqual({ ok: true })
      order(bench, 'write')
      await bench.until(() => inkOf(bench) >= before + 150)
      const result = await host.call('signature-pad', 'finish', {})
      expect(result.ok && result.signature.strokes.map((stroke) => stroke.length)).toEqual([50, 50, 50])
    },
    async killMidJob(bench) {
      const { host } = bench
      const before = inkOf(bench)
      expect(await host.call('signature-pad', 'begin', {})).toEqual({ ok: true })
      order(bench, 'write-part')
      await bench.until(() => inkOf(bench) > before)
      let finishing: ReturnType<typeof host.call<'signature-pad', 'finish'>> | undefined
      await bench.kill(() => {
        finishing = host.call('signature-pad', 'finish', {})
      })
      expect(await finishing).toEqual({
        ok: false,
        fault: 'interrupted',
        state: { state: 'unplugged', fault: 'lost' },
      })
      // The pen that is still down signs nothing at the next host: nobody was asked there.
      await bench.untilState(({ state }) => state === 'ready')
      expect(await host.call('signature-pad', 'finish', {})).toMatchObject({ ok: false, fault: 'not-writing' })
    },
    unplug: (bench) => order(bench, 'unplug'),
    // The next host has it plugged in.
    plug: () => undefined,
    close: () => undefined,
  }),
})

import { expect, vi } from 'vitest'
import { openLineBoardSimulator } from '../../drivers/line-board/simulator.ts'
import { describeHostKilled } from './host-killed.ts'

describeHostKilled({
  device: 'line-board',
  lostState: { state: 'unplugged', fault: 'lost' },
  unplugged: 'unplugged',
  async open() {
    const simulator = await openLineBoardSimulator()
    return {
      url: simulator.url,
      isWell: ({ state }) => state === 'ready',
      async work({ host }) {
        expect(await host.call('line-board', 'showSlot', { lamp: 'reader', mode: 'on' })).toMatchObject({ ok: true })
        // Whatever the host before it lit goes out.
        await vi.waitFor(() => expect(simulator.view().lamps).toMatchObject({ reader: 'on', receipt: 'off' }), {
          timeout: 20_000,
        })
        expect(await host.call('line-board', 'showSlot', { lamp: 'receipt', mode: 'on' })).toMatchObject({ ok: true })
        expect(simulator.view().lamps).toMatchObject({ reader: 'off', receipt: 'on' })
      },
      async killMidJob(bench) {
        const { lamps } = simulator.view()
        const call = bench.host.call
        let calling: ReturnType<typeof call<'line-board', 'showSlot'>> | undefined
        await bench.kill(() => {
          calling = call('line-board', 'showSlot', { lamp: 'camera' })
        })
        expect(await calling).toEqual({
          ok: false,
          fault: 'stopped',
          state: { state: 'unplugged', fault: 'lost' },
        })
        expect(simulator.view().lamps).toEqual(lamps)
      },
      unplug: () => simulator.pullPlug(),
      plug: () => simulator.plug(),
      close: () => simulator.close(),
    }
  },
})

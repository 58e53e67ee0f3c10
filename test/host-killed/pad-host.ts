import { z } from 'zod'
import { type Parent, runHost } from '../../drivers/host/host.ts'
import { createSignaturePadSimulator } from '../../drivers/signature-pad/simulator.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { createOpenLink } from '../../drivers/transport/open-link.ts'
import { createSimulatedHid } from '../../drivers/transport/simulated-hid.ts'

/**
 * The device host's entry with a simulated HID system and a pad at it, which is plugged in whenever the host begins; the
 * test moves pen and plug by messages of its own. HID for real is test/guest's.
 */
export const PadOrderSchema = z.object({ pad: z.enum(['write', 'write-part', 'unplug']) })
export type PadOrder = z.infer<typeof PadOrderSchema>

const system = createSimulatedHid()
const pad = createSignaturePadSimulator()
pad.plugIntoHid(system)

const parent: Parent = {
  send: (message) => process.send?.(message, () => undefined),
  onMessage: (listener) =>
    process.on('message', (message) => {
      const order = PadOrderSchema.safeParse(message)
      if (!order.success) listener(message)
      else if (order.data.pad === 'write') void pad.write()
      else if (order.data.pad === 'write-part') void pad.writePart(5)
      else pad.unplug()
    }),
}
process.on('disconnect', () => process.exit(0))

runHost({
  parent,
  openLink: createOpenLink({ load: system.load, clock: realClock }),
  clock: realClock,
  clockEpochMs: performance.timeOrigin,
  pid: process.pid,
  exit: () => process.exit(0),
})

import { describe, expect, it } from 'vitest'
import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { createReceiptPrinter } from './driver.ts'
import { SAMPLE_RECEIPT } from './sample-receipt.ts'
import { createReceiptPrinterSimulator } from './simulator.ts'

const cable = await openPtyPair()

describe('over a serial line', () => {
  it('prints as over TCP, and notices when the cable is pulled', async (context) => {
    if (!cable.ok) return context.skip(`${cable.fault}: ${cable.detail}`)
    const [near, far] = cable.ends
    const simulator = createReceiptPrinterSimulator({ speedMmPerS: 0 })
    const farLink = await openLink(`serial://${far}?baud=115200`, 3000)
    if (!farLink.ok) throw new Error(farLink.detail)
    simulator.attachLink(farLink.link)
    let cableGone: () => void = () => undefined
    const gone = new Promise<void>((resolve) => {
      cableGone = resolve
    })
    const printer = createReceiptPrinter({
      url: `serial://${near}?baud=115200`,
      openLink,
      clock: realClock,
      onEvent: (event) => {
        if (event.type === 'state' && event.state.state === 'unplugged') cableGone()
      },
      log: () => undefined,
    })
    printer.start()
    try {
      expect(await printer.print(SAMPLE_RECEIPT, { jobId: 'serial' })).toMatchObject({ ok: true })
      expect(simulator.papers()).toHaveLength(1)
      expect(simulator.counters()).toMatchObject({ unknown: [], overflows: 0 })
      await cable.close()
      await gone
    } finally {
      await printer.stop()
      await cable.close()
    }
  })
})

import { createCodeScanner } from '../../../drivers/code-scanner/driver.ts'
import { createCodeScannerSimulator } from '../../../drivers/code-scanner/simulator.ts'
import type { CodeScannerEvent } from '../../../drivers/code-scanner/states.ts'
import { createSignaturePad } from '../../../drivers/signature-pad/driver.ts'
import { createSignaturePadSimulator, SAMPLE_STROKES } from '../../../drivers/signature-pad/simulator.ts'
import { hashStrokes } from '../../../drivers/signature-pad/strokes.ts'
import { realClock } from '../../../drivers/transport/clock.ts'
import { openLink } from '../../../drivers/transport/open-link.ts'
import type { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts'
import type { Checks } from './checks.ts'

export async function checkCodeScanner(system: SimulatedHid, checks: Checks): Promise<void> {
  const simulator = createCodeScannerSimulator()
  const url = simulator.plugIntoHid(system)
  const events: CodeScannerEvent[] = []
  const log: string[] = []
  const scanner = createCodeScanner({
    url,
    openLink,
    clock: realClock,
    onEvent: (event) => void events.push(event),
    log: (entry) => void log.push(JSON.stringify(entry)),
  })
  const codes = () => events.flatMap((event) => (event.event === 'code' ? [event.text] : []))
  const isReady = () => scanner.state().state === 'ready'
  scanner.start()
  await checks.until('code scanner: ready, found by its usage page', isReady, scanner.state)
  const isWoken = () => log.some((line) => line.includes('"code-scanner.woken","taken":true'))
  await checks.until('code scanner: took its feature report', isWoken, () => log)

  // Four reports.
  const long = `https://example.com/${'云洲'.repeat(30)}`
  for (const code of ['6901234567892', long]) {
    await simulator.scan(code)
    await checks.until(`code scanner: ${code.length} characters`, () => codes().includes(code), codes)
  }
  await simulator.unplug()
  await checks.until('code scanner: pulled, and told so', () => scanner.state().state === 'unplugged', scanner.state)
  await simulator.plug()
  await checks.until('code scanner: plugged in again, ready by itself', isReady, scanner.state)
  await scanner.stop()
}

export async function checkSignaturePad(system: SimulatedHid, checks: Checks): Promise<void> {
  const simulator = createSignaturePadSimulator()
  const url = simulator.plugIntoHid(system)
  const pad = createSignaturePad({
    url,
    openLink,
    clock: realClock,
    onEvent: () => undefined,
    log: () => undefined,
  })
  pad.start()
  await checks.until('signature pad: ready', () => pad.state().state === 'ready', pad.state)
  await checks.until('signature pad: emptied its screen', () => simulator.cleared() > 0, simulator.cleared)
  checks.equal('signature pad: listens', pad.begin().ok, true)
  await simulator.write()
  const strokesSeen = () => {
    const state = pad.state()
    return state.state === 'writing' ? state.strokes : 0
  }
  await checks.until('signature pad: all strokes', () => strokesSeen() === SAMPLE_STROKES.length, pad.state)
  const result = pad.finish()
  const signature = result.ok ? result.signature : undefined
  checks.equal('signature pad: its hash', signature?.sha256, hashStrokes(signature?.strokes ?? []))
  simulator.unplug()
  await checks.until('signature pad: pulled, and told so', () => pad.state().state === 'unplugged', pad.state)
  await pad.stop()
}

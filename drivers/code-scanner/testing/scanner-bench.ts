import { expect, onTestFinished } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { createOpenLink } from '../../transport/open-link.ts'
import { createSimulatedHid } from '../../transport/simulated-hid.ts'
import { createManualClock } from '../../transport/testing/manual-clock.ts'
import { createMemoryWire } from '../../transport/testing/memory-wire.ts'
import { type CodeScannerLogEntry, createCodeScanner } from '../driver.ts'
import { type CodeScannerSimulatorOptions, createCodeScannerSimulator } from '../simulator.ts'
import {
  type CodeScannerEvent,
  CodeScannerEventSchema,
  type CodeScannerState,
  codeScannerCondition,
} from '../states.ts'

/** Scanner and simulator on a wire and a clock that the test holds in its hands. */
export async function scannerBench(kind: 'serial' | 'hid' = 'serial', options: CodeScannerSimulatorOptions = {}) {
  const clock = createManualClock()
  const wire = createMemoryWire()
  const system = createSimulatedHid()
  const simulator = createCodeScannerSimulator({ clock, openLink: wire.far, ...options })
  const isHid = kind === 'hid'
  if (isHid) simulator.plugIntoHid(system)
  else await simulator.attach('serial:///far')
  const events: CodeScannerEvent[] = []
  const log: CodeScannerLogEntry[] = []
  let readings = 0
  const scanner = createCodeScanner({
    url: isHid ? 'hid://0c2e:0b61?usage=8c:2' : 'serial:///near',
    openLink: isHid ? createOpenLink({ load: system.load, clock }) : wire.near,
    clock,
    clockEpochMs: 0,
    newReadId: () => `code ${++readings}`,
    onEvent: (event) => void events.push(CodeScannerEventSchema.parse(structuredClone(event))),
    log: (entry) => void log.push(entry),
  })
  onTestFinished(async () => {
    await scanner.stop()
    // Personal data never gets into a log, whatever the test is about.
    expect(JSON.stringify(log)).not.toContain('SECRET')
  })

  return {
    clock,
    wire,
    simulator,
    scanner,
    events,
    log,
    codes: () => events.flatMap((event) => (event.event === 'code' ? [event.text] : [])),
    faults: () => events.flatMap((event) => (event.event === 'code-fault' ? [event.fault] : [])),
    logged: (event: string) => log.filter((entry) => entry.event === `code-scanner.${event}`),
    async unplug(): Promise<void> {
      if (isHid) await simulator.unplug()
      else wire.cut()
      await clock.settle()
    },
    async plug(): Promise<void> {
      if (isHid) await simulator.plug()
      else wire.mend()
    },
    /** Checks the state, its condition, and that both stand in the log. */
    expectState(name: CodeScannerState['state'], condition: ConditionName): void {
      expect(scanner.state().state).toBe(name)
      expect(codeScannerCondition(scanner.state()).condition).toBe(condition)
      expect(log.findLast((entry) => entry.event === 'code-scanner.state')?.state).toBe(name)
    },
    async startReady(): Promise<void> {
      scanner.start()
      await clock.settle()
      this.expectState('ready', 'ready')
    },
    /** The fault is over: the wire stands by itself, and the next code is read. */
    async recovers(): Promise<void> {
      await clock.advance(15_000)
      this.expectState('ready', 'ready')
      const before = this.codes().length
      await simulator.scan('SECRET recovered')
      await clock.advance(1_000)
      expect(this.codes().slice(before)).toEqual(['SECRET recovered'])
    },
  }
}

import { expect, onTestFinished } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { createOpenLink } from '../../transport/open-link.ts'
import { createSimulatedHid } from '../../transport/simulated-hid.ts'
import { createManualClock } from '../../transport/testing/manual-clock.ts'
import { createSignaturePad, type SignaturePadLogEntry, type SignaturePadOptions } from '../driver.ts'
import { createSignaturePadSimulator } from '../simulator.ts'
import {
  type SignaturePadEvent,
  SignaturePadEventSchema,
  type SignaturePadState,
  type SignatureResult,
  SignatureResultSchema,
  signaturePadCondition,
} from '../states.ts'

/** Pad and simulator in a simulated HID system, on a clock that the test moves. */
export function padBench(options: Partial<SignaturePadOptions> = {}) {
  const clock = createManualClock()
  const system = createSimulatedHid()
  const simulator = createSignaturePadSimulator(clock)
  const url = simulator.plugIntoHid(system)
  const open = createOpenLink({ load: system.load, clock })
  const events: SignaturePadEvent[] = []
  const log: SignaturePadLogEntry[] = []
  const pad = createSignaturePad({
    url,
    openLink: open,
    clock,
    onEvent: (event) => void events.push(SignaturePadEventSchema.parse(structuredClone(event))),
    log: (entry) => void log.push(entry),
    ...options,
  })
  onTestFinished(() => pad.stop())

  const finish = (): SignatureResult => SignatureResultSchema.parse(structuredClone(pad.finish()))

  /** Lets the pen write and time go by. */
  async function written(writing: Promise<void>): Promise<void> {
    let isDone = false
    void writing.then(() => {
      isDone = true
    })
    while (!isDone) await clock.advance(5)
  }

  return {
    clock,
    system,
    simulator,
    open,
    url,
    pad,
    events,
    log,
    finish,
    written,
    logged: (event: string) => log.filter((entry) => entry.event === `signature-pad.${event}`),
    expectState(name: SignaturePadState['state'], condition: ConditionName): void {
      expect(pad.state().state).toBe(name)
      expect(signaturePadCondition(pad.state()).condition).toBe(condition)
      expect(log.findLast((entry) => entry.event === 'signature-pad.state')?.state).toBe(name)
    },
    async startReady(): Promise<void> {
      pad.start()
      await clock.settle()
      this.expectState('ready', 'ready')
    },
    /** The fault is over: the pad is ready by itself, and the next signature is taken whole. */
    async recovers(): Promise<void> {
      await clock.advance(15_000)
      pad.cancel()
      this.expectState('ready', 'ready')
      expect(pad.begin()).toEqual({ ok: true })
      await written(simulator.write())
      const result = finish()
      expect(result.ok && result.signature.strokes.length).toBe(3)
      this.expectState('ready', 'ready')
    },
  }
}

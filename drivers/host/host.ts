import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createBank, type DeviceBank } from './bank.ts'
import { HOSTED_CLASSES, type HostedClass, operationOf } from './classes.ts'
import { type DevicePlan, type FromHost, type ToHost, ToHostSchema } from './messages.ts'
import { DRIVERS } from './registry.ts'

/** The parent as the host sees it. */
export interface Parent {
  send(message: FromHost): void
  onMessage(listener: (message: unknown) => void): void
}

export interface HostOptions {
  readonly parent: Parent
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Milliseconds since 1970 at the clock's zero. */
  readonly clockEpochMs: number
  readonly pid: number
  /** Ends the process; only called once every driver has closed. */
  readonly exit: () => void
  /** For tests: drivers other than the real ones. */
  readonly drivers?: typeof DRIVERS
}

/** Runs the drivers that the plan names and answers the parent. A message of another shape is a bug and throws. */
export function runHost(options: HostOptions): void {
  const { parent, openLink, clock, clockEpochMs, drivers = DRIVERS } = options
  const banks = new Map<HostedClass, DeviceBank>()
  const calls = new Map<number, AbortController>()
  let planned: Promise<void> = Promise.resolve()
  let told = false

  function bankOf(device: HostedClass): DeviceBank {
    let bank = banks.get(device)
    if (bank === undefined) {
      bank = createBank({
        device,
        make: drivers[device],
        tools: {
          ...{ openLink, clock, clockEpochMs },
          log: (level, event, detail) => parent.send({ type: 'log', level, event, detail }),
        },
        onBank: (view) => parent.send({ type: 'bank', device, bank: view }),
        onEvent: (url, event) => parent.send({ type: 'event', device, url, event }),
      })
      banks.set(device, bank)
    }
    return bank
  }

  function plan(devices: DevicePlan): void {
    // One after the other: a port is free only when its old driver has let go of it.
    planned = planned.then(async () => {
      await Promise.all(
        HOSTED_CLASSES.filter((device) => banks.has(device) || devices[device] !== undefined).map((device) =>
          bankOf(device).plan(devices[device] ?? []),
        ),
      )
      if (!told) parent.send({ type: 'ready', pid: options.pid })
      told = true
    })
  }

  async function call({ callId, device, operation, argument }: Extract<ToHost, { type: 'call' }>): Promise<void> {
    const spec = operationOf(device, operation)
    if (spec === undefined) throw new Error(`the device host knows no ${device} ${operation}`)
    const checked = spec.argument.parse(argument)
    await planned
    const running = banks.get(device)?.chosen()
    const controller = new AbortController()
    calls.set(callId, controller)
    try {
      const run = running?.operations[operation]
      const tools = {
        signal: controller.signal,
        note: (note: unknown) => parent.send({ type: 'note', callId, note }),
      }
      const result = run === undefined ? spec.absent : await run(checked as never, tools)
      parent.send({ type: 'result', callId, result })
    } finally {
      calls.delete(callId)
    }
  }

  parent.onMessage((raw) => {
    const message = ToHostSchema.parse(raw)
    switch (message.type) {
      case 'plan':
        plan(message.devices)
        return
      case 'call':
        // What it throws is a bug: it ends this process, which is started again.
        void call(message)
        return
      case 'cancel':
        calls.get(message.callId)?.abort()
        return
      case 'stop':
        for (const controller of calls.values()) controller.abort()
        void planned.then(() => Promise.all([...banks.values()].map((bank) => bank.stop()))).then(options.exit)
    }
  })
}

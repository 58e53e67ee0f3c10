import type { Clock } from '../transport/clock.ts'
import {
  type ArgumentOf,
  CLASSES,
  conditionIn,
  type EventOf,
  HOSTED_CLASSES,
  type HostedClass,
  type OperationOf,
  operationOf,
  type ResultOf,
} from './classes.ts'
import { type Bank, type DevicePlan, type FromHost, FromHostSchema, type ToHost } from './messages.ts'

/** The child process as its parent sees it; made by the shell: Node's fork or Electron's utilityProcess. */
export interface HostProcess {
  send(message: ToHost): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (code: number | null) => void): void
  kill(): void
}
export type SpawnHost = () => HostProcess

/** First wait before a crashed host is started again, doubled up to the cap, reset by a host that stays up. */
const RESTART_FIRST_MS = 200
const RESTART_CAP_MS = 10_000
/** A host that lived this long has recovered. */
const STABLE_AFTER_MS = 30_000
/** A host that was told to stop and has not gone by then is killed. */
const STOP_TIMEOUT_MS = 2000

/** An event with its class, so that a listener can tell them apart. */
export type DeviceEvent = {
  [C in HostedClass]: { readonly device: C; readonly url: string; readonly event: EventOf<C> }
}[HostedClass]

export interface DeviceHostOptions {
  readonly spawn: SpawnHost
  readonly devices: DevicePlan
  readonly clock: Clock
  /** The devices of a class, at each change. States were checked by the class's schema. */
  readonly onBank: (device: HostedClass, bank: Bank) => void
  readonly onEvent: (event: DeviceEvent) => void
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void
}

export interface CallOptions {
  /** What is told on the way, in order; checked by the operation's schema. */
  readonly onNote?: (note: unknown) => void
  /** Gives the operation up; its result still comes. */
  readonly signal?: AbortSignal
}

export interface DeviceHost {
  start(): void
  /** Other devices from now on; those that both plans name go on undisturbed. */
  plan(devices: DevicePlan): void
  /** Resolves with what the device did, one way or the other; a host that dies meanwhile is a value too. */
  call<C extends HostedClass, O extends OperationOf<C>>(
    device: C,
    operation: O,
    argument: ArgumentOf<C, O>,
    options?: CallOptions,
  ): Promise<ResultOf<C, O>>
  /** Resolves when the process is gone. */
  stop(): Promise<void>
  /** How often the process had to be started again. */
  restarts(): number
}

interface Pending {
  readonly device: HostedClass
  readonly operation: string
  readonly onNote: (note: unknown) => void
  readonly resolve: (result: unknown) => void
}

/** Keeps the device host alive and speaks its language. */
export function createDeviceHost(options: DeviceHostOptions): DeviceHost {
  const { clock, log } = options
  const calls = new Map<number, Pending>()
  let devices = options.devices
  let process: HostProcess | undefined
  let nextCallId = 1
  let restartCount = 0
  let waitMs = RESTART_FIRST_MS
  let stopping = false
  let cancelRestart: (() => void) | undefined
  let whenGone: (() => void) | undefined
  let stopped: Promise<void> | undefined

  /** Of what a message says only where it is wrong: it may hold a name. */
  function complain(issues: readonly { readonly path: readonly PropertyKey[] }[]): void {
    log('error', 'device-host-bad-message', { issues: issues.map((issue) => issue.path.join('.')) })
  }

  function receive(raw: unknown): void {
    const parsed = FromHostSchema.safeParse(raw)
    if (parsed.success) handle(parsed.data)
    else complain(parsed.error.issues)
  }

  function handle(message: FromHost): void {
    switch (message.type) {
      case 'ready':
        log('info', 'device-host-ready', { pid: message.pid })
        return
      case 'bank':
        takeBank(message.device, message.bank)
        return
      case 'event': {
        const { device, url } = message
        const checked = CLASSES[device].event.safeParse(message.event)
        if (!checked.success) complain(checked.error.issues)
        else options.onEvent({ device, url, event: checked.data } as DeviceEvent)
        return
      }
      case 'note': {
        const call = calls.get(message.callId)
        const schema = call === undefined ? undefined : operationOf(call.device, call.operation)?.note
        const checked = schema?.safeParse(message.note)
        if (checked?.success) call?.onNote(checked.data)
        else if (checked !== undefined) complain(checked.error.issues)
        return
      }
      case 'result':
        answer(message.callId, message.result)
        return
      case 'log':
        log(message.level, message.event, message.detail)
    }
  }

  function takeBank(device: HostedClass, bank: Bank): void {
    for (const { state } of bank.members) {
      const checked = CLASSES[device].state.safeParse(state)
      if (!checked.success) {
        complain(checked.error.issues)
        return
      }
    }
    options.onBank(device, bank)
  }

  function answer(callId: number, result: unknown): void {
    const call = calls.get(callId)
    if (call === undefined) return
    calls.delete(callId)
    const spec = operationOf(call.device, call.operation)
    const checked = spec?.result.safeParse(result)
    if (checked?.success) {
      call.resolve(checked.data)
      return
    }
    // An answer in words that nobody understands ends the call all the same.
    if (checked !== undefined) complain(checked.error.issues)
    call.resolve(spec?.lost)
  }

  function launch(): void {
    const child = options.spawn()
    const bornMs = clock.nowMs()
    process = child
    child.onMessage((raw) => {
      if (process === child) receive(raw)
    })
    child.onExit((code) => {
      if (process !== child) return
      process = undefined
      for (const [callId, { device, operation }] of calls) answer(callId, operationOf(device, operation)?.lost)
      if (stopping) {
        whenGone?.()
        return
      }
      for (const device of HOSTED_CLASSES) sayLost(device)
      if (clock.nowMs() - bornMs > STABLE_AFTER_MS) waitMs = RESTART_FIRST_MS
      log('error', 'device-host-died', { code, restartInMs: waitMs })
      restartCount++
      cancelRestart = clock.after(waitMs, launch)
      waitMs = Math.min(waitMs * 2, RESTART_CAP_MS)
    })
    child.send({ type: 'plan', devices })
  }

  /** Only of devices that the settings name. */
  function sayLost(device: HostedClass): void {
    const urls = devices[device] ?? []
    if (urls.length === 0) return
    const state = CLASSES[device].lostState
    const condition = conditionIn(device, state)
    takeBank(device, { members: urls.map((url) => ({ url, state, condition })), chosen: 0 })
  }

  async function end(): Promise<void> {
    stopping = true
    cancelRestart?.()
    const child = process
    if (child === undefined) return
    await new Promise<void>((resolve) => {
      const cancel = clock.after(STOP_TIMEOUT_MS, () => child.kill())
      whenGone = () => {
        cancel()
        resolve()
      }
      child.send({ type: 'stop' })
    })
  }

  function call<C extends HostedClass, O extends OperationOf<C>>(
    device: C,
    operation: O,
    argument: ArgumentOf<C, O>,
    { onNote = () => undefined, signal }: CallOptions = {},
  ): Promise<ResultOf<C, O>> {
    const child = process
    // Nothing was begun: the same as without a device.
    if (child === undefined || stopping) {
      return Promise.resolve(operationOf(device, operation)?.absent as ResultOf<C, O>)
    }
    const callId = nextCallId++
    return new Promise((resolve) => {
      const cancel = () => child.send({ type: 'cancel', callId })
      calls.set(callId, {
        device,
        operation,
        onNote,
        resolve: (result) => {
          signal?.removeEventListener('abort', cancel)
          resolve(result as ResultOf<C, O>)
        },
      })
      child.send({ type: 'call', callId, device, operation, argument })
      if (signal?.aborted) cancel()
      else signal?.addEventListener('abort', cancel, { once: true })
    })
  }

  return {
    start: launch,
    plan(next) {
      devices = next
      if (!stopping) process?.send({ type: 'plan', devices })
    },
    call,
    stop() {
      stopped ??= end()
      return stopped
    },
    restarts: () => restartCount,
  }
}

import { z } from 'zod'
import type { CardReaderEvent } from '../id-card-reader/states.ts'
import type { ReceiptDocument } from '../receipt-printer/document.ts'
import type { PrintResult, ReceiptPrinterEvent } from '../receipt-printer/states.ts'
import type { Clock } from '../transport/clock.ts'
import { type DevicePlan, type FromHost, FromHostSchema, type ToHost } from './messages.ts'

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

export interface DeviceHostOptions {
  readonly spawn: SpawnHost
  readonly devices: DevicePlan
  readonly clock: Clock
  readonly onReader: (event: CardReaderEvent) => void
  readonly onPrinter: (event: ReceiptPrinterEvent) => void
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void
}

export interface DeviceHost {
  start(): void
  /** Resolves when the printer has settled, one way or the other; a host that dies meanwhile is a value too. */
  printReceipt(jobId: string, document: ReceiptDocument): Promise<PrintResult>
  /** Resolves when the process is gone. */
  stop(): Promise<void>
  /** How often the process had to be started again. */
  restarts(): number
}

/** Nobody can say what a printer did whose driver died. */
const HOST_LOST: PrintResult = {
  ok: false,
  fault: 'stopped',
  paper: 'unknown',
  state: { state: 'unplugged', cause: 'lost' },
}

/** Keeps the device host alive and speaks its language. */
export function createDeviceHost(options: DeviceHostOptions): DeviceHost {
  const { clock, devices, log } = options
  const calls = new Map<number, (result: PrintResult) => void>()
  let process: HostProcess | undefined
  let nextCallId = 1
  let restartCount = 0
  let waitMs = RESTART_FIRST_MS
  let stopping = false
  let cancelRestart: (() => void) | undefined
  let whenGone: (() => void) | undefined
  let stopped: Promise<void> | undefined

  function receive(raw: unknown): void {
    const parsed = FromHostSchema.safeParse(raw)
    if (!parsed.success) {
      log('error', 'device-host-bad-message', { issues: parsed.error.issues.map((issue) => issue.path.join('.')) })
      // A print that was answered in words nobody understands is over all the same.
      const answered = z.object({ type: z.literal('print-result'), callId: z.int() }).safeParse(raw)
      if (answered.success) settle(answered.data.callId, HOST_LOST)
      return
    }
    handle(parsed.data)
  }

  function handle(message: FromHost): void {
    switch (message.type) {
      case 'ready':
        log('info', 'device-host-ready', { pid: message.pid })
        return
      case 'id-card-reader':
        options.onReader(message.event)
        return
      case 'receipt-printer':
        options.onPrinter(message.event)
        return
      case 'print-result':
        settle(message.callId, message.result)
        return
      case 'log':
        log(message.level, message.event, message.detail)
    }
  }

  function settle(callId: number, result: PrintResult): void {
    const waiting = calls.get(callId)
    calls.delete(callId)
    waiting?.(result)
  }

  function launch(): void {
    const child = options.spawn()
    const bornMs = clock.nowMs()
    process = child
    child.onMessage(receive)
    child.onExit((code) => {
      if (process !== child) return
      process = undefined
      for (const callId of [...calls.keys()]) settle(callId, HOST_LOST)
      if (stopping) {
        whenGone?.()
        return
      }
      // Only of devices that the settings name: the screen takes a device that reports for one that is there.
      if (devices['id-card-reader'] !== undefined)
        options.onReader({ event: 'state', state: { state: 'unplugged', fault: 'lost' } })
      if (devices['receipt-printer'] !== undefined)
        options.onPrinter({ type: 'state', state: { state: 'unplugged', cause: 'lost' } })
      if (clock.nowMs() - bornMs > STABLE_AFTER_MS) waitMs = RESTART_FIRST_MS
      log('error', 'device-host-died', { code, restartInMs: waitMs })
      restartCount++
      cancelRestart = clock.after(waitMs, launch)
      waitMs = Math.min(waitMs * 2, RESTART_CAP_MS)
    })
    child.send({ type: 'start', devices })
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

  return {
    start: launch,
    printReceipt(jobId, document) {
      const child = process
      if (child === undefined || stopping) return Promise.resolve({ ...HOST_LOST, paper: 'nothing' } as PrintResult)
      const callId = nextCallId++
      return new Promise((resolve) => {
        calls.set(callId, resolve)
        child.send({ type: 'print-receipt', callId, jobId, document })
      })
    },
    stop() {
      stopped ??= end()
      return stopped
    },
    restarts: () => restartCount,
  }
}

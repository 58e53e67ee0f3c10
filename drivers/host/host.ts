import { createIdCardReader, type IdCardReader } from '../id-card-reader/driver.ts'
import type { ReceiptDocument } from '../receipt-printer/document.ts'
import { createReceiptPrinter, type ReceiptPrinter } from '../receipt-printer/driver.ts'
import type { PrintResult } from '../receipt-printer/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { type DevicePlan, type FromHost, ToHostSchema } from './messages.ts'

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
}

const NO_PRINTER: PrintResult = {
  ok: false,
  fault: 'unplugged',
  paper: 'nothing',
  state: { state: 'unplugged', cause: 'not-found' },
}

/** Runs the drivers that the plan names and answers the parent. A message of another shape is a bug and throws. */
export function runHost({ parent, openLink, clock, clockEpochMs, pid, exit }: HostOptions): void {
  let reader: IdCardReader | undefined
  let printer: ReceiptPrinter | undefined

  function start(devices: DevicePlan): void {
    const readerUrl = devices['id-card-reader']
    if (readerUrl !== undefined) {
      reader = createIdCardReader({
        url: readerUrl,
        openLink,
        clock,
        clockEpochMs,
        onEvent: (event) => parent.send({ type: 'id-card-reader', event }),
        log: ({ level, event, detail }) => parent.send({ type: 'log', level, event, detail }),
      })
      reader.start()
    }
    const printerUrl = devices['receipt-printer']
    if (printerUrl !== undefined) {
      printer = createReceiptPrinter({
        url: printerUrl,
        openLink,
        clock,
        onEvent: (event) => parent.send({ type: 'receipt-printer', event }),
        log: ({ event, ...detail }) => parent.send({ type: 'log', level: 'info', event, detail }),
      })
      printer.start()
    }
    parent.send({ type: 'ready', pid })
  }

  parent.onMessage((raw) => {
    const message = ToHostSchema.parse(raw)
    switch (message.type) {
      case 'start':
        start(message.devices)
        return
      case 'print-receipt': {
        const { callId, jobId, document } = message
        const printed =
          printer === undefined ? Promise.resolve(NO_PRINTER) : printer.print(document as ReceiptDocument, { jobId })
        void printed.then((result) => parent.send({ type: 'print-result', callId, result }))
        return
      }
      case 'stop':
        void Promise.all([reader?.stop(), printer?.stop()]).then(exit)
    }
  })
}

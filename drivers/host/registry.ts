import { createCodeScanner } from '../code-scanner/driver.ts'
import { createDocumentPrinter } from '../document-printer/driver.ts'
import type { PrintOptions } from '../document-printer/print-options.ts'
import { createDocumentScanner } from '../document-scanner/driver.ts'
import type { ScanOptions } from '../document-scanner/states.ts'
import { createIdCardReader } from '../id-card-reader/driver.ts'
import { createLineBoard } from '../line-board/driver.ts'
import type { Lamp } from '../line-board/states.ts'
import type { ReceiptDocument } from '../receipt-printer/document.ts'
import { createReceiptPrinter } from '../receipt-printer/driver.ts'
import { loadGlyphs } from '../receipt-printer/glyphs.ts'
import { createSignaturePad } from '../signature-pad/driver.ts'
import { createSmartCardReader } from '../smart-card/driver.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import type { HostedClass, ScanNote } from './classes.ts'

/** What a driver gets from its host. */
export interface DriverTools {
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Milliseconds since 1970 at the clock's zero. */
  readonly clockEpochMs: number
  readonly onState: (state: unknown) => void
  readonly onEvent: (event: unknown) => void
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void
}

export interface CallTools {
  readonly note: (note: unknown) => void
  /** Main gave it up, or the host ends. */
  readonly signal: AbortSignal
}

/** A driver as the host runs it. */
export interface Running {
  start(): void
  stop(): Promise<void>
  state(): unknown
  /** By the class's table of operations, which has checked the argument. */
  readonly operations: Readonly<Record<string, (argument: never, tools: CallTools) => Promise<unknown>>>
}

/** How to make the driver of each class. */
export const DRIVERS: Readonly<Record<HostedClass, (tools: DriverTools) => Running>> = {
  'id-card-reader': (tools) => {
    const reader = createIdCardReader({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ level, event, detail }) => tools.log(level, event, detail),
    })
    return { start: reader.start, stop: reader.stop, state: reader.state, operations: {} }
  },
  'receipt-printer': (tools) => {
    const printer = createReceiptPrinter({
      ...tools,
      loadGlyphs: () => loadGlyphs(),
      onEvent: (event) => (event.type === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    return {
      start: printer.start,
      stop: printer.stop,
      state: printer.state,
      operations: {
        print: ({ jobId, document }: { jobId: string; document: ReceiptDocument }) =>
          printer.print(document, { jobId }),
      },
    }
  },
  'document-printer': (tools) => {
    const printer = createDocumentPrinter({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = printer
    return { start, stop, state, operations: { print: (options: PrintOptions) => printer.print(options) } }
  },
  'document-scanner': ({ openLink: _, ...tools }) => {
    const scanner = createDocumentScanner({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = scanner
    const scan = (options: ScanOptions, { note, signal }: CallTools) =>
      scanner.scan(options, {
        signal,
        onPage: (page) => note({ page } satisfies ScanNote),
        onProgress: (progress) => note({ progress } satisfies ScanNote),
      })
    return { start, stop, state, operations: { scan } }
  },
  'smart-card': ({ openLink: _, ...tools }) => {
    const reader = createSmartCardReader({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = reader
    const readSocialSecurityCard = () => reader.readSocialSecurityCard()
    return { start, stop, state, operations: { readSocialSecurityCard } }
  },
  'code-scanner': (tools) => {
    const scanner = createCodeScanner({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = scanner
    return { start, stop, state, operations: {} }
  },
  'signature-pad': (tools) => {
    const pad = createSignaturePad({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = pad
    return {
      ...{ start, stop, state },
      operations: {
        begin: async () => pad.begin(),
        clear: async () => pad.clear(),
        cancel: async () => {
          pad.cancel()
          return { ok: true }
        },
        finish: async () => pad.finish(),
      },
    }
  },
  'line-board': (tools) => {
    const board = createLineBoard({
      ...tools,
      onEvent: (event) => (event.event === 'state' ? tools.onState(event.state) : tools.onEvent(event)),
      log: ({ event, ...detail }) => tools.log('info', event, detail),
    })
    const { start, stop, state } = board
    return {
      ...{ start, stop, state },
      operations: {
        showSlot: ({ lamp, mode }: { lamp: Lamp | null; mode?: 'on' | 'blink' }) => board.showSlot(lamp, mode),
        beep: ({ ms }: { ms: number }) => board.beep(ms),
      },
    }
  },
}

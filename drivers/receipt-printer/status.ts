import type { RealTimeStatus } from './commands.ts'
import type { ReceiptPrinterState } from './states.ts'

/** Status answers, bit by bit (devices.md 4.2). */

export interface PrinterStatus {
  readonly offline: boolean
  readonly waitingForRecovery: boolean
  readonly coverOpen: boolean
  readonly feedKey: boolean
  readonly stoppedAtPaperEnd: boolean
  readonly error: boolean
  readonly cutterError: boolean
  readonly unrecoverable: boolean
  readonly headHot: boolean
  readonly paperNearEnd: boolean
  readonly paperEnd: boolean
}

export const NO_TROUBLE: PrinterStatus = {
  offline: false,
  waitingForRecovery: false,
  coverOpen: false,
  feedKey: false,
  stoppedAtPaperEnd: false,
  error: false,
  cutterError: false,
  unrecoverable: false,
  headHot: false,
  paperNearEnd: false,
  paperEnd: false,
}

/** A DLE EOT answer has bits 1 and 4 set and bits 0 and 7 clear. */
export const isRealTimeAnswer = (byte: number): boolean => (byte & 0x93) === 0x12
/** The first byte of an automatic status (ASB): bit 4 set, bits 0, 1 and 7 clear. */
export const isAutoStatusStart = (byte: number): boolean => (byte & 0x93) === 0x10
/** Bytes 2 to 4 of an automatic status, and the answer to GS r: bits 4 and 7 clear. */
export const isQueuedAnswer = (byte: number): boolean => (byte & 0x90) === 0

const bit = (byte: number, n: number): boolean => (byte & (1 << n)) !== 0

export type DecodedStatus =
  | { readonly ok: true; readonly status: Partial<PrinterStatus> }
  | { readonly ok: false; readonly fault: 'garbage'; readonly byte: number }

export function decodeRealTimeStatus(n: RealTimeStatus, byte: number): DecodedStatus {
  if (!isRealTimeAnswer(byte)) return { ok: false, fault: 'garbage', byte }
  switch (n) {
    case 1:
      return { ok: true, status: { offline: bit(byte, 3), waitingForRecovery: bit(byte, 5) } }
    case 2:
      return {
        ok: true,
        status: {
          coverOpen: bit(byte, 2),
          feedKey: bit(byte, 3),
          stoppedAtPaperEnd: bit(byte, 5),
          error: bit(byte, 6),
        },
      }
    case 3:
      return { ok: true, status: { cutterError: bit(byte, 3), unrecoverable: bit(byte, 5), headHot: bit(byte, 6) } }
    case 4:
      return {
        ok: true,
        status: { paperNearEnd: bit(byte, 2) || bit(byte, 3), paperEnd: bit(byte, 5) || bit(byte, 6) },
      }
  }
}

/** GS r 1: bits 0, 1 near end, bits 2, 3 end. Other places than in DLE EOT 4. */
export function decodeQueuedPaperStatus(byte: number): DecodedStatus {
  if (!isQueuedAnswer(byte)) return { ok: false, fault: 'garbage', byte }
  return { ok: true, status: { paperNearEnd: (byte & 0x03) !== 0, paperEnd: (byte & 0x0c) !== 0 } }
}

/** The four bytes a printer sends by itself on each change, when ASB is on. */
export function decodeAutoStatus(bytes: Uint8Array): DecodedStatus {
  const [first = 0xff, second = 0xff, third = 0xff, fourth = 0xff] = bytes
  if (bytes.length !== 4 || !isAutoStatusStart(first)) return { ok: false, fault: 'garbage', byte: first }
  for (const byte of [second, third, fourth]) {
    if (!isQueuedAnswer(byte)) return { ok: false, fault: 'garbage', byte }
  }
  const status: Partial<PrinterStatus> = {
    offline: bit(first, 3),
    coverOpen: bit(first, 5),
    feedKey: bit(first, 6),
    error: (second & 0x6c) !== 0,
    cutterError: bit(second, 3),
    unrecoverable: bit(second, 5),
    headHot: bit(second, 6),
    paperNearEnd: (third & 0x03) !== 0,
    paperEnd: (third & 0x0c) !== 0,
  }
  return { ok: true, status }
}

/** What to tell: the cause that a person has to remove first. An open cover also reads as no paper, so it comes first. */
export function stateOf(status: PrinterStatus): ReceiptPrinterState {
  if (status.coverOpen) return { state: 'cover-open' }
  if (status.paperEnd || status.stoppedAtPaperEnd) return { state: 'paper-out' }
  if (status.cutterError) return { state: 'cutter-error' }
  if (status.unrecoverable) return { state: 'error', cause: 'unrecoverable' }
  if (status.headHot) return { state: 'head-hot' }
  if (status.error || status.waitingForRecovery) return { state: 'error', cause: 'recoverable' }
  if (status.offline) return { state: 'error', cause: 'offline' }
  return { state: 'ready', paperNearEnd: status.paperNearEnd }
}

import type { ByteLink, LinkFault } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { askRealTimeStatus, CLEAR_BUFFERS, type RealTimeStatus, SETTLE_MARK } from './commands.ts'
import {
  decodeAutoStatus,
  decodeQueuedPaperStatus,
  decodeRealTimeStatus,
  isAutoStatusStart,
  isQueuedAnswer,
  isRealTimeAnswer,
  NO_TROUBLE,
  type PrinterStatus,
} from './status.ts'

/**
 * One open link to one printer: sorts what comes back into answers to real-time questions, answers to settle marks,
 * automatic status and garbage, by the fixed bits of each. Asks one real-time question at a time, because an answer does
 * not say which question it belongs to.
 */
export interface Conversation {
  /** All four real-time answers together. `garbled` counts bytes that fitted nothing while we waited. */
  readStatus(timeoutMs: number): Promise<StatusReading>
  /** Bytes of whole commands only. */
  write(bytes: Uint8Array): Promise<void>
  /** Asks for one queued answer; `onAnswer` fires once when it comes, however late. Never fires if the buffer is cleared. */
  sendMark(onAnswer: (paperEnd: boolean) => void): Promise<void>
  /** Counts one more queued answer as expected without asking for it: for marks that a former job asked for. */
  expectMark(onAnswer: (paperEnd: boolean) => void): void
  /** Marks asked for and not answered yet. */
  marksOwed(): number
  /** Takes the marks as never to be answered. */
  forgetMarks(): void
  clearBuffers(): Promise<void>
  /** Set once the link has ended. */
  lost(): LinkFault | undefined
  close(): Promise<void>
}

export type StatusReading =
  | { readonly ok: true; readonly status: PrinterStatus }
  | { readonly ok: false; readonly fault: 'no-answer'; readonly garbled: number }
  | { readonly ok: false; readonly fault: 'lost'; readonly link: LinkFault }

/** DC1 and DC3, when a serial printer uses XON/XOFF and the port hands them on. */
const FLOW_CONTROL: ReadonlySet<number> = new Set([0x11, 0x13])
/** Any delay lets the event loop read its sockets once; this is a small one. */
const LAST_LOOK_MS = 5
const QUESTIONS: readonly RealTimeStatus[] = [1, 2, 3, 4]

type Answer = { readonly ok: true; readonly byte: number } | { readonly ok: false }

export function createConversation(
  link: ByteLink,
  clock: Clock,
  listeners: { onAutoStatus(status: Partial<PrinterStatus>): void; onLost(fault: LinkFault): void },
): Conversation {
  let lost: LinkFault | undefined
  let garbled = 0
  let autoStatus: number[] = []
  let waiting: ((answer: Answer) => void) | undefined
  let marks: ((paperEnd: boolean) => void)[] = []

  function take(byte: number): void {
    if (autoStatus.length > 0) {
      if (isQueuedAnswer(byte)) {
        autoStatus.push(byte)
        if (autoStatus.length === 4) finishAutoStatus()
        return
      }
      garbled += autoStatus.length
      autoStatus = []
    }
    if (isRealTimeAnswer(byte) && waiting) waiting({ ok: true, byte })
    else if (isAutoStatusStart(byte)) autoStatus = [byte]
    else if (isQueuedAnswer(byte) && marks.length > 0) {
      const decoded = decodeQueuedPaperStatus(byte)
      marks.shift()?.(decoded.ok && decoded.status.paperEnd === true)
    } else if (!FLOW_CONTROL.has(byte)) garbled++
  }

  function finishAutoStatus(): void {
    const decoded = decodeAutoStatus(Uint8Array.from(autoStatus))
    if (decoded.ok) listeners.onAutoStatus(decoded.status)
    else garbled += autoStatus.length
    autoStatus = []
  }

  link.onData((bytes) => {
    for (const byte of bytes) take(byte)
  })
  link.onClose((reason) => {
    lost = reason
    waiting?.({ ok: false })
    listeners.onLost(reason)
  })

  function ask(n: RealTimeStatus, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        cancel()
        waiting = undefined
        resolve(answer)
      }
      // When this process was held up, the timer is late and the answer may lie in the socket unread: one more turn to read it.
      let cancel = clock.after(timeoutMs, () => {
        cancel = clock.after(LAST_LOOK_MS, () => settle({ ok: false }))
      })
      waiting = settle
      if (lost) settle({ ok: false })
      else void link.write(askRealTimeStatus(n))
    })
  }

  /**
   * The four answers are four moments: an error that came or went between two of them shows without its cause. Such a
   * reading is taken once more before anybody believes it.
   */
  async function readStatus(timeoutMs: number): Promise<StatusReading> {
    const reading = await readOnce(timeoutMs)
    return reading.ok && isErrorWithoutCause(reading.status) ? readOnce(timeoutMs) : reading
  }

  async function readOnce(timeoutMs: number): Promise<StatusReading> {
    const garbledBefore = garbled
    let status = NO_TROUBLE
    for (const n of QUESTIONS) {
      const answer = await ask(n, timeoutMs)
      if (!answer.ok) {
        if (lost) return { ok: false, fault: 'lost', link: lost }
        return { ok: false, fault: 'no-answer', garbled: garbled - garbledBefore }
      }
      const decoded = decodeRealTimeStatus(n, answer.byte)
      if (decoded.ok) status = { ...status, ...decoded.status }
    }
    return { ok: true, status }
  }

  return {
    readStatus,
    write: (bytes) => link.write(bytes),
    sendMark(onAnswer) {
      marks.push(onAnswer)
      return link.write(SETTLE_MARK)
    },
    expectMark(onAnswer) {
      marks.push(onAnswer)
    },
    marksOwed: () => marks.length,
    forgetMarks() {
      marks = []
    },
    clearBuffers: () => link.write(CLEAR_BUFFERS),
    lost: () => lost,
    close: () => link.close(),
  }
}

function isErrorWithoutCause({ error, cutterError, unrecoverable, headHot }: PrinterStatus): boolean {
  return error && !cutterError && !unrecoverable && !headHot
}

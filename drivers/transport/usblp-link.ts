import { constants } from 'node:fs'
import { access, type FileHandle, open } from 'node:fs/promises'
import type { ByteLink, LinkFault, OpenLinkResult } from './byte-link.ts'
import { type Clock, realClock } from './clock.ts'
import type { UsbLpDevice } from './device-url.ts'
import { createLinkCore, messageOf } from './link-core.ts'

/**
 * A USB printer as Linux's usblp gives it: a character device that is written to and read from without blocking. Node
 * has no way to be woken by such a file, so it is asked, often after something was written and seldom otherwise.
 */

const PRESENCE_INTERVAL_MS = 1_000
/** Status answers are waited for in a conversation; what a printer says unasked may take a blink. */
const READ_SOON_MS = 5
const READ_IDLE_MS = 100
/** How long after a write an answer is looked for often. */
const ANSWER_EXPECTED_MS = 1_000
/** Until the printer takes bytes again. */
const WRITE_RETRY_MS = 10
/** Not one byte taken for so long: paper out takes a printer out of the conversation, and then only a new start helps. */
export const WRITE_STALL_MS = 10_000
const READ_BYTES = 1_024

const FAULT_OF_CODE: Readonly<Record<string, LinkFault['fault']>> = {
  ENOENT: 'not-found',
  ENODEV: 'not-found',
  ENXIO: 'not-found',
  ENOTDIR: 'not-found',
  EISDIR: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EBUSY: 'busy',
}
/** Nothing to read, or no room to write: later. ENOSPC is what usblp says of a printer without paper. */
const LATER: ReadonlySet<string> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR', 'ENOSPC'])
/** What reading a printer without a back channel gives: it can print, and tells nothing. */
const WRITE_ONLY: ReadonlySet<string> = new Set(['EINVAL', 'EBADF'])

/** Opens the character device of a USB printer. */
export async function openUsbLpLink(
  url: string,
  { path }: UsbLpDevice,
  clock: Clock = realClock,
): Promise<OpenLinkResult> {
  let file: FileHandle
  try {
    // Opening does not wait for the printer: usblp only asks whether somebody else has it.
    file = await open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY)
    const isDevice = (await file.stat()).isCharacterDevice()
    if (!isDevice) {
      await file.close()
      return { ok: false, fault: 'not-found', detail: `${path} is no character device` }
    }
  } catch (error) {
    return { ok: false, fault: FAULT_OF_CODE[codeOf(error)] ?? 'refused', detail: messageOf(error) }
  }
  return { ok: true, link: linkOverFile(url, path, file, clock) }
}

function linkOverFile(url: string, path: string, file: FileHandle, clock: Clock): ByteLink {
  const core = createLinkCore()
  let closed: Promise<void> | undefined
  let askOftenUntilMs = 0
  let busy = 0
  let whenIdle: (() => void) | undefined
  let lastWrite: Promise<void> = Promise.resolve()
  let cancelRead: () => void = () => undefined
  let reading = false
  let deaf = false
  const buffer = new Uint8Array(READ_BYTES)
  const presence = setInterval(() => {
    access(path).catch((error) => end({ fault: 'lost', detail: `the printer's file is gone: ${messageOf(error)}` }))
  }, PRESENCE_INTERVAL_MS).unref()

  function end(reason: LinkFault): Promise<void> {
    core.end(reason)
    clearInterval(presence)
    cancelRead()
    closed ??= shut()
    return closed
  }

  async function shut(): Promise<void> {
    // A descriptor that is closed under a read in flight may by then belong to another file.
    if (busy > 0) {
      await new Promise<void>((resolve) => {
        whenIdle = resolve
      })
    }
    await file.close()
  }

  /** How many bytes went, or why none did. */
  async function attempt(
    run: () => Promise<number>,
  ): Promise<{ readonly count: number } | { readonly error: unknown }> {
    busy += 1
    try {
      return { count: await run() }
    } catch (error) {
      return { error }
    } finally {
      busy -= 1
      if (busy === 0) whenIdle?.()
    }
  }

  async function readOnce(): Promise<void> {
    const read = await attempt(async () => (await file.read(buffer, 0, READ_BYTES, null)).bytesRead)
    if (core.ended() !== undefined) return
    if ('error' in read) {
      const code = codeOf(read.error)
      if (WRITE_ONLY.has(code)) {
        deaf = true
        return
      }
      if (!LATER.has(code)) {
        void end({ fault: 'lost', detail: messageOf(read.error) })
        return
      }
    } else if (read.count > 0) core.deliver(Uint8Array.from(buffer.subarray(0, read.count)))
    readAfter(clock.nowMs() < askOftenUntilMs ? READ_SOON_MS : READ_IDLE_MS)
  }

  function readAfter(delayMs: number): void {
    reading = false
    cancelRead()
    if (deaf || core.ended() !== undefined) return
    cancelRead = clock.after(delayMs, () => {
      reading = true
      void readOnce()
    })
  }

  async function write(bytes: Uint8Array): Promise<void> {
    let sent = 0
    let movedAtMs = clock.nowMs()
    while (sent < bytes.length && core.ended() === undefined) {
      const wrote = await attempt(async () => (await file.write(bytes, sent, bytes.length - sent, null)).bytesWritten)
      if ('error' in wrote && !LATER.has(codeOf(wrote.error))) {
        void end({ fault: 'lost', detail: messageOf(wrote.error) })
      } else if ('count' in wrote && wrote.count > 0) {
        sent += wrote.count
        movedAtMs = clock.nowMs()
      } else if (clock.nowMs() - movedAtMs >= WRITE_STALL_MS) {
        void end({ fault: 'timed-out', detail: `${path} took no byte for ${WRITE_STALL_MS} ms` })
      } else {
        await new Promise<void>((resolve) => {
          clock.after(WRITE_RETRY_MS, resolve)
        })
      }
    }
    askOftenUntilMs = clock.nowMs() + ANSWER_EXPECTED_MS
    if (!reading) readAfter(READ_SOON_MS)
  }

  readAfter(READ_SOON_MS)
  return {
    url,
    write(bytes) {
      const written = lastWrite.then(() => write(bytes))
      lastWrite = written
      return written
    },
    onData: core.onData,
    onClose: core.onClose,
    close: () => end({ fault: 'closed', detail: 'closed by this side' }),
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

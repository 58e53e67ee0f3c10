import { describe, expect, it } from 'vitest'
import {
  decodeAutoStatus,
  decodeQueuedPaperStatus,
  decodeRealTimeStatus,
  isAutoStatusStart,
  isQueuedAnswer,
  isRealTimeAnswer,
  NO_TROUBLE,
  type PrinterStatus,
  stateOf,
} from './status.ts'

function whole(answers: readonly [number, number, number, number]): PrinterStatus {
  const status = { ...NO_TROUBLE }
  for (const [index, byte] of answers.entries()) {
    const decoded = decodeRealTimeStatus((index + 1) as 1 | 2 | 3 | 4, byte)
    if (!decoded.ok) throw new Error(`garbage ${byte}`)
    Object.assign(status, decoded.status)
  }
  return status
}

describe('real-time status (devices.md 4.2)', () => {
  it('reads the documented example 1A 32 7E: off line, stopped at paper end, near end and end', () => {
    const status = whole([0x1a, 0x32, 0x12, 0x7e])
    expect(status).toEqual({
      ...NO_TROUBLE,
      offline: true,
      stoppedAtPaperEnd: true,
      paperNearEnd: true,
      paperEnd: true,
    })
    expect(stateOf(status)).toEqual({ state: 'paper-out' })
  })

  it.each([
    [[0x12, 0x12, 0x12, 0x12], { state: 'ready', paperNearEnd: false }],
    [[0x12, 0x12, 0x12, 0x1e], { state: 'ready', paperNearEnd: true }],
    [[0x1a, 0x16, 0x12, 0x12], { state: 'cover-open' }],
    [[0x1a, 0x16, 0x12, 0x7e], { state: 'cover-open' }],
    [[0x3a, 0x52, 0x1a, 0x12], { state: 'cutter-error' }],
    [[0x1a, 0x52, 0x32, 0x12], { state: 'error', cause: 'unrecoverable' }],
    [[0x1a, 0x52, 0x52, 0x12], { state: 'head-hot' }],
    [[0x1a, 0x52, 0x12, 0x12], { state: 'error', cause: 'recoverable' }],
    [[0x1a, 0x1a, 0x12, 0x12], { state: 'error', cause: 'offline' }],
  ] as const)('%j means %j', (answers, state) => {
    expect(stateOf(whole(answers))).toEqual(state)
  })

  it.each([0x00, 0xff, 0x10, 0x13, 0x92, 0x02, 0x9a])('rejects %i, whose fixed bits are wrong', (byte) => {
    for (const n of [1, 2, 3, 4] as const) {
      expect(decodeRealTimeStatus(n, byte)).toEqual({ ok: false, fault: 'garbage', byte })
    }
  })
})

describe('automatic and queued status', () => {
  it('reads an automatic status of cover open and paper end', () => {
    expect(decodeAutoStatus(Uint8Array.of(0x38, 0x00, 0x0f, 0x00))).toMatchObject({
      ok: true,
      status: { offline: true, coverOpen: true, paperNearEnd: true, paperEnd: true, cutterError: false },
    })
    expect(decodeAutoStatus(Uint8Array.of(0x18, 0x08, 0x00, 0x00))).toMatchObject({ status: { cutterError: true } })
  })

  it('rejects four bytes that are no automatic status', () => {
    expect(decodeAutoStatus(Uint8Array.of(0x1a, 0, 0, 0))).toMatchObject({ ok: false, byte: 0x1a })
    expect(decodeAutoStatus(Uint8Array.of(0x10, 0, 0x80, 0))).toMatchObject({ ok: false, byte: 0x80 })
    expect(decodeAutoStatus(Uint8Array.of(0x10, 0, 0))).toMatchObject({ ok: false })
  })

  it('reads GS r 1, whose bits stand elsewhere than those of DLE EOT 4', () => {
    expect(decodeQueuedPaperStatus(0x00)).toEqual({ ok: true, status: { paperNearEnd: false, paperEnd: false } })
    expect(decodeQueuedPaperStatus(0x03)).toEqual({ ok: true, status: { paperNearEnd: true, paperEnd: false } })
    expect(decodeQueuedPaperStatus(0x0f)).toEqual({ ok: true, status: { paperNearEnd: true, paperEnd: true } })
    expect(decodeQueuedPaperStatus(0x12)).toMatchObject({ ok: false })
  })

  it('no byte can be taken for two kinds of answer', () => {
    for (let byte = 0; byte < 256; byte++) {
      const kinds = [isRealTimeAnswer(byte), isAutoStatusStart(byte), isQueuedAnswer(byte)].filter(Boolean)
      expect(kinds.length, `byte ${byte}`).toBeLessThanOrEqual(1)
    }
  })
})

import { AIM_BYTES, type AimIdentifier, aimAt } from './aim.ts'
import { type CodeFramer, codeOf, type Framed } from './framing.ts'
import { MAX_CODE_BYTES } from './states.ts'

/**
 * A scanner as HID point-of-sale device (usage page 8C): reports of 64 bytes, number 02. Behind the number stand the count of
 * data bytes, the AIM identifier (in some makes one byte later), and up to 56 data bytes; bit 0 of the last byte says
 * that more follows (reference/devices.md 3, offsets [U]; @point-of-sale/webhid-barcode-scanner reads the same two).
 */

export const HID_POS_USAGE_PAGE = 0x8c
export const HID_POS_USAGE = 0x02
export const REPORT_BYTES = 64
const REPORT_NUMBER = 0x02
const COUNT_AT = 1
const AIM_PLACES = [2, 3] as const
export const DATA_BYTES = 56
const MORE_FOLLOWS = 0x01
/** Reports of one code come in a row, a millisecond or so apart; the rest of one that is this late is lost. */
const QUIET_MS = 250

/** Honeywell and Youjie send HID reports only after this feature report (@point-of-sale/webhid-barcode-scanner). */
export const VENDORS_TO_WAKE: readonly number[] = [0x0c2e, 0x23d0]
export const WAKE_FEATURE: Uint8Array = Uint8Array.of(254, 1)

export function createHidFramer(): CodeFramer {
  const room = new Uint8Array(MAX_CODE_BYTES)
  let length = 0
  let identifier: AimIdentifier | undefined
  /** Nothing counts until a report that says it is a code's last. */
  let latched = false

  function give(fault: 'over-long' | 'broken-report', bytes: number, isLast: boolean): Framed[] {
    length = 0
    identifier = undefined
    latched = !isLast
    return [{ kind: 'fault', fault, bytes }]
  }

  return {
    quietMs: () => QUIET_MS,
    push(report) {
      // A scanner has other reports too, for instance of its trigger.
      if (report[0] !== REPORT_NUMBER) return []
      const isLast = ((report[REPORT_BYTES - 1] ?? 0) & MORE_FOLLOWS) === 0
      if (latched) {
        latched = !isLast
        return []
      }
      const count = report[COUNT_AT] ?? 0
      const aimPlace = AIM_PLACES.find((place) => aimAt(report, place) !== undefined)
      if (report.length !== REPORT_BYTES || aimPlace === undefined) return give('broken-report', length, isLast)
      const dataAt = aimPlace + AIM_BYTES
      if (count > DATA_BYTES || dataAt + count >= REPORT_BYTES) return give('broken-report', length, isLast)
      if (length + count > MAX_CODE_BYTES) return give('over-long', length + count, isLast)
      room.set(report.subarray(dataAt, dataAt + count), length)
      length += count
      identifier ??= aimAt(report, aimPlace)
      if (!isLast) return []
      const framed = codeOf(room.slice(0, length), identifier)
      length = 0
      identifier = undefined
      return framed === undefined ? [] : [framed]
    },
    quiet() {
      const bytes = length
      length = 0
      identifier = undefined
      latched = false
      return bytes === 0 ? [] : [{ kind: 'fault', fault: 'unterminated', bytes }]
    },
    isOpen: () => latched || length > 0,
    heldBytes: () => length,
  }
}

/** The reports of a payload, the other way round. `aimLate`: in the makes that put it one byte later. */
export function buildReports(payload: Uint8Array, aim: string, aimLate = false): Uint8Array[] {
  const reports: Uint8Array[] = []
  const aimPlace = AIM_PLACES[aimLate ? 1 : 0]
  for (let at = 0; at === 0 || at < payload.length; at += DATA_BYTES) {
    const piece = payload.subarray(at, at + DATA_BYTES)
    const report = new Uint8Array(REPORT_BYTES)
    report[0] = REPORT_NUMBER
    report[COUNT_AT] = piece.length
    report.set(Buffer.from(aim, 'latin1'), aimPlace)
    report.set(piece, aimPlace + AIM_BYTES)
    report[REPORT_BYTES - 1] = at + DATA_BYTES < payload.length ? MORE_FOLLOWS : 0
    reports.push(report)
  }
  return reports
}

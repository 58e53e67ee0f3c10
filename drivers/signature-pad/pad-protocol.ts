import { MAX_PRESSURE } from './states.ts'

/**
 * What a make of pads says, behind one interface: HID has no common report for pens that could be read without the
 * device's descriptor, which node-hid does not give. A new make is one more object here.
 */
export interface PadProtocol {
  readonly name: string
  readonly vendorId: number
  readonly productIds: readonly number[]
  /** Its own units; x to the right, y downwards. */
  readonly width: number
  readonly height: number
  /** Feature reports that bring it into the state to write on, and that empty its screen; their number first. */
  readonly wake: readonly Uint8Array[]
  readonly clear: readonly Uint8Array[]
  /** `other`: a report that is not about the pen. `broken`: one that cannot be. */
  decode(report: Uint8Array): PenSample | 'other' | 'broken'
}

export interface PenSample {
  readonly isTouching: boolean
  readonly x: number
  readonly y: number
  /** 0 to MAX_PRESSURE. */
  readonly pressure: number
}

const PEN_REPORT = 0x01
const PEN_BYTES = 7
const PEN_TIMED_REPORT = 0x34
const PEN_TIMED_BYTES = 11
/** Bits 4 to 6 of the first byte: tip or buttons. Its low half is the high half of 12 bits of pressure. */
const SWITCHES = 0x70
const PRESSURE_HIGH = 0x0f

/**
 * Wacom STU-540 (and by its maker's tables its sisters of the same units): report 01, two bytes of flags and pressure, x and
 * y as big-endian numbers, 13.5 units a pixel of 800 × 480; report 34 the same with time and sequence behind. Feature 0E =
 * writing mode, 21 = ink on the pad's own screen, 20 = clear it. From pabloko/Wacom-STU-WebHID, which was read, not copied; the
 * place of the switch bits is unverified.
 */
export const WACOM_STU_540: PadProtocol = {
  name: 'wacom-stu-540',
  vendorId: 0x056a,
  productIds: [0x00a8],
  width: 10_800,
  height: 6_480,
  wake: [Uint8Array.of(0x0e, 0), Uint8Array.of(0x21, 1)],
  clear: [Uint8Array.of(0x20, 0)],
  decode(report) {
    const [number = 0, flags = 0, low = 0] = report
    if (number !== PEN_REPORT && number !== PEN_TIMED_REPORT) return 'other'
    if (report.length < (number === PEN_REPORT ? PEN_BYTES : PEN_TIMED_BYTES)) return 'broken'
    const view = new DataView(report.buffer, report.byteOffset, report.byteLength)
    const [x, y] = [view.getUint16(3), view.getUint16(5)]
    const pressure = ((flags & PRESSURE_HIGH) << 8) | low
    if (x > this.width || y > this.height || pressure > MAX_PRESSURE) return 'broken'
    return { isTouching: (flags & SWITCHES) !== 0, x, y, pressure }
  },
}

/** A pen report of that make, the other way round. */
export function buildPenReport({ isTouching, x, y, pressure }: PenSample): Uint8Array {
  const report = new Uint8Array(PEN_BYTES)
  const view = new DataView(report.buffer)
  report[0] = PEN_REPORT
  view.setUint16(1, pressure)
  report[1] = (report[1] ?? 0) | 0x80 | (isTouching ? 0x10 : 0)
  view.setUint16(3, x)
  view.setUint16(5, y)
  return report
}

export const PAD_PROTOCOLS: readonly PadProtocol[] = [WACOM_STU_540]

export function padProtocolOf(vendorId: number, productId: number): PadProtocol | undefined {
  return PAD_PROTOCOLS.find((each) => each.vendorId === vendorId && each.productIds.includes(productId))
}

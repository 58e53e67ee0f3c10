/**
 * Bytes of Linux's uhid (include/uapi/linux/uhid.h), by which a program plays a HID device to its own kernel. All structs
 * are packed, numbers in the machine's order; that is little-endian on every machine this runs on.
 */

const TYPE_BYTES = 4
const NAME_BYTES = 128
const PHYS_BYTES = 64
const UNIQ_BYTES = 64
const DATA_MAX = 4096
/** struct uhid_create2_req is the largest member of the union. */
export const EVENT_BYTES = TYPE_BYTES + NAME_BYTES + PHYS_BYTES + UNIQ_BYTES + 2 + 2 + 4 * 4 + DATA_MAX

const UHID_DESTROY = 1
const UHID_START = 2
const UHID_STOP = 3
const UHID_OPEN = 4
const UHID_CLOSE = 5
const UHID_OUTPUT = 6
const UHID_GET_REPORT = 9
const UHID_GET_REPORT_REPLY = 10
const UHID_CREATE2 = 11
const UHID_INPUT2 = 12
const UHID_SET_REPORT = 13
const UHID_SET_REPORT_REPLY = 14

const BUS_USB = 0x03

export interface UhidDevice {
  readonly name: string
  readonly serial: string
  readonly vendorId: number
  readonly productId: number
  readonly descriptor: Uint8Array
}

function event(type: number): Buffer {
  const bytes = Buffer.alloc(EVENT_BYTES)
  bytes.writeUInt32LE(type)
  return bytes
}

export function createEvent({ name, serial, vendorId, productId, descriptor }: UhidDevice): Buffer {
  const bytes = event(UHID_CREATE2)
  let at = TYPE_BYTES
  bytes.write(name, at, NAME_BYTES - 1, 'utf8')
  at += NAME_BYTES + PHYS_BYTES
  bytes.write(serial, at, UNIQ_BYTES - 1, 'utf8')
  at += UNIQ_BYTES
  at = bytes.writeUInt16LE(descriptor.length, at)
  at = bytes.writeUInt16LE(BUS_USB, at)
  at = bytes.writeUInt32LE(vendorId, at)
  at = bytes.writeUInt32LE(productId, at)
  // Version and country say nothing here.
  at += 8
  bytes.set(descriptor, at)
  return bytes
}

export const destroyEvent = (): Buffer => event(UHID_DESTROY)

/** An input report, its number first when the device numbers them. */
export function inputEvent(report: Uint8Array): Buffer {
  const bytes = event(UHID_INPUT2)
  bytes.writeUInt16LE(report.length, TYPE_BYTES)
  bytes.set(report, TYPE_BYTES + 2)
  return bytes
}

/** `error` is an errno, 0 for none. */
export function setReportReply(id: number, error: number): Buffer {
  const bytes = event(UHID_SET_REPORT_REPLY)
  bytes.writeUInt32LE(id, TYPE_BYTES)
  bytes.writeUInt16LE(error, TYPE_BYTES + 4)
  return bytes
}

export function getReportReply(id: number, error: number): Buffer {
  const bytes = event(UHID_GET_REPORT_REPLY)
  bytes.writeUInt32LE(id, TYPE_BYTES)
  bytes.writeUInt16LE(error, TYPE_BYTES + 4)
  return bytes
}

/** What the kernel tells a device. */
export type KernelEvent =
  | { readonly kind: 'start' | 'stop' | 'open' | 'close' | 'other' }
  /** A report that somebody wrote, with whatever the writer put in front. */
  | { readonly kind: 'output'; readonly report: Uint8Array }
  /** A report that waits for a reply, for at most 5 s. */
  | { readonly kind: 'set-report'; readonly id: number; readonly report: Uint8Array }
  | { readonly kind: 'get-report'; readonly id: number }

const PLAIN: Readonly<Record<number, 'start' | 'stop' | 'open' | 'close'>> = {
  [UHID_START]: 'start',
  [UHID_STOP]: 'stop',
  [UHID_OPEN]: 'open',
  [UHID_CLOSE]: 'close',
}

export function readKernelEvent(bytes: Buffer): KernelEvent {
  const type = bytes.readUInt32LE()
  if (type === UHID_OUTPUT) {
    const size = bytes.readUInt16LE(TYPE_BYTES + DATA_MAX)
    return { kind: 'output', report: Uint8Array.from(bytes.subarray(TYPE_BYTES, TYPE_BYTES + size)) }
  }
  if (type === UHID_SET_REPORT) {
    const size = bytes.readUInt16LE(TYPE_BYTES + 6)
    const from = TYPE_BYTES + 8
    return {
      kind: 'set-report',
      id: bytes.readUInt32LE(TYPE_BYTES),
      report: Uint8Array.from(bytes.subarray(from, from + size)),
    }
  }
  if (type === UHID_GET_REPORT) return { kind: 'get-report', id: bytes.readUInt32LE(TYPE_BYTES) }
  return { kind: PLAIN[type] ?? 'other' }
}

import type { HidInfo } from '../../../drivers/transport/node-hid.ts'

/** Report descriptors of the three devices that are played, by usage page: the least that the kernel takes. */

const page = (value: number) => [0x06, value & 0xff, value >> 8]
const REPORT_BITS = [0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08]
const input = (count: number) => [0x95, count, 0x09, 0x01, 0x81, 0x02]
const output = (count: number) => [0x95, count, 0x09, 0x01, 0x91, 0x02]
const feature = (count: number) => [0x95, count, 0x09, 0x01, 0xb1, 0x02]
const number = (value: number) => [0x85, value]

const collection = (usagePage: number, usage: number, parts: readonly number[]) =>
  Uint8Array.from([...page(usagePage), 0x09, usage, 0xa1, 0x01, ...REPORT_BITS, ...parts, 0xc0])

export function descriptorOf({ usagePage, usage = 1 }: HidInfo): Uint8Array {
  switch (usagePage) {
    case 0xff00:
      // The card reader: 64 bytes each way, not numbered.
      return collection(usagePage, usage, [...input(64), ...output(64)])
    case 0x8c:
      // The scanner: report 2, and the feature that wakes it.
      return collection(usagePage, usage, [...number(2), ...input(63), ...number(254), ...feature(1)])
    case 0xff0d: {
      // The pad: report 1, and the features for writing mode, ink and its screen.
      const features = [0x0e, 0x21, 0x20].flatMap((each) => [...number(each), ...feature(1)])
      return collection(usagePage, usage, [...number(1), ...input(6), ...features])
    }
    default:
      throw new Error(`no descriptor for usage page ${usagePage}`)
  }
}

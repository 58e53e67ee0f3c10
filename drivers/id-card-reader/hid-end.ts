import type { ByteLink } from '../transport/byte-link.ts'
import { createLinkCore } from '../transport/link-core.ts'

/** The simulated reader's end of HID: requests in one report, answers in packets of 64 bytes. */

/** A real packet's size (reference/devices.md 1.1). */
const PACKET_BYTES = 64

/** VID and PID as three public programs have them; usage page and product as a generic reader tells them. */
export const READER_HID = {
  url: 'hid://0400:c35a',
  info: {
    vendorId: 0x0400,
    productId: 0xc35a,
    path: '/dev/hidraw0',
    product: 'Test IDR',
    usagePage: 0xff00,
    usage: 1,
  },
} as const

export interface HidEnd {
  readonly link: ByteLink
  hear(request: Uint8Array): void
}

/** `say` sends one packet. */
export function hidEnd(say: (packet: Uint8Array) => void): HidEnd {
  const core = createLinkCore()
  // The buffer of the device: what a packet does not fill is what an earlier one left there.
  const buffer = new Uint8Array(PACKET_BYTES)
  return {
    link: {
      url: READER_HID.url,
      async write(bytes) {
        for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
          buffer.set(bytes.subarray(at, at + PACKET_BYTES))
          say(buffer.slice())
        }
      },
      onData: core.onData,
      onClose: core.onClose,
      // Nothing to close: a pulled device is the system's business, and it may be plugged in again.
      close: async () => undefined,
    },
    hear: core.deliver,
  }
}

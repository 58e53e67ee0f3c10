import type { ByteLink } from '../transport/byte-link.ts'
import { createLinkCore } from '../transport/link-core.ts'
import { asReportLink } from '../transport/report-link.ts'
import { answerBytesOf } from './protocol.ts'

/**
 * Readers on HID answer in packets of a fixed size (64 bytes): a frame begins at the start of a packet, goes on in the
 * next ones until its length is reached, and the rest of its last packet is padding, which may hold anything
 * (reference/devices.md 1.1). This takes the padding off, so that protocol.ts sees the same bytes as on a serial line.
 * A request goes out whole, in one report.
 */
export function overHidPackets(link: ByteLink): ByteLink {
  if (asReportLink(link) === undefined) return link
  const core = createLinkCore()
  const trim = createPaddingTrimmer()
  link.onData((packet) => {
    const bytes = trim.take(packet)
    if (bytes.length > 0) core.deliver(bytes)
  })
  link.onClose(core.end)
  return {
    url: link.url,
    write(request) {
      // Whatever was still to come belonged to an answer that nobody waits for any more.
      trim.restart()
      return link.write(request)
    },
    onData: core.onData,
    onClose: core.onClose,
    close: () => link.close(),
  }
}

export interface PaddingTrimmer {
  /** The bytes of a packet that belong to a frame. A packet that neither begins nor continues one is given on whole. */
  take(packet: Uint8Array): Uint8Array
  restart(): void
}

export function createPaddingTrimmer(): PaddingTrimmer {
  /** Bytes of the current frame that have not come yet. */
  let left = 0
  return {
    take(packet) {
      if (left === 0) {
        const whole = answerBytesOf(packet)
        // Noise, or a length that cannot be: the parser says what is wrong with it.
        if (whole === undefined) return packet
        left = whole
      }
      const bytes = packet.subarray(0, left)
      left -= bytes.length
      return bytes
    },
    restart() {
      left = 0
    },
  }
}

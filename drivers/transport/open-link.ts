import type { OpenLink } from './byte-link.ts'
import { rowOf } from './device-schemes.ts'
import { parseDeviceUrl } from './device-url.ts'
import { type HidLinkTools, openHidLink } from './hid-link.ts'
import { openSerialLink } from './serial-link.ts'
import { openTcpLink } from './tcp-link.ts'
import { openUsbLpLink } from './usblp-link.ts'

/** `openLink` over another HID system than this machine's. */
export function createOpenLink(hidTools?: HidLinkTools): OpenLink {
  return async (url, timeoutMs) => {
    const parsed = parseDeviceUrl(url)
    if (!parsed.ok) return parsed
    const { device } = parsed
    switch (device.scheme) {
      case 'serial':
        return openSerialLink(url, device, timeoutMs)
      case 'tcp':
        return openTcpLink(url, device, timeoutMs)
      case 'hid':
        return openHidLink(url, device, timeoutMs, hidTools)
      case 'usblp':
        return openUsbLpLink(url, device)
      default: {
        const classes = rowOf(device.scheme).classes.join(', ')
        return {
          ok: false,
          fault: 'bad-url',
          detail: `"${url}" names no wire of bytes; it is an address for ${classes}`,
        }
      }
    }
  }
}

/** Opens the wire that a device URL names. Every expected failure is a value: see LinkFault. Over hid: see ReportLink. */
export const openLink: OpenLink = createOpenLink()

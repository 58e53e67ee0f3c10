import type { OpenLink } from './byte-link.ts'
import { parseDeviceUrl } from './device-url.ts'
import { openSerialLink } from './serial-link.ts'
import { openTcpLink } from './tcp-link.ts'

/** Opens the wire that a device URL names. Every expected failure is a value: see LinkFault. */
export const openLink: OpenLink = async (url, timeoutMs) => {
  const parsed = parseDeviceUrl(url)
  if (!parsed.ok) return parsed
  return parsed.device.scheme === 'serial'
    ? openSerialLink(url, parsed.device, timeoutMs)
    : openTcpLink(url, parsed.device, timeoutMs)
}

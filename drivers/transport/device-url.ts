import type { DeviceClass } from '../condition/states.ts'
import { isScheme, rowOf, type Scheme, schemeMeant, schemesOf } from './device-schemes.ts'

/**
 * Device URLs name the way to a device: `serial:///dev/ttyUSB0?baud=115200`, `serial://COM3`, `tcp://host:port`,
 * `hid://0400:c35a?usage=8c`, `usblp:///dev/usb/lp0`, and the addresses of device-schemes.ts that other classes read.
 * A typing error in a settings file must give a sentence that names the error, so unknown parameters are refused too.
 */

/** What most SAM readers and serial printers are delivered with (reference/devices.md 1.1). */
export const DEFAULT_BAUD = 115_200
/** The slowest and fastest speeds that the parts in use know; anything else in a settings file is a typing error. */
const MIN_BAUD = 300
const MAX_BAUD = 4_000_000
const MAX_PORT = 65_535

export interface SerialDevice {
  readonly scheme: 'serial'
  /** `/dev/ttyUSB0`, a PTY's path, or `COM3`. */
  readonly path: string
  readonly baud: number
}

export interface TcpDevice {
  readonly scheme: 'tcp'
  readonly host: string
  readonly port: number
}

export interface HidDevice {
  readonly scheme: 'hid'
  readonly vendorId: number
  readonly productId: number
  /** Which of a device's collections: of a scanner that is a keyboard too, the one with page 8C. Absent = the first. */
  readonly usagePage?: number
  readonly usage?: number
  /** Tells two devices of one make apart. */
  readonly serial?: string
}

export interface UsbLpDevice {
  readonly scheme: 'usblp'
  /** A character device of Linux's usblp, `/dev/usb/lp0`. */
  readonly path: string
}

/** An address whose meaning belongs to one class; here only its shape was looked at. */
export interface ForeignDevice {
  readonly scheme: Exclude<Scheme, 'serial' | 'tcp' | 'hid' | 'usblp'>
  /** All behind the scheme's colon, as it was written. */
  readonly rest: string
}

export type DeviceAddress = SerialDevice | TcpDevice | HidDevice | UsbLpDevice | ForeignDevice

export type ParseDeviceUrlResult =
  | { readonly ok: true; readonly device: DeviceAddress }
  | { readonly ok: false; readonly fault: 'bad-url'; readonly detail: string }

/** Reads a device URL. Never throws; `detail` says in plain English what is wrong with it. */
export function parseDeviceUrl(text: string): ParseDeviceUrlResult {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return bad(`"${text}" is not a URL: it begins with no scheme, such as serial:`)
  if (!isScheme(scheme)) return bad(unknownScheme(text, scheme))
  // The product id behind the colon is no port, so this is not a URL as the standard reads it.
  if (scheme === 'hid') return parseHid(text)
  const rest = text.slice(scheme.length + 1)
  if (scheme === 'cups' || scheme === 'sane' || scheme === 'pcsc') {
    // Whatever CUPS, SANE or PC/SC call a device, spaces and colons included.
    const isNamed = rest.replace(/^\/+/, '').trim() !== ''
    return isNamed
      ? { ok: true, device: { scheme, rest } }
      : bad(`"${text}" names no device; write ${rowOf(scheme).form}`)
  }
  let url: URL
  try {
    url = new URL(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return bad(`"${text}" is not a URL: ${why}; write ${rowOf(scheme).form}`)
  }
  if (url.username !== '' || url.password !== '') return bad(`"${text}" must not carry a user name or password`)
  if (url.hash !== '') return bad(`"${text}" must not carry a #fragment`)
  if (scheme === 'serial') return parseSerial(text, url)
  if (scheme === 'tcp') return parseTcp(text, url)
  if (scheme === 'usblp') return parseUsbLp(text, url)
  if (url.hostname === '') return bad(`"${text}" names no host; write ${rowOf(scheme).form}`)
  return { ok: true, device: { scheme, rest } }
}

/** The same for the address of one device class: a printer's address at a card reader is a typing error too. */
export function parseDeviceUrlFor(deviceClass: DeviceClass, text: string): ParseDeviceUrlResult {
  const parsed = parseDeviceUrl(text)
  if (!parsed.ok) return parsed
  const { classes } = rowOf(parsed.device.scheme)
  if (classes.includes(deviceClass)) return parsed
  const fits = schemesOf(deviceClass).map((scheme) => `${scheme}:`)
  const mine = fits.length === 0 ? 'it has no address' : `its addresses begin with ${listed(fits)}`
  return bad(`"${text}" is an address for ${listed(classes)}, not for ${deviceClass}; ${mine}`)
}

function unknownScheme(text: string, scheme: string): string {
  const meant = schemeMeant(scheme)
  const known = schemesOf().map((each) => `${each}:`)
  const guess = meant === undefined ? '' : ` (did you mean "${meant}:"?)`
  return `"${text}" has the scheme "${scheme}:"${guess}; known are ${listed(known)}`
}

function parseSerial(text: string, url: URL): ParseDeviceUrlResult {
  const decoded = decodedPath(text, url)
  if (!decoded.ok) return decoded
  let { path } = decoded
  if (url.host !== '') {
    // serial://COM3 is how a Windows port is written; serial://dev/ttyUSB0 is a forgotten slash.
    if (path !== '' && path !== '/') return bad(`"${text}" names a path after a host; write serial:///dev/...`)
    path = url.host
  } else if (path === '' || path === '/') {
    return bad(`"${text}" names no port; write serial:///dev/ttyUSB0 or serial://COM3`)
  }
  const wrong = wrongParameters(text, url.searchParams, ['baud'])
  if (wrong !== undefined) return wrong
  const written = url.searchParams.get('baud') ?? String(DEFAULT_BAUD)
  const baud = wholeNumber(written)
  if (baud === undefined || baud < MIN_BAUD || baud > MAX_BAUD) {
    return bad(`"${text}" has baud "${written}"; a whole number from ${MIN_BAUD} to ${MAX_BAUD} is needed`)
  }
  return { ok: true, device: { scheme: 'serial', path, baud } }
}

function parseTcp(text: string, url: URL): ParseDeviceUrlResult {
  if (url.hostname === '') return bad(`"${text}" names no host; write tcp://host:port`)
  if (url.pathname !== '' && url.pathname !== '/') return bad(`"${text}" has a path; tcp:// takes only host:port`)
  if (url.search !== '') return bad(`"${text}" has parameters; tcp:// takes only host:port`)
  const port = wholeNumber(url.port)
  if (port === undefined || port < 1 || port > MAX_PORT) return bad(`"${text}" names no port; write tcp://host:port`)
  // URL keeps the brackets of an IPv6 address; a socket wants it bare.
  return { ok: true, device: { scheme: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port } }
}

function parseUsbLp(text: string, url: URL): ParseDeviceUrlResult {
  const decoded = decodedPath(text, url)
  if (!decoded.ok) return decoded
  if (url.host !== '') return bad(`"${text}" names a path after a host; write usblp:///dev/usb/lp0`)
  if (decoded.path === '' || decoded.path === '/') return bad(`"${text}" names no file; write usblp:///dev/usb/lp0`)
  if (url.search !== '') return bad(`"${text}" has parameters; usblp:// takes only a path`)
  return { ok: true, device: { scheme: 'usblp', path: decoded.path } }
}

function parseHid(text: string): ParseDeviceUrlResult {
  if (text.includes('#')) return bad(`"${text}" must not carry a #fragment`)
  const parts = /^hid:\/\/([^/?]*)\/?(?:\?(.*))?$/i.exec(text)
  const ids = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(parts?.[1] ?? '')
  if (ids === null) {
    return bad(
      `"${text}" names no device; write hid:// and vendor and product id as lsusb prints them, hid://0400:c35a`,
    )
  }
  const parameters = new URLSearchParams(parts?.[2] ?? '')
  const wrong = wrongParameters(text, parameters, ['usage', 'serial'])
  if (wrong !== undefined) return wrong
  const written = parameters.get('usage')
  const usage = written === null ? undefined : /^([0-9a-f]{1,4})(?::([0-9a-f]{1,4}))?$/i.exec(written)
  if (usage === null) {
    return bad(
      `"${text}" has usage "${written}"; a usage page or page:usage in hexadecimal is needed, as in usage=8c:2`,
    )
  }
  const serial = parameters.get('serial')
  if (serial === '') return bad(`"${text}" has an empty serial`)
  return {
    ok: true,
    device: {
      scheme: 'hid',
      vendorId: Number.parseInt(ids[1] ?? '', 16),
      productId: Number.parseInt(ids[2] ?? '', 16),
      ...(usage === undefined ? {} : { usagePage: Number.parseInt(usage[1] ?? '', 16) }),
      ...(usage?.[2] === undefined ? {} : { usage: Number.parseInt(usage[2], 16) }),
      ...(serial === null ? {} : { serial }),
    },
  }
}

function decodedPath(text: string, url: URL): { readonly ok: true; readonly path: string } | BadUrl {
  try {
    return { ok: true, path: decodeURIComponent(url.pathname) }
  } catch (error) {
    return bad(`"${text}" has a bad % escape in its path: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Each parameter must be known and may stand there once. */
function wrongParameters(text: string, given: URLSearchParams, known: readonly string[]): BadUrl | undefined {
  const names = [...given.keys()]
  const unknown = names.find((name) => !known.includes(name))
  const isAre = known.length === 1 ? 'is' : 'are'
  if (unknown !== undefined) {
    return bad(`"${text}" has the unknown parameter "${unknown}"; known ${isAre} ${listed(known)}`)
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? undefined : bad(`"${text}" gives ${twice} more than once`)
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

type BadUrl = ParseDeviceUrlResult & { ok: false }

function bad(detail: string): BadUrl {
  return { ok: false, fault: 'bad-url', detail }
}

/**
 * Device URLs name the wire to a device: `serial:///dev/ttyUSB0?baud=115200`, `serial://COM3`, `tcp://host:port`.
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

export type DeviceAddress = SerialDevice | TcpDevice

export type ParseDeviceUrlResult =
  | { readonly ok: true; readonly device: DeviceAddress }
  | { readonly ok: false; readonly fault: 'bad-url'; readonly detail: string }

/** Reads a device URL. Never throws; `detail` says in plain English what is wrong with it. */
export function parseDeviceUrl(text: string): ParseDeviceUrlResult {
  let url: URL
  try {
    url = new URL(text)
  } catch (error) {
    return bad(`"${text}" is not a URL: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (url.username !== '' || url.password !== '') return bad(`"${text}" must not carry a user name or password`)
  if (url.hash !== '') return bad(`"${text}" must not carry a #fragment`)
  if (url.protocol === 'serial:') return parseSerial(text, url)
  if (url.protocol === 'tcp:') return parseTcp(text, url)
  return bad(`"${text}" has the scheme "${url.protocol}"; known are serial: and tcp:`)
}

function parseSerial(text: string, url: URL): ParseDeviceUrlResult {
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch (error) {
    return bad(`"${text}" has a bad % escape in its path: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (url.host !== '') {
    // serial://COM3 is how a Windows port is written; serial://dev/ttyUSB0 is a forgotten slash.
    if (path !== '' && path !== '/') return bad(`"${text}" names a path after a host; write serial:///dev/...`)
    path = url.host
  } else if (path === '' || path === '/') {
    return bad(`"${text}" names no port; write serial:///dev/ttyUSB0 or serial://COM3`)
  }
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'baud')
  if (unknown !== undefined) return bad(`"${text}" has the unknown parameter "${unknown}"; known is baud`)
  const bauds = url.searchParams.getAll('baud')
  if (bauds.length > 1) return bad(`"${text}" gives baud more than once`)
  const written = bauds[0] ?? String(DEFAULT_BAUD)
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

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function bad(detail: string): ParseDeviceUrlResult {
  return { ok: false, fault: 'bad-url', detail }
}

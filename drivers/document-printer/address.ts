/**
 * Where a printer is. `ipp://host[:631]/ipp/print`, `ipps://host[:631]/ipp/print?sha256=…`, `cups://host[:631]/printers/NAME`,
 * `cups:NAME` (the CUPS of this machine). A typing error gives a sentence that names the error.
 */

/** RFC 8010 and RFC 7472: both schemes. */
const DEFAULT_PORT = 631
/** RFC 8011 section 5.1.6 allows 1023 in a request, and percent signs make some of it longer. */
const MAX_URL_CHARACTERS = 500

export type TlsTrust =
  /** A certificate that the machine's authorities vouch for. */
  | { readonly by: 'authorities' }
  /** Exactly this certificate: SHA-256 of its DER bytes, 64 hexadecimal digits, lower case. */
  | { readonly by: 'fingerprint'; readonly sha256: string }
  /** Any: only for asking the device behind a queue how it is. The document never goes that way. */
  | { readonly by: 'nobody' }

/** An IPP object that can be asked: where to post, and its name in the request. */
export interface IppTarget {
  readonly host: string
  readonly port: number
  /** Path and query of the HTTP request. */
  readonly path: string
  /** printer-uri in the request. */
  readonly printerUri: string
  /** undefined: in the clear. */
  readonly tls: TlsTrust | undefined
}

export interface PrinterAddress {
  /** ipp: the printer itself. cups: a queue of CUPS, behind which the printer is. */
  readonly kind: 'ipp' | 'cups'
  readonly target: IppTarget
}

export type ParsePrinterUrlResult =
  | { readonly ok: true; readonly address: PrinterAddress }
  | { readonly ok: false; readonly fault: 'bad-url'; readonly detail: string }

/** Reads a device URL. Never throws; `detail` says in plain English what is wrong with it. */
export function parsePrinterUrl(text: string): ParsePrinterUrlResult {
  if (text.length > MAX_URL_CHARACTERS) return bad(`a URL of ${text.length} characters is too long`)
  const url = urlOf(text)
  if (typeof url === 'string') return bad(`"${text}" is not a URL: ${url}`)
  if (url.username !== '' || url.password !== '') return bad(`"${text}" must not carry a user name or password`)
  if (url.hash !== '') return bad(`"${text}" must not carry a #fragment`)
  switch (url.protocol) {
    case 'ipp:':
      if (url.search !== '') return bad(`"${text}" has parameters; ipp:// takes none`)
      return direct(text, url, undefined)
    case 'ipps:':
      return overTls(text, url)
    case 'cups:':
      if (url.search !== '') return bad(`"${text}" has parameters; cups: takes none`)
      return queue(text, url)
    default:
      return bad(`"${text}" has the scheme "${url.protocol}"; known are ipp:, ipps: and cups:`)
  }
}

function direct(text: string, url: URL, tls: TlsTrust | undefined): ParsePrinterUrlResult {
  const scheme = url.protocol.slice(0, -1)
  if (url.hostname === '') return bad(`"${text}" names no host; write ${scheme}://host/ipp/print`)
  if (url.pathname === '' || url.pathname === '/') {
    return bad(`"${text}" has no path; most printers have /ipp/print: ${scheme}://${url.host}/ipp/print`)
  }
  return { ok: true, address: { kind: 'ipp', target: targetOf(url, scheme, tls) } }
}

function overTls(text: string, url: URL): ParsePrinterUrlResult {
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'sha256')
  if (unknown !== undefined) return bad(`"${text}" has the unknown parameter "${unknown}"; known is sha256`)
  const given = url.searchParams.getAll('sha256')
  if (given.length > 1) return bad(`"${text}" gives sha256 more than once`)
  const written = given[0]
  if (written === undefined) return direct(text, url, { by: 'authorities' })
  const sha256 = written.replaceAll(':', '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(sha256)) return bad(`"${text}" has sha256 "${written}"; 64 hexadecimal digits are needed`)
  return direct(text, url, { by: 'fingerprint', sha256 })
}

function queue(text: string, url: URL): ParsePrinterUrlResult {
  const local = url.hostname === ''
  if (local && url.pathname.startsWith('/')) {
    return bad(`"${text}" names no host; write cups:NAME or cups://host/printers/NAME`)
  }
  const path = local ? `/printers/${url.pathname}` : url.pathname
  if (!/^\/(?:printers|classes)\/[^/]+$/.test(path)) {
    return bad(`"${text}" names no queue; write cups:NAME or cups://host/printers/NAME`)
  }
  const full = urlOf(`cups://${local ? 'localhost' : url.host}${path}`)
  if (typeof full === 'string') return bad(`"${text}" names no queue: ${full}`)
  return { ok: true, address: { kind: 'cups', target: targetOf(full, 'ipp', undefined) } }
}

function targetOf(url: URL, scheme: string, tls: TlsTrust | undefined): IppTarget {
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  // URL keeps the brackets of an IPv6 address; a socket wants it bare.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port, path: url.pathname, printerUri: `${scheme}://${url.hostname}:${port}${url.pathname}`, tls }
}

/** What is behind a queue, from its device-uri. */
export type BehindQueue =
  | { readonly ask: 'ipp'; readonly target: IppTarget }
  /** Nothing can be asked there, but whether somebody answers the door can be seen. */
  | { readonly ask: 'knock'; readonly url: string }
  /** USB, a file, a name that only the network's service discovery knows: CUPS alone reaches it. */
  | { readonly ask: 'cannot' }

const APP_SOCKET_PORT = 9100

export function behindQueue(deviceUri: string | undefined): BehindQueue {
  const url = deviceUri === undefined ? 'none' : urlOf(deviceUri)
  if (typeof url === 'string' || url.hostname === '') return { ask: 'cannot' }
  switch (url.protocol) {
    case 'ipp:':
      return { ask: 'ipp', target: targetOf(url, 'ipp', undefined) }
    case 'ipps:':
      return { ask: 'ipp', target: targetOf(url, 'ipps', { by: 'nobody' }) }
    case 'socket:':
      return { ask: 'knock', url: `tcp://${url.hostname}:${url.port === '' ? APP_SOCKET_PORT : url.port}` }
    default:
      return { ask: 'cannot' }
  }
}

/** The URL, or why it is none. */
function urlOf(text: string): URL | string {
  try {
    return new URL(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function bad(detail: string): ParsePrinterUrlResult {
  return { ok: false, fault: 'bad-url', detail }
}

/** Addresses of document scanners: `escl://host:port/eSCL`, `escls://…` (TLS) and `sane:DEVICE`. */

export interface EsclAddress {
  readonly scheme: 'escl'
  readonly isTls: boolean
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Without a slash at its end. */
  readonly path: string
  /** SHA-256 of the certificate that the device shows, 64 small hexadecimal digits; only then a self-signed one is taken. */
  readonly certificateSha256: string | undefined
}

export interface SaneAddress {
  readonly scheme: 'sane'
  /** As `scanimage -L` writes it, for instance `genesys:libusb:001:004` or `airscan:e0:Hall`. */
  readonly device: string
}

export type ScannerAddress = EsclAddress | SaneAddress

export type ParseScannerUrlResult =
  | { readonly ok: true; readonly address: ScannerAddress }
  | { readonly ok: false; readonly fault: 'bad-url'; readonly detail: string }

const DEFAULT_PATH = '/eSCL'
const HTTP_PORT = 80
const HTTPS_PORT = 443
const MAX_DEVICE_UNITS = 200

/** Reads the address of a scanner. Never throws; `detail` says in plain English what is wrong with it. */
export function parseScannerUrl(text: string): ParseScannerUrlResult {
  if (text.startsWith('sane:')) return parseSane(text)
  let url: URL
  try {
    url = new URL(text)
  } catch (error) {
    return bad(`"${text}" is not a URL: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (url.protocol !== 'escl:' && url.protocol !== 'escls:') {
    return bad(`"${text}" has the scheme "${url.protocol}"; known are escl:, escls: and sane:`)
  }
  if (url.username !== '' || url.password !== '') return bad(`"${text}" must not carry a user name or password`)
  if (url.hash !== '') return bad(`"${text}" must not carry a #fragment`)
  if (url.hostname === '') return bad(`"${text}" names no host; write escl://host/eSCL`)
  const isTls = url.protocol === 'escls:'
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'certificate')
  if (unknown !== undefined) return bad(`"${text}" has the unknown parameter "${unknown}"; known is certificate`)
  const certificate = url.searchParams.get('certificate')
  if (certificate !== null && !isTls) return bad(`"${text}" names a certificate; only escls:// has one`)
  const sha256 = certificate?.replaceAll(':', '').toLowerCase()
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    return bad(`"${text}" has a certificate that is no SHA-256 of 64 hexadecimal digits`)
  }
  if (url.port === '0') return bad(`"${text}" names port 0`)
  const path = url.pathname.replace(/\/+$/, '')
  return {
    ok: true,
    address: {
      scheme: 'escl',
      isTls,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isTls ? HTTPS_PORT : HTTP_PORT) : Number(url.port),
      path: path === '' ? DEFAULT_PATH : path,
      certificateSha256: sha256,
    },
  }
}

function parseSane(text: string): ParseScannerUrlResult {
  const device = text.slice('sane:'.length)
  if (device === '') return bad(`"${text}" names no device; write sane: and what scanimage -L shows`)
  if (device.length > MAX_DEVICE_UNITS) return bad(`"${text}" is too long for the name of a device`)
  // It becomes an argument of a program: no control characters, and nothing that looks like an option.
  if (/^-|\p{Cc}/u.test(device)) return bad(`"${text}" holds a character that no name of a device has`)
  return { ok: true, address: { scheme: 'sane', device } }
}

function bad(detail: string): ParseScannerUrlResult {
  return { ok: false, fault: 'bad-url', detail }
}

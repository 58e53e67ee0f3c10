/**
 * `pcsc:PATTERN` names a reader by a pattern over its PC/SC name, never by a USB id: a hall replaces a reader by another
 * model and changes one line. `*` stands for any run of characters, a `?` written as %3F for one; all else is literal,
 * upper and lower case alike. `pcsc:*` is the first reader that the service lists.
 *
 * Parameters: `share=exclusive|shared` (exclusive unless given) and `socket=PATH` of the service, for simulators and
 * unusual installations.
 */

export const DEFAULT_SOCKET_PATH = '/run/pcscd/pcscd.comm'
/** pcsc-lite's MAX_READERNAME. */
const MAX_PATTERN = 128
/** sun_path of a Unix socket address, less its final zero. */
const MAX_SOCKET_PATH = 107

export interface PcscAddress {
  readonly pattern: string
  readonly share: 'exclusive' | 'shared'
  /** Undefined: where pcscd of this system listens. */
  readonly socketPath: string | undefined
}

export type ParsePcscUrlResult =
  | { readonly ok: true; readonly address: PcscAddress }
  | { readonly ok: false; readonly fault: 'bad-url'; readonly detail: string }

/** Never throws; `detail` says in plain English what is wrong. */
export function parsePcscUrl(text: string): ParsePcscUrlResult {
  if (!/^pcsc:/i.test(text)) return bad(`"${text}" does not begin with pcsc:`)
  const rest = text.slice('pcsc:'.length)
  if (rest.includes('#')) return bad(`"${text}" must not carry a #fragment`)
  const mark = rest.indexOf('?')
  const written = mark < 0 ? rest : rest.slice(0, mark)
  if (written.startsWith('//')) return bad(`"${text}" has slashes; write pcsc:PATTERN`)
  let pattern: string
  try {
    pattern = decodeURIComponent(written)
  } catch (error) {
    return bad(`"${text}" has a bad % escape: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (pattern.trim() === '') return bad(`"${text}" names no reader; write pcsc:* for the first one`)
  if (pattern.length > MAX_PATTERN) return bad(`the pattern is longer than any reader's name (${MAX_PATTERN})`)

  const parameters = new URLSearchParams(mark < 0 ? '' : rest.slice(mark + 1))
  const unknown = [...parameters.keys()].find((key) => key !== 'share' && key !== 'socket')
  if (unknown !== undefined) return bad(`"${text}" has the unknown parameter "${unknown}"; known are share and socket`)
  const shares = parameters.getAll('share')
  const sockets = parameters.getAll('socket')
  if (shares.length > 1 || sockets.length > 1) return bad(`"${text}" gives a parameter more than once`)
  const share = shares[0] ?? 'exclusive'
  if (share !== 'exclusive' && share !== 'shared') {
    return bad(`"${text}" has share "${share}"; known are exclusive and shared`)
  }
  const socketPath = sockets[0]
  if (socketPath !== undefined && (socketPath === '' || Buffer.byteLength(socketPath) > MAX_SOCKET_PATH)) {
    return bad(`"${text}" has a socket path that is empty or longer than ${MAX_SOCKET_PATH} bytes`)
  }
  return { ok: true, address: { pattern, share, socketPath } }
}

/** Whether a reader's PC/SC name fits the pattern. No regular expression: a pattern cannot hold the driver up. */
export function matchesReader(pattern: string, name: string): boolean {
  const wanted = [...pattern.toLowerCase()]
  const given = [...name.toLowerCase()]
  let p = 0
  let n = 0
  /** Where to go on when what follows the last star did not fit: the star, and one character further. */
  let star = -1
  let retryAt = 0
  while (n < given.length) {
    if (p < wanted.length && wanted[p] === '*') {
      star = p
      retryAt = n
      p += 1
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[n])) {
      p += 1
      n += 1
    } else if (star >= 0) {
      p = star + 1
      retryAt += 1
      n = retryAt
    } else return false
  }
  while (p < wanted.length && wanted[p] === '*') p += 1
  return p === wanted.length
}

function bad(detail: string): ParsePcscUrlResult {
  return { ok: false, fault: 'bad-url', detail }
}

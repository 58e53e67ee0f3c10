import type { Connection } from '../protocol/queue-view.ts'

/**
 * Why a call brought no answer of our hub. None of these says anything about a submission: it is sent again.
 *
 * - `no-network`: no way out of this machine. DNS failed, the network or host is out of reach, or the connection was
 *   refused or reset before a single byte came back. Refused and reset count here because a terminal's way out is often
 *   a proxy or modem that answers so when its own line is down.
 * - `timed-out`: connected or not, nothing complete came in time.
 * - `cut-off`: the answer began and broke off.
 * - `tls`: the other side's certificate is not good: another host, or a clock that is far off.
 * - `http-…`: the hub, or something before it, asks to come back later (408, 429) or has a fault of its own (5xx); or
 *   this one call was not right (other 4xx of batches, chunks and offers): damaged on the way, too large for a proxy.
 * - `not-our-hub`: an answer that our hub does not give: a redirect, HTML, other JSON, too many bytes, a key set of
 *   another root. A captive portal looks like this.
 * - `bad-receipt`: an answer of the right shape whose signature or content does not prove what it should.
 */
export type Why = 'no-network' | 'timed-out' | 'cut-off' | 'tls' | `http-${number}` | 'not-our-hub' | 'bad-receipt'

export interface Failed {
  readonly outcome: 'failed'
  readonly why: Why
  /** True when other submissions would fare the same, so that all should wait. */
  readonly hubWide: boolean
  /** How long the hub asked to wait, or null. */
  readonly retryAfterMs: number | null
  /** For the log: status and code, never content. */
  readonly detail: string
}

/** Thrown inside this room only; the client's methods turn it into a value. */
export class CallFailure extends Error {
  readonly failed: Failed

  constructor(why: Why, detail: string, retryAfterMs: number | null = null) {
    super(`${why}: ${detail}`)
    this.failed = failed(why, detail, retryAfterMs)
  }
}

export function failed(why: Why, detail: string, retryAfterMs: number | null = null): Failed {
  return { outcome: 'failed', why, hubWide: !isOfOneCall(why), retryAfterMs, detail: detail.slice(0, 300) }
}

/** A plain 500 may be the hub's stumbling over one submission, a 4xx names this call: neither must hold up the others. */
function isOfOneCall(why: Why): boolean {
  return why === 'http-500' || (/^http-4/.test(why) && why !== 'http-408' && why !== 'http-429')
}

/** How the hub stands, told from one failure. */
export function connectionAfter(why: Why): Exclude<Connection, 'connected'> {
  return why === 'no-network' ? 'no-network' : 'hub-silent'
}

const NO_NETWORK = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  // undici: the other side closed the connection before it answered.
  'UND_ERR_SOCKET',
])
const TIMED_OUT = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'])
/** OpenSSL's names for certificates that do not hold. */
const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$)/

/** Names what made fetch fail before there was an answer. @throws the error itself when fetch does not speak so. */
export function failureOfFetch(error: unknown): CallFailure {
  const code = codeOf(error)
  if (code === undefined) {
    // undici's parser names some answers that are no HTTP without a code.
    if (error instanceof TypeError && error.cause instanceof Error)
      return new CallFailure('not-our-hub', error.cause.name)
    throw error
  }
  if (NO_NETWORK.has(code)) return new CallFailure('no-network', code)
  if (TIMED_OUT.has(code)) return new CallFailure('timed-out', code)
  if (TLS.test(code)) return new CallFailure('tls', code)
  // What remains are answers that are no HTTP (llhttp's HPE_…) and the like.
  return new CallFailure('not-our-hub', code)
}

/** fetch wraps the reason in `cause`; several addresses tried give an AggregateError of reasons. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  if ('errors' in error && Array.isArray(error.errors)) {
    for (const inner of error.errors) {
      const code = codeOf(inner)
      if (code !== undefined) return code
    }
  }
  return error.cause === undefined ? undefined : codeOf(error.cause)
}

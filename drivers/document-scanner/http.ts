import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { LinkTrouble } from '../condition/states.ts'
import type { Clock } from '../transport/clock.ts'
import type { EsclAddress } from './scanner-url.ts'

/** HTTP as the driver needs it: every wait bounded by the injected clock, every body by a size, every outcome a value. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its leading slash. */
  readonly path: string
  readonly body?: string
  /** More bytes than this end it as `too-long`. */
  readonly maxBytes: number
  /** From the call to the answer's last byte. */
  readonly timeoutMs: number
  /** Between two pieces of the body. */
  readonly stallMs?: number
  /** Not over a connection that was kept from before. */
  readonly onNewConnection?: boolean
  readonly signal?: AbortSignal
  /**
   * A 200's body so far, and how many bytes there will be, where the device says so. What it answers is why the rest is not
   * wanted any more.
   */
  readonly onBytes?: (soFar: Uint8Array, inAll: number | undefined) => string | undefined
}

export type HttpAnswer =
  | {
      readonly ok: true
      readonly status: number
      /** Of its own memory. */
      readonly body: Uint8Array<ArrayBuffer>
      readonly location: string | undefined
      readonly contentType: string | undefined
      /** Retry-After in milliseconds; undefined when absent or a date. */
      readonly retryAfterMs: number | undefined
    }
  | {
      readonly ok: false
      readonly fault: 'unplugged'
      readonly cause: LinkTrouble
      readonly detail: string
      /** It went over a kept connection, which the device had perhaps closed by then. */
      readonly isStale?: boolean
    }
  /** The connection broke after the answer had begun. */
  | { readonly ok: false; readonly fault: 'cut-off'; readonly detail: string }
  | {
      readonly ok: false
      /** no-answer: not even its head. stalled: the body does not come to its end. unwanted: onBytes said so. */
      readonly fault: 'no-answer' | 'stalled' | 'too-long' | 'not-understood' | 'aborted' | 'unwanted'
      readonly detail: string
    }

export interface HttpPort {
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Ends all requests under way, as `aborted`. */
  interrupt(): void
  /** Lets go of kept connections. */
  close(): void
}

const CAUSE_OF_CODE: Readonly<Record<string, LinkTrouble>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'not-found',
  EAI_AGAIN: 'not-found',
  EHOSTUNREACH: 'not-found',
  ENETUNREACH: 'not-found',
  EADDRNOTAVAIL: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  ETIMEDOUT: 'timed-out',
}

/** A scanner has few connections to give; one is for the page, one for the DELETE that ends it. */
const MAX_SOCKETS = 2

export function createHttpPort(address: EsclAddress, clock: Clock): HttpPort {
  const { host, port, isTls, certificateSha256 } = address
  const keep = { keepAlive: true, maxSockets: MAX_SOCKETS }
  // A resumed session shows no certificate to compare.
  const agent = isTls ? new HttpsAgent({ ...keep, maxCachedSessions: 0 }) : new HttpAgent(keep)
  // A pinned certificate is compared by us; any other must be signed by someone whom the system trusts.
  const underWay = new Set<() => void>()
  const tls = isTls ? { rejectUnauthorized: certificateSha256 === undefined } : {}

  function once(asked: HttpRequest, reuse: boolean): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      let response: IncomingMessage | undefined
      let isSettled = false
      let cancelStall: () => void = () => undefined
      const body = asked.body === undefined ? undefined : Buffer.from(asked.body)
      const request = (isTls ? httpsRequest : httpRequest)({
        host,
        port,
        method: asked.method,
        path: asked.path,
        headers: body === undefined ? {} : { 'Content-Type': 'text/xml', 'Content-Length': body.length },
        agent: reuse ? agent : false,
        ...tls,
      })
      const settle = (answer: HttpAnswer): void => {
        if (isSettled) return
        isSettled = true
        cancelStall()
        cancelTimeout()
        underWay.delete(abort)
        asked.signal?.removeEventListener('abort', abort)
        // Whatever is still on its way is of no use; a socket that is through goes back to the agent by itself.
        if (!answer.ok) request.destroy()
        resolve(answer)
      }
      const abort = (): void => settle({ ok: false, fault: 'aborted', detail: 'given up by this side' })
      const cancelTimeout = clock.after(asked.timeoutMs, () => {
        const fault = response === undefined ? 'no-answer' : 'stalled'
        settle({ ok: false, fault, detail: `not through within ${Math.round(asked.timeoutMs)} ms` })
      })

      // These stay for the request's life, so that an error can never be an unhandled event.
      request.on('error', (error) => {
        const { code, message } = error as NodeJS.ErrnoException
        if (code?.startsWith('HPE_')) {
          const fault = code === 'HPE_HEADER_OVERFLOW' ? 'too-long' : 'not-understood'
          settle({ ok: false, fault, detail: `no HTTP: ${message}` })
        } else if (response !== undefined) settle({ ok: false, fault: 'cut-off', detail: message })
        else settle({ ...unplugged(code, message), isStale: request.reusedSocket })
      })
      request.on('close', () => settle({ ok: false, fault: 'cut-off', detail: 'the connection ended' }))
      request.on('socket', (socket) => {
        if (certificateSha256 === undefined) return
        socket.once('secureConnect', () => {
          const shown = fingerprintOf(socket as TLSSocket)
          if (shown === certificateSha256) return
          settle({
            ok: false,
            fault: 'unplugged',
            cause: 'no-permission',
            detail: `the device shows the certificate ${shown}`,
          })
        })
      })
      request.on('response', (arrived) => {
        response = arrived
        readBody(arrived, asked, {
          settle,
          stillComes() {
            const { stallMs } = asked
            cancelStall()
            if (stallMs === undefined || isSettled) return
            cancelStall = clock.after(stallMs, () =>
              settle({ ok: false, fault: 'stalled', detail: `no byte for ${stallMs} ms` }),
            )
          },
        })
      })
      underWay.add(abort)
      if (asked.signal?.aborted) abort()
      else asked.signal?.addEventListener('abort', abort)
      request.end(body)
    })
  }

  return {
    async send(asked) {
      const first = await once(asked, asked.onNewConnection !== true)
      // The device closed the kept connection just when we used it. Whether a job was posted all the same is not for us to
      // know, and it must not be posted twice.
      const isStale = !first.ok && first.fault === 'unplugged' && first.isStale === true
      return isStale && asked.method !== 'POST' ? once(asked, false) : first
    },
    interrupt() {
      for (const abort of [...underWay]) abort()
    },
    close: () => agent.destroy(),
  }
}

interface BodyReading {
  settle(answer: HttpAnswer): void
  stillComes(): void
}

function readBody(response: IncomingMessage, asked: HttpRequest, { settle, stillComes }: BodyReading): void {
  const { headers } = response
  const said = headers['content-length']
  const inAll = said !== undefined && /^\d{1,12}$/.test(said) ? Number(said) : undefined
  const tooLong = (bytes: number): void =>
    settle({ ok: false, fault: 'too-long', detail: `${bytes} bytes or more, at most ${asked.maxBytes} are taken` })
  if (inAll !== undefined && inAll > asked.maxBytes) {
    tooLong(inAll)
    return
  }
  // What it says that it will send is not believed beyond the limit, and more than it said makes room as it comes.
  let body = new Uint8Array(inAll ?? 0)
  let soFar = 0
  stillComes()
  response.on('data', (piece: Buffer) => {
    if (soFar + piece.length > asked.maxBytes) {
      tooLong(soFar + piece.length)
      return
    }
    if (soFar + piece.length > body.length) {
      const grown = new Uint8Array(Math.min(asked.maxBytes, (soFar + piece.length) * 2))
      grown.set(body.subarray(0, soFar))
      body = grown
    }
    body.set(piece, soFar)
    soFar += piece.length
    stillComes()
    if (response.statusCode !== 200) return
    const unwanted = asked.onBytes?.(body.subarray(0, soFar), inAll)
    if (unwanted !== undefined) settle({ ok: false, fault: 'unwanted', detail: unwanted })
  })
  response.on('error', (error) => settle({ ok: false, fault: 'cut-off', detail: error.message }))
  response.on('end', () => {
    const { 'retry-after': retryAfter, location, 'content-type': contentType } = headers
    settle({
      ok: true,
      status: response.statusCode ?? 0,
      // Of its own memory, and no more of it than there is.
      body: soFar === body.length ? body : body.slice(0, soFar),
      location,
      contentType,
      retryAfterMs: retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined,
    })
  })
}

function unplugged(code: string | undefined, detail: string) {
  // A certificate that nobody vouches for: only a maintainer can say that it is the right one.
  const isCertificate = code !== undefined && /CERT|SELF_SIGNED|ALTNAME/.test(code)
  const cause = isCertificate ? 'no-permission' : (CAUSE_OF_CODE[code ?? ''] ?? 'lost')
  return { ok: false, fault: 'unplugged', cause, detail: code === undefined ? detail : `${code}: ${detail}` } as const
}

function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase() ?? 'none'
}

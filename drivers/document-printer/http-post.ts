import { Agent, type ClientRequest, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { LinkFault } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import type { IppTarget, TlsTrust } from './address.ts'
import { createBoundedBytes } from './bounded-bytes.ts'

/** One HTTP POST of IPP bytes and its answer (RFC 8010 section 4), bounded in time and size. */

/** The attributes asked for fill some kilobytes; a list of jobs some dozens. */
export const MAX_ANSWER_BYTES = 512 * 1024
const CONTENT_TYPE = 'application/ipp'

export interface PostInput {
  readonly target: IppTarget
  /** The request in pieces, so that a document is not copied behind its head. */
  readonly parts: readonly Uint8Array[]
  /** For all of it: connecting, sending, the answer. */
  readonly timeoutMs: number
  /** True: on a connection of its own. Then `left` is exact: a kept connection may have died unnoticed. */
  readonly alone: boolean
}

export type PostFault =
  | LinkFault['fault']
  /** Connected and sent, and no answer in time. */
  | 'no-answer'
  /** An answer that is no IPP over HTTP, or too long. */
  | 'noise'

export type PostResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false
      readonly fault: PostFault
      readonly detail: string
      /** False: surely no byte of the request reached the other side. */
      readonly left: boolean
    }

/** Injected into the driver. `close` ends all that is under way, and all that is asked after it, with `closed`. */
export interface IppPost {
  post(input: PostInput): Promise<PostResult>
  close(): void
}

const FAULT_OF_CODE: Readonly<Record<string, LinkFault['fault']>> = {
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

const FAULT_OF_HTTP: Readonly<Record<number, LinkFault['fault']>> = {
  401: 'no-permission',
  403: 'no-permission',
  404: 'not-found',
  // "Upgrade Required": CUPS wants TLS from another machine.
  426: 'no-permission',
  503: 'busy',
}

/** Connects by itself, so that it is known whether a request can have left, and the certificate is looked at before. */
class PrinterAgent extends Agent {
  private readonly target: IppTarget
  private readonly opening = new Set<Socket>()

  constructor(target: IppTarget, keepAlive: boolean) {
    super({ keepAlive, maxFreeSockets: 1 })
    this.target = target
  }

  override createConnection(_options: object, done?: (error: Error | null, stream: Socket) => void): undefined {
    const { host, port, tls } = this.target
    const socket = tls === undefined ? connect({ host, port }) : trusting(host, port, tls)
    socket.setNoDelay(true)
    this.opening.add(socket)
    socket.once('close', () => this.opening.delete(socket))
    const onError = (error: Error): void => done?.(error, socket)
    socket.once('error', onError)
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      this.opening.delete(socket)
      socket.off('error', onError)
      const wrong = tls?.by === 'fingerprint' ? wrongCertificate(socket, tls.sha256) : undefined
      if (wrong === undefined) done?.(null, socket)
      else {
        done?.(wrong, socket)
        socket.destroy()
      }
    })
  }

  /** Gives up what is still being connected: the system itself would go on for minutes. */
  giveUp(): void {
    for (const socket of this.opening) socket.destroy()
  }
}

function trusting(host: string, port: number, trust: TlsTrust) {
  // A name is sent only where there is one: an IP address is no server name.
  const servername = /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {}
  return connectTls({ host, port, rejectUnauthorized: trust.by === 'authorities', ...servername })
}

function wrongCertificate(socket: Socket & { getPeerCertificate?: () => { fingerprint256?: string } }, sha256: string) {
  const shown = socket.getPeerCertificate?.().fingerprint256?.replaceAll(':', '').toLowerCase()
  return shown === sha256
    ? undefined
    : new Error(`its certificate has sha256=${shown ?? 'none'}, not the one in the URL`)
}

export function createIppPost(clock: Clock): IppPost {
  const kept = new Map<string, PrinterAgent>()
  const running = new Set<() => void>()
  let closed = false

  const keptAgent = (target: IppTarget): PrinterAgent => {
    const key = JSON.stringify(target)
    const agent = kept.get(key) ?? new PrinterAgent(target, true)
    kept.set(key, agent)
    return agent
  }

  async function post(input: PostInput): Promise<PostResult> {
    if (closed) return { ok: false, fault: 'closed', detail: 'closed by this side', left: false }
    if (input.alone) return once(input, new PrinterAgent(input.target, false))
    const agent = keptAgent(input.target)
    const result = await once(input, agent)
    // The other side may have closed the kept connection a moment ago: that says nothing about it.
    if (!result.ok && 'stale' in result) return once(input, new PrinterAgent(input.target, false))
    return result
  }

  function once({ target, parts, timeoutMs }: PostInput, agent: PrinterAgent): Promise<PostResult> {
    return new Promise((resolve) => {
      let connected = false
      let settled = false
      const settle = (result: PostResult & { readonly stale?: true }): void => {
        if (settled) return
        settled = true
        cancelTimer()
        running.delete(abort)
        if (!result.ok) {
          sent.destroy()
          agent.giveUp()
        }
        resolve(result)
      }
      const fail = (fault: PostFault, detail: string): void => settle({ ok: false, fault, detail, left: connected })
      const abort = (): void => fail('closed', 'closed by this side')
      const cancelTimer = clock.after(timeoutMs, () =>
        fail(connected ? 'no-answer' : 'timed-out', `nothing within ${timeoutMs} ms`),
      )
      running.add(abort)
      const sent: ClientRequest = request({
        agent,
        host: target.host,
        port: target.port,
        path: target.path,
        method: 'POST',
        headers: {
          'Content-Type': CONTENT_TYPE,
          'Content-Length': parts.reduce((sum, part) => sum + part.length, 0),
        },
      })
      // The agent hands out a socket only when it is connected and trusted.
      sent.once('socket', () => {
        connected = true
      })
      sent.on('error', (error) => {
        const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
        if (sent.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) {
          settle({ ok: false, fault: 'lost', detail: error.message, left: true, stale: true })
        } else if (code.startsWith('HPE_')) fail('noise', `its answer is no HTTP: ${code}`)
        else fail(connected ? 'lost' : (FAULT_OF_CODE[code] ?? 'refused'), error.message)
      })
      sent.once('response', (response) => {
        const status = response.statusCode ?? 0
        const held = createBoundedBytes(MAX_ANSWER_BYTES)
        response.on('error', (error) => fail('lost', error.message))
        response.once('close', () => fail('lost', 'its answer broke off'))
        if (status !== 200) {
          fail(FAULT_OF_HTTP[status] ?? 'noise', `HTTP status ${status}`)
        } else if (response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== CONTENT_TYPE) {
          fail('noise', 'its answer is not application/ipp')
        } else {
          response.on('data', (bytes: Buffer) => {
            if (!held.push(bytes)) fail('noise', `its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
          })
          response.once('end', () => settle({ ok: true, bytes: held.take() }))
        }
      })
      for (const part of parts) sent.write(part)
      sent.end()
    })
  }

  return {
    post,
    close() {
      closed = true
      for (const abort of [...running]) abort()
      for (const agent of kept.values()) agent.destroy()
      kept.clear()
    },
  }
}

import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateSigningKey, signingKeyFromJwk } from '../../sync/envelope/signing-key.ts'

/**
 * A hub that misbehaves: an HTTP server between the terminal and its real hub that passes everything on, or answers in
 * one of the ways in which networks, proxies and broken hubs answer. It can do so for hand-ins alone, so that pings go on.
 */
export type BadAnswer =
  /** A captive portal's page with 200. */
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect' }
  /** 403 with a page: a proxy that wants a log-in. */
  | { readonly kind: 'forbidden-page' }
  /** 401 in JSON, but not in our hub's words. */
  | { readonly kind: 'other-json' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
  /** Takes the request and says nothing, ever. */
  | { readonly kind: 'hang' }
  /** Closes the connection instead of answering. */
  | { readonly kind: 'nothing' }
  /** Begins an answer and breaks off half way. */
  | { readonly kind: 'half' }
  /** The contract's error for an id that the hub holds with another hash. */
  | { readonly kind: 'hash-conflict' }
  /** What the hub answered, with another receipt in it. The real hub has the submission by then. */
  | { readonly kind: 'receipt'; readonly change: (receipt: string) => string | Promise<string> }

export interface BadHub {
  /** The address for the terminal's provisioning file. */
  readonly url: string
  /** Misbehaves from now on: to every call, or only to hand-ins. */
  misbehave(answer: BadAnswer, to?: 'everything' | 'hand-ins'): void
  behave(): void
  /** Hand-ins that came here, by submission id, in order. */
  handIns(): readonly string[]
  close(): Promise<void>
}

const HAND_IN = /^\/v1\/submissions\/([^/]+)$/
const PAGE = '<!doctype html><title>登录</title><p>请先登录上网。</p>'

export async function openBadHub(upstream: string): Promise<BadHub> {
  const target = new URL(upstream)
  let bad: { readonly answer: BadAnswer; readonly to: 'everything' | 'hand-ins' } | undefined
  const handIns: string[] = []

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request)
    const handIn = request.method === 'PUT' ? HAND_IN.exec(request.url ?? '')?.[1] : undefined
    if (handIn !== undefined) handIns.push(handIn)
    const answer = bad !== undefined && (bad.to === 'everything' || handIn !== undefined) ? bad.answer : undefined
    if (answer === undefined) return passOn(await ask(request, body), response)
    if (answer.kind !== 'receipt') return answerBadly(answer, request, response)
    const real = await ask(request, body)
    // Errors of the real hub are passed on as they are: the test then sees them.
    if (real.status !== 200) return passOn(real, response)
    const { receipt } = JSON.parse(real.body.toString('utf8')) as { receipt: string }
    sendJson(response, 200, { receipt: await answer.change(receipt) })
  }

  function ask(request: IncomingMessage, body: Buffer): Promise<RealAnswer> {
    return new Promise((resolve, reject) => {
      const { method, url: path } = request
      const onward = httpRequest(
        // No keep-alive: behind us is a cable that may be cut between two calls.
        { host: target.hostname, port: target.port, method, path, headers: request.headers, agent: false },
        (answer) => {
          bytesOf(answer).then(
            (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
            reject,
          )
        },
      )
      onward.on('error', reject)
      onward.end(body)
    })
  }

  const server = createServer((request, response) => {
    // A cable that is cut behind us is cut for the terminal too.
    serve(request, response).catch(() => request.socket.resetAndDestroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehave(answer, to = 'everything') {
      bad = { answer, to }
    },
    behave() {
      bad = undefined
      // Those that hang are let go: nobody will answer them.
      server.closeAllConnections()
    },
    handIns: () => handIns,
    close: () => closed(server),
  }
}

interface RealAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

function answerBadly(
  answer: Exclude<BadAnswer, { kind: 'receipt' }>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const html = { 'content-type': 'text/html; charset=utf-8' }
  switch (answer.kind) {
    case 'html':
      response.writeHead(200, html).end(PAGE)
      return
    case 'redirect':
      response.writeHead(302, { location: 'http://portal.example/login' }).end()
      return
    case 'forbidden-page':
      response.writeHead(403, html).end(PAGE)
      return
    case 'other-json':
      sendJson(response, 401, { error: 'login required' })
      return
    case 'status': {
      const wait = answer.retryAfterS === undefined ? {} : { 'retry-after': String(answer.retryAfterS) }
      response.writeHead(answer.status, { ...html, ...wait }).end(PAGE)
      return
    }
    case 'hang':
      return
    case 'nothing':
      request.socket.destroy()
      return
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '2000' })
      response.write('{"receipt":"eyJhbGciOi', () => request.socket.destroy())
      return
    case 'hash-conflict':
      sendJson(response, 409, {
        defined: true,
        code: 'HASH_CONFLICT',
        status: 409,
        message: 'HASH_CONFLICT',
        data: { held: '0'.repeat(64) },
      })
  }
}

function passOn(real: RealAnswer, response: ServerResponse): void {
  response.writeHead(real.status, real.headers).end(real.body)
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** The same words under the hub's key id, in a signature that is right by itself: the key is not the hub's. */
export async function signedByAnother(receipt: string): Promise<string> {
  const [header = '', payload = ''] = receipt.split('.')
  const { kid, typ } = jsonOf(header)
  const { privateJwk } = await generateSigningKey()
  const key = await signingKeyFromJwk(privateJwk, String(kid))
  return key.sign(jsonOf(payload), String(typ))
}

/** The hub's own signature under a receipt whose hash was changed afterwards. */
export function withAnotherHash(receipt: string): string {
  const [header = '', payload = '', signature = ''] = receipt.split('.')
  const value = jsonOf(payload) as { items: { sha256: string }[] }
  for (const item of value.items) item.sha256 = 'f'.repeat(64)
  return [header, Buffer.from(JSON.stringify(value)).toString('base64url'), signature].join('.')
}

function jsonOf(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
}

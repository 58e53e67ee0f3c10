import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { HandIn } from './forged.ts'
import type { Chance } from './random.ts'

/** Bytes to and from the hub behind the proxy, whole, half and damaged. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Hands a request on. With `cutAt` only so many bytes of its body leave, then the connection breaks. */
export function askHub(
  port: number,
  request: IncomingMessage,
  body: Buffer,
  { cutAt }: { readonly cutAt?: number } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url: path } = request
    const headers = { ...request.headers, 'content-length': String(body.length) }
    delete headers['transfer-encoding']
    const onward = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      bytesOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
        reject,
      )
    })
    onward.on('error', reject)
    if (cutAt === undefined) onward.end(body)
    else {
      onward.write(body.subarray(0, cutAt), () => onward.destroy(new Error('cut half way')))
    }
  })
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'transfer-encoding': _chunked, ...rest } = headers
  response.writeHead(status, { ...rest, 'content-length': String(body.length) }).end(body)
}

/** The head, half of the body, and the end of the connection. */
export function breakOff(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'transfer-encoding': _chunked, ...rest } = headers
  response.writeHead(status, { ...rest, 'content-length': String(body.length + 1) })
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy())
}

/** One bit changed somewhere. */
export function flipped(body: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(body)
  const at = chance.below(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8))
  return copy
}

const CODES: Readonly<Record<number, { code: string; data: unknown }>> = {
  409: { code: 'HASH_CONFLICT', data: { held: '0'.repeat(64) } },
  413: { code: 'TOO_LARGE', data: { maxBytes: 1 } },
  426: { code: 'UPGRADE_NEEDED', data: { why: 'this hub reads summaries of version 2' } },
}

/** A refusal in the hub's own words (sync/protocol/hub-api.ts): the terminal must set the submission aside. */
export function refusal(status: number, handIn: HandIn): Answer {
  const { code, data } = CODES[status] ?? { code: 'BAD_ENVELOPE', data: { why: 'refused' } }
  const single = { defined: true, code, status, message: code, data }
  const why = `${code} ${JSON.stringify(data)}`
  const results = handIn.items.map(({ submissionId }) => ({ submissionId, outcome: 'refused', status, code, why }))
  const batch = { receipt: null, results }
  const isBatch = handIn.kind === 'batch'
  return {
    status: isBatch ? 200 : status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(isBatch ? batch : single)),
  }
}

export async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

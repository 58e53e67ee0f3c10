/**
 * Request and Response as the hub client uses them, without the streams that Node's own make for every body: those were
 * a fifth of a quiet world's time. light-fetch.test.ts holds them to Node's own. What is not used is not there.
 */

const NOT_HERE = 'simulation: no such part of fetch here'

/** What both have of `Body`: bytes that are all there, or that break off. */
class LightBody {
  readonly headers: Headers
  readonly #bytes: Buffer | undefined
  readonly #cutAt: number | undefined
  #used = false

  constructor(body: unknown, headers: HeadersInit | undefined, cutAt?: number) {
    // Node's client and server build Headers of their own for each: nobody else has these in hand.
    this.headers = headers instanceof Headers ? headers : new Headers(headers)
    this.#bytes = bytesOf(body)
    this.#cutAt = cutAt
    if (typeof body === 'string' && !this.headers.has('content-type')) {
      this.headers.set('content-type', 'text/plain;charset=UTF-8')
    }
  }

  get bodyUsed(): boolean {
    return this.#used
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#bytes === undefined) return null
    return { getReader: () => this.#reader() } as ReadableStream<Uint8Array<ArrayBuffer>>
  }

  async text(): Promise<string> {
    const text = this.#take().toString('utf8')
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(this.#take())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }

  blob(): Promise<Blob> {
    throw new Error(`${NOT_HERE}: blob`)
  }

  formData(): Promise<FormData> {
    throw new Error(`${NOT_HERE}: formData`)
  }

  #take(): Buffer {
    if (this.#used) throw new TypeError('Body is unusable: Body has already been read')
    if (this.#cutAt !== undefined) throw new TypeError('terminated')
    this.#used = this.#bytes !== undefined
    return this.#bytes ?? Buffer.alloc(0)
  }

  /** One piece, then the end; what was cut gives what came before the cut, then fails. */
  #reader() {
    if (this.#used) throw new TypeError('Invalid state: ReadableStream is locked')
    this.#used = true
    const rest = [new Uint8Array(this.#bytes?.subarray(0, this.#cutAt) ?? [])].filter((piece) => piece.length > 0)
    return {
      read: async () => {
        const value = rest.shift()
        if (value !== undefined) return { done: false, value }
        if (this.#cutAt !== undefined) throw new TypeError('terminated')
        return { done: true, value: undefined }
      },
    }
  }
}

export class LightRequest extends LightBody implements Request {
  readonly url: string
  readonly method: string
  readonly signal: AbortSignal
  readonly cache = 'default'
  readonly credentials = 'same-origin'
  readonly destination = ''
  readonly integrity = ''
  readonly keepalive = false
  readonly mode = 'cors'
  readonly redirect = 'follow'
  readonly referrer = 'about:client'
  readonly referrerPolicy = ''
  readonly duplex = 'half'

  constructor(input: RequestInfo | URL, init: RequestInit = {}) {
    super(init.body, init.headers)
    this.url = String(input)
    this.method = init.method ?? 'GET'
    this.signal = init.signal ?? new AbortController().signal
  }

  clone(): Request {
    throw new Error(`${NOT_HERE}: clone`)
  }
}

export class LightResponse extends LightBody implements Response {
  readonly status: number
  readonly redirected = false
  readonly statusText = ''
  readonly type = 'default'
  readonly url = ''

  static error(): Response {
    throw new Error(`${NOT_HERE}: Response.error`)
  }
  static json(): Response {
    throw new Error(`${NOT_HERE}: Response.json`)
  }
  static redirect(): Response {
    throw new Error(`${NOT_HERE}: Response.redirect`)
  }

  /** `cutAt`: the body breaks off after so many bytes. */
  constructor(body?: BodyInit | Uint8Array | null, init: ResponseInit & { readonly cutAt?: number } = {}) {
    super(body, init.headers, init.cutAt)
    this.status = init.status ?? 200
    if (this.status < 200 || this.status > 599) throw new RangeError(`no status: ${this.status}`)
  }

  get ok(): boolean {
    return this.status < 300
  }

  clone(): Response {
    throw new Error(`${NOT_HERE}: clone`)
  }
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw new Error(`${NOT_HERE}: a body of this kind`)
}

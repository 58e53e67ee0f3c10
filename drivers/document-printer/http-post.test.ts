import { createServer, type Server } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { realClock } from '../transport/clock.ts'
import type { IppTarget } from './address.ts'
import { createBoundedBytes } from './bounded-bytes.ts'
import { createIppPost, MAX_ANSWER_BYTES } from './http-post.ts'
import { freePort } from './testing/programs.ts'

const target = (port: number): IppTarget => ({
  host: '127.0.0.1',
  port,
  path: '/ipp/print',
  printerUri: `ipp://127.0.0.1:${port}/ipp/print`,
  tls: undefined,
})
const BODY = Uint8Array.of(1, 1, 0, 11)

/** Says this to whoever asks, and hangs up after it when told so; nothing for '', hangs up at once for undefined. */
async function serve(answer: (request: string) => string | undefined, hangsUp = false): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      const said = answer(bytes.toString('latin1'))
      if (said === undefined) socket.destroy()
      else if (hangsUp) socket.end(said)
      else if (said !== '') socket.write(said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function open() {
  const post = createIppPost(realClock)
  onTestFinished(() => post.close())
  return post
}

const ask = (port: number, alone = true, timeoutMs = 10_000) =>
  ({ target: target(port), parts: [BODY], timeoutMs, alone }) as const

const reply = (body: string, type = 'application/ipp', status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

describe('a request', () => {
  it('is one POST of all its parts, and its answer comes back as bytes', async () => {
    let asked = ''
    const port = await serve((request) => {
      asked += request
      return reply('abc')
    })
    const parts = [Uint8Array.of(0x61), new TextEncoder().encode('%PDF')]
    const result = await open().post({ ...ask(port), parts })
    expect(result).toEqual({ ok: true, bytes: new TextEncoder().encode('abc') })
    expect(asked).toMatch(/^POST \/ipp\/print HTTP\/1\.1\r\n/)
    expect(asked.toLowerCase()).toContain(`host: 127.0.0.1:${port}`)
    expect(asked.toLowerCase()).toContain('content-length: 5')
  })

  it('to nobody surely did not leave', async () => {
    expect(await open().post(ask(await freePort()))).toMatchObject({ ok: false, fault: 'refused', left: false })
  })

  it('to somebody who hangs up may have left', async () => {
    const port = await serve(() => undefined)
    expect(await open().post(ask(port))).toMatchObject({ ok: false, fault: 'lost', left: true })
  })

  it('that nobody answers in time may have left', async () => {
    const port = await serve(() => '')
    expect(await open().post(ask(port, true, 50))).toMatchObject({ ok: false, fault: 'no-answer', left: true })
  })

  it('goes out again when the kept connection had died unnoticed', async () => {
    let requests = 0
    const port = await serve(() => {
      requests += 1
      // The second comes on the kept connection and finds it closed.
      return requests === 2 ? undefined : reply('abc')
    })
    const post = open()
    expect(await post.post(ask(port, false))).toMatchObject({ ok: true })
    expect(await post.post(ask(port, false))).toMatchObject({ ok: true })
    expect(requests).toBe(3)
  })

  it('ends as closed when the driver is stopped, and none is sent after that', async () => {
    const port = await serve(() => '')
    const post = open()
    const waiting = post.post(ask(port))
    post.close()
    expect(await waiting).toMatchObject({ ok: false, fault: 'closed' })
    expect(await post.post(ask(port))).toMatchObject({ ok: false, fault: 'closed', left: false })
  })
})

describe('an answer is noise when it', () => {
  it.each([
    ['is no HTTP', '\u0000\u0001\r\n\r\n'],
    ['is of another type', reply('<html>', 'text/html')],
    ['is a status that says nothing', reply('', 'application/ipp', '500 Oops')],
    ['has an endless head', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`],
    ['is too long', reply('x'.repeat(MAX_ANSWER_BYTES + 1))],
  ])('%s', async (_what, answer) => {
    const port = await serve(() => answer)
    expect(await open().post(ask(port))).toMatchObject({ ok: false, fault: 'noise', left: true })
  })
})

it('an answer that breaks off is a lost link', async () => {
  const part = 'HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 10\r\n\r\nabc'
  const port = await serve(() => part, true)
  expect(await open().post(ask(port))).toMatchObject({ ok: false, fault: 'lost', left: true })
})

it('bytes in pieces are held up to their limit, and nothing beyond it', () => {
  const held = createBoundedBytes(4)
  expect(held.push(Uint8Array.of(1, 2))).toBe(true)
  expect(held.push(Uint8Array.of(3, 4))).toBe(true)
  expect(held.take()).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(held.push(Uint8Array.of(5))).toBe(false)
  expect(held.heldBytes()).toBe(0)
  expect(held.push(Uint8Array.of(6))).toBe(false)
})

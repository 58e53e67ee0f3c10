import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type LagProxy, openLagProxy } from './lag-proxy.ts'

/** What a far end received, and what it sends back: each byte plus one. */
async function farEnd() {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // Our own proxy tears it down in one of the tests.
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => socket.write(chunk.map((byte) => (byte + 1) % 256)))
    socket.on('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function line(rttMs: number, isOpen = true): Promise<LagProxy> {
  const { server, target } = await farEnd()
  const proxy = await openLagProxy({ target, rttMs, isOpen })
  closers.push(
    () => proxy.close(),
    () => server.close(),
  )
  return proxy
}

function dial(proxy: LagProxy): Socket {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  closers.push(() => socket.destroy())
  return socket
}

async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

for (const rttMs of [0, 20]) {
  test(`at ${rttMs} ms all bytes arrive in order, both ways, and are counted`, async () => {
    const proxy = await line(rttMs)
    const socket = dial(proxy)
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256))
    for (let at = 0; at < sent.length; at += 9_999) socket.write(sent.subarray(at, at + 9_999))
    socket.end()
    expect((await received(socket)).equals(sent.map((byte) => (byte + 1) % 256))).toBe(true)
    expect(proxy.bytes()).toEqual({ up: sent.length, down: sent.length })
    expect(proxy.connections()).toBe(1)
    expect(proxy.firstByteAtMs()).toBeLessThanOrEqual(performance.now())
  })
}

test('cut, it tears connections down and refuses new ones; opened, it counts anew', async () => {
  const proxy = await line(0)
  const before = dial(proxy)
  before.write('one')
  await once(before, 'data')
  proxy.cut()
  await once(before, 'error')

  const refused = dial(proxy)
  refused.write('two')
  await once(refused, 'error')
  expect(proxy.bytes().up).toBe(3)

  proxy.open()
  expect(proxy.bytes().up).toBe(0)
  expect(proxy.firstByteAtMs()).toBeUndefined()
  const after = dial(proxy)
  after.end('four')
  expect(String(await received(after))).toBe('gpvs')
  expect(proxy.bytes()).toEqual({ up: 4, down: 4 })
})

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ByteLink, LinkFault } from './byte-link.ts'
import { openLink } from './open-link.ts'
import { openPtyPair } from './pty-pair.ts'

const OPEN_TIMEOUT_MS = 3_000

async function opened(url: string): Promise<ByteLink> {
  const result = await openLink(url, OPEN_TIMEOUT_MS)
  if (!result.ok) throw new Error(`${url}: ${result.fault}: ${result.detail}`)
  onTestFinished(() => result.link.close())
  return result.link
}

function received(link: ByteLink, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0)
    link.onData((bytes) => {
      all = Buffer.concat([all, bytes])
      if (all.length >= length) resolve(all)
    })
  })
}

const ended = (link: ByteLink) => new Promise<LinkFault>((resolve) => link.onClose(resolve))

async function tcpServer(onSocket: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
  const server = createServer(onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, url: `tcp://127.0.0.1:${address.port}` }
}

describe('tcp links', () => {
  it('carries bytes both ways and keeps what arrived before anybody listened', async () => {
    const { url } = await tcpServer((socket) => {
      socket.write(Buffer.from('hello '))
      socket.pipe(socket)
    })
    const link = await opened(url)
    await link.write(Buffer.from('echo'))
    expect((await received(link, 10)).toString()).toBe('hello echo')
  })

  it('says "lost" when the other side goes, "closed" when we go, also to a late listener', async () => {
    const { url } = await tcpServer((socket) => void socket.on('data', () => socket.destroy()))
    const lost = await opened(url)
    await lost.write(Buffer.from('x'))
    expect((await ended(lost)).fault).toBe('lost')
    await lost.write(Buffer.from('into the void'))
    expect((await ended(lost)).fault).toBe('lost')
    const closed = await opened(url)
    await closed.close()
    expect((await ended(closed)).fault).toBe('closed')
    await closed.close()
  })

  it('says "refused" when nobody listens and "bad-url" for a scheme it does not know', async () => {
    const { server, url } = await tcpServer(() => undefined)
    server.close()
    await once(server, 'close')
    expect(await openLink(url, OPEN_TIMEOUT_MS)).toMatchObject({ ok: false, fault: 'refused' })
    expect(await openLink('ftp://x', OPEN_TIMEOUT_MS)).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(await openLink('sane:test', OPEN_TIMEOUT_MS)).toEqual({
      ok: false,
      fault: 'bad-url',
      detail: '"sane:test" names no wire of bytes; it is an address for document-scanner',
    })
  })
})

describe('serial links', () => {
  it('says "not-found" for a port that does not exist', async () => {
    const result = await openLink('serial:///dev/no-such-port', OPEN_TIMEOUT_MS)
    expect(result).toMatchObject({ ok: false, fault: 'not-found' })
  })

  it('carries bytes over a real PTY pair, refuses a second owner, and says "lost" when the cable is pulled', async (ctx) => {
    const pair = await openPtyPair()
    if (!pair.ok) return ctx.skip(pair.detail)
    onTestFinished(() => pair.close())
    const [near, far] = await Promise.all(pair.ends.map((end) => opened(`serial://${end}`)))
    if (near === undefined || far === undefined) throw new Error('no links')
    const atFar = received(far, 1_295)
    await near.write(Buffer.alloc(1_295, 0xaa))
    expect((await atFar).equals(Buffer.alloc(1_295, 0xaa))).toBe(true)
    const second = await openLink(`serial://${pair.ends[0]}`, OPEN_TIMEOUT_MS)
    expect(second).toMatchObject({ ok: false, fault: 'busy' })
    const gone = ended(near)
    await pair.close()
    expect((await gone).fault).toBe('lost')
    await near.close()
  })

  it('closes and opens again', async (ctx) => {
    const pair = await openPtyPair()
    if (!pair.ok) return ctx.skip(pair.detail)
    onTestFinished(() => pair.close())
    const first = await opened(`serial://${pair.ends[0]}`)
    const told = ended(first)
    await first.close()
    expect((await told).fault).toBe('closed')
    await (await opened(`serial://${pair.ends[0]}`)).close()
  })
})

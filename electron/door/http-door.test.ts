import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openAssets } from './assets.ts'
import { TOKEN_VALID_MS } from './door.ts'
import { type HttpDoor, openHttpDoor } from './http-door.ts'

let door: HttpDoor
let nowMs: number
let opened: string[]
let refused: unknown[]

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'bianmin-door-'))
  const dir = join(root, 'kiosk')
  await mkdir(join(dir, 'assets'), { recursive: true })
  await writeFile(join(dir, 'index.html'), '<!doctype html><title>kiosk</title>')
  await writeFile(join(dir, 'assets', 'main.js'), 'export {}')
  await writeFile(join(root, 'secret.json'), '{"secret":true}')
  nowMs = 1000
  opened = []
  refused = []
  door = await openHttpDoor({
    assets: await openAssets(dir),
    port: 0,
    nowMs: () => nowMs,
    log: (event, detail) => {
      if (event === 'door-refused') refused.push(detail)
    },
    onBridge: () => opened.push('bridge'),
    onWorker: () => opened.push('worker'),
  })
})
afterEach(() => door.close())

function get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage & { body: string }> {
  const url = new URL(door.origin)
  return new Promise((resolve, reject) => {
    // The path goes out as written: fetch() would tidy it up first.
    httpRequest({ host: url.hostname, port: url.port, path, headers: { host: url.host, ...headers } }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve(Object.assign(response, { body })))
    })
      .on('error', reject)
      .end()
  })
}

async function enter(): Promise<string> {
  const response = await get(new URL(door.startUrl()).pathname + new URL(door.startUrl()).search)
  expect(response.statusCode).toBe(303)
  const setCookie = response.headers['set-cookie']?.[0] ?? ''
  expect(setCookie).toMatch(/^bianmin=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/)
  return setCookie.split(';')[0] ?? ''
}

function socket(path: string, headers: Record<string, string>): Promise<'open' | 'refused'> {
  return new Promise((resolve) => {
    const client = new WebSocket(door.origin.replace('http', 'ws') + path, { headers })
    client.on('open', () => {
      client.close()
      resolve('open')
    })
    client.on('error', () => resolve('refused'))
  })
}

test('without the cookie nothing is served', async () => {
  expect((await get('/')).statusCode).toBe(403)
  expect((await get('/assets/main.js')).statusCode).toBe(403)
  expect((await get('/', { cookie: 'bianmin=AAAAAAAAAAAAAAAAAAAAAA' })).statusCode).toBe(403)
})

test('a token opens once, for ten seconds', async () => {
  const url = new URL(door.startUrl())
  expect((await get(url.pathname + url.search)).statusCode).toBe(303)
  expect((await get(url.pathname + url.search)).statusCode).toBe(403)
  const late = new URL(door.startUrl())
  nowMs += TOKEN_VALID_MS + 1
  expect((await get(late.pathname + late.search)).statusCode).toBe(403)
  expect((await get('/start?token=guess')).statusCode).toBe(403)
})

test('with the cookie the page comes, under its own rules', async () => {
  const cookie = await enter()
  const page = await get('/', { cookie })
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('kiosk')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  expect(page.headers['cache-control']).toBe('no-store')
  expect((await get('/assets/main.js', { cookie })).headers['content-type']).toMatch(/^text\/javascript/)
})

test.each([
  '/../secret.json',
  '/assets/../../secret.json',
  '/%2e%2e/secret.json',
  '/assets/..%2f..%2fsecret.json',
  '/nope',
])('no path climbs out: %s', async (path) => {
  const response = await get(path, { cookie: await enter() })
  expect(response.statusCode).toBe(404)
  expect(response.body).not.toContain('secret')
})

test('another Host is refused, cookie or not', async () => {
  const cookie = await enter()
  expect((await get('/', { cookie, host: 'evil.example' })).statusCode).toBe(421)
  expect((await get('/', { cookie, host: 'localhost:1' })).statusCode).toBe(421)
})

test('sockets need cookie, exact Origin and exact Host', async () => {
  const cookie = await enter()
  const { origin } = door
  expect(await socket('/bridge', { cookie, origin })).toBe('open')
  expect(await socket('/worker', { cookie, origin })).toBe('open')
  expect(opened).toEqual(['bridge', 'worker'])

  expect(await socket('/bridge', { origin })).toBe('refused')
  expect(await socket('/bridge', { cookie })).toBe('refused')
  expect(await socket('/bridge', { cookie, origin: 'http://evil.example' })).toBe('refused')
  expect(await socket('/bridge', { cookie, origin: origin.replace('127.0.0.1', 'localhost') })).toBe('refused')
  expect(await socket('/worker', { cookie, origin, host: 'evil.example' })).toBe('refused')
  expect(await socket('/other', { cookie, origin })).toBe('refused')
  expect(opened).toEqual(['bridge', 'worker'])
  expect(refused).toHaveLength(6)
})

/** Sends bytes as they are, and gives back all that came until the other side closed. */
function raw(text: string, then: (socket: Socket) => void = () => undefined): Promise<string> {
  const { hostname, port } = new URL(door.origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, () => then(socket)))
    let got = ''
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(got))
  })
}
const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'

test.each(['//[', '/\\[', '//evil.example/', '/\\evil.example/', 'http://evil.example/', 'http://[', '*'])(
  'an address that is none (%s) is refused, for a page and for a socket, and the door stays open',
  async (target) => {
    const cookie = await enter()
    const host = new URL(door.origin).host
    const head = `Host: ${host}\r\nOrigin: ${door.origin}\r\nCookie: ${cookie}\r\n`
    expect(await raw(`GET ${target} HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4/)
    expect(await raw(`GET ${target} HTTP/1.1\r\n${head}${UPGRADE}\r\n`)).toMatch(/^HTTP\/1\.1 4/)
    expect((await get('/', { cookie })).statusCode).toBe(200)
    expect(opened).toEqual([])
  },
)

test('a client that resets its socket while it is turned away does no harm', async () => {
  const host = new URL(door.origin).host
  const wrong = `GET /bridge HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://evil.example\r\n${UPGRADE}\r\n`
  await Promise.all(Array.from({ length: 20 }, () => raw(wrong, (socket) => socket.resetAndDestroy())))
  expect((await get('/')).statusCode).toBe(403)
})

test('two Hosts, two Origins, a folded header or a second request in the body open nothing', async () => {
  const cookie = await enter()
  const host = new URL(door.origin).host
  const { origin } = door
  const socketHead = `Cookie: ${cookie}\r\n${UPGRADE}\r\n`
  const tries = [
    `Host: evil.example\r\nHost: ${host}\r\nOrigin: ${origin}\r\n`,
    `Host: ${host}\r\nOrigin: http://evil.example\r\nOrigin: ${origin}\r\n`,
    `Host: ${host}\r\nOrigin: http://evil.example\r\n ${origin}\r\n`,
    `Host: ${host}, evil.example\r\nOrigin: ${origin}\r\n`,
    `Host: ${host}\r\nOrigin: ${origin}, http://evil.example\r\n`,
    `Host: ${host}\r\nOrigin: null\r\n`,
  ]
  for (const head of tries) {
    expect(await raw(`GET /bridge HTTP/1.1\r\n${head}${socketHead}`)).toMatch(/^HTTP\/1\.1 4/)
  }
  const smuggled = `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`
  expect(await raw(smuggled)).not.toContain('200 OK')
  expect(opened).toEqual([])
})

test('of several cookies one must be right, whatever the others look like', async () => {
  const cookie = await enter()
  const value = cookie.slice('bianmin='.length)
  expect((await get('/', { cookie: `bianmin=wrong; other=1; ${cookie}` })).statusCode).toBe(200)
  expect((await get('/', { cookie: `  ${cookie}  ` })).statusCode).toBe(200)
  for (const wrong of [
    `xbianmin=${value}`,
    `bianmin=${value.slice(0, -1)}`,
    `bianmin=${value}A`,
    `other="${cookie}"`,
    `bianmin=`,
    `bianmin`,
    `Bianmin=${value}`,
    `bianmin=${'\u00e9'.repeat(11)}`,
  ]) {
    expect((await get('/', { cookie: wrong })).statusCode, wrong).toBe(403)
  }
})

test('a token is used up by its first try, also by one that came too late, and each start has its own', async () => {
  const first = new URL(door.startUrl())
  const second = new URL(door.startUrl())
  expect(first.searchParams.get('token')).not.toBe(second.searchParams.get('token'))
  expect((await get(second.pathname + second.search)).statusCode).toBe(303)
  nowMs += TOKEN_VALID_MS + 1
  expect((await get(first.pathname + first.search)).statusCode).toBe(403)
  nowMs -= TOKEN_VALID_MS + 1
  expect((await get(first.pathname + first.search)).statusCode).toBe(403)
  expect((await get('/start?token=')).statusCode).toBe(403)
  expect((await get('/start')).statusCode).toBe(403)
})

test('no token and no cookie stands in the log', async () => {
  const url = new URL(door.startUrl())
  await enter()
  nowMs += TOKEN_VALID_MS + 1
  await get(url.pathname + url.search)
  expect(refused).not.toEqual([])
  expect(JSON.stringify(refused)).not.toContain(url.searchParams.get('token'))
})

test('only reading is allowed', async () => {
  const cookie = await enter()
  const host = new URL(door.origin).host
  const post = `POST / HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
  expect(await raw(post)).toMatch(/^HTTP\/1\.1 405/)
})

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
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

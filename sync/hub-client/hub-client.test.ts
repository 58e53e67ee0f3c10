import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { verifyClaim } from '../envelope/enrolment.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import { rootKeySha256, signKeySet } from '../envelope/key-set.ts'
import { signManifest } from '../envelope/package.ts'
import { signPing } from '../envelope/ping.ts'
import { signReceipt } from '../envelope/receipt.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { generateSigningKey, type SigningKey } from '../envelope/signing-key.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { HubReceipt } from '../protocol/receipt.ts'
import { createHubClient, type HubClientOptions } from './hub-client.ts'

const AT = '2026-03-01T08:00:00.000Z'
const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'
const ID = '0190a1b2-0000-7000-8000-000000000001'
const OTHER = '0190a1b2-0000-7000-8000-000000000002'
const ENVELOPE = '{"summary":"a.b.c","sealed":"a.b.c.d.e"}'
const SUBMISSION = {
  submissionId: ID,
  sha256: sha256Hex(ENVELOPE),
  envelope: ENVELOPE,
  terminalId: 'HALL-0001',
  deviceSequence: 7,
}

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void | Promise<void>

let server: Server
let handle: Handler
let seen: { method: string; url: string; body: string }[]
let baseUrl: string
const sockets = new Set<Socket>()
const logged: { level: string; event: string; detail: Record<string, unknown> }[] = []

let root: SigningKey
let hubKey: SigningKey
let foreign: SigningKey
let keySet: KeySet

beforeAll(async () => {
  root = (await generateSigningKey()).key
  hubKey = (await generateSigningKey()).key
  foreign = (await generateSigningKey()).key
  const common = { kid: hubKey.kid, jwk: hubKey.jwk, from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' }
  const uses = ['receipt', 'ping', 'package'] as const
  keySet = { kind: 'key-set', version: 1, keys: uses.map((use) => ({ ...common, use })) }
})

beforeEach(async () => {
  seen = []
  logged.length = 0
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ method: request.method ?? '', url: request.url ?? '', body })
    await handle(request, body, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
})

const client = (more: Partial<HubClientOptions> = {}) =>
  createHubClient({ baseUrl, log: (level, event, detail) => void logged.push({ level, event, detail }), ...more })
const put = (more: Partial<HubClientOptions> = {}) => client(more).putSubmission(SUBMISSION, keySet)

function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}
const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_, __, response) =>
    answer(response, status, JSON.stringify(value), headers)
const html =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_, __, response) =>
    answer(response, status, '<html>Please log in</html>', { 'content-type': 'text/html', ...headers })

/** A refusal in the hub's own words. */
const refusal = (status: number, code: string, data?: unknown) =>
  json({ defined: true, code, status, message: code, data }, status)

function receiptOf(change: Partial<HubReceipt> = {}, item: Partial<HubReceipt['items'][number]> = {}): HubReceipt {
  const line = { submissionId: ID, sha256: SUBMISSION.sha256, deviceSequence: 7, hubSequence: 99, ...item }
  return {
    kind: 'hub-receipt',
    v: 1,
    terminalId: 'HALL-0001',
    hubEpoch: EPOCH,
    receivedAt: AT,
    previousReceiptSha256: null,
    items: [line],
    ...change,
  }
}

describe('putSubmission', () => {
  it('is received when a receipt proves it, and sends what the contract says', async () => {
    const receipt = await signReceipt(receiptOf(), hubKey)
    handle = json({ receipt })
    expect(await put()).toEqual({ outcome: 'received', receipt, hubSequence: 99, hubEpoch: EPOCH })
    expect(seen).toEqual([{ method: 'PUT', url: `/v1/submissions/${ID}`, body: expect.any(String) }])
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ sha256: SUBMISSION.sha256, envelope: ENVELOPE })
    expect(logged).toEqual([])
  })

  it('finds its line in a receipt over a batch', async () => {
    const [line] = receiptOf().items
    if (line === undefined) throw new Error('fixture')
    const items = [{ ...line, submissionId: OTHER, hubSequence: 98 }, line]
    handle = json({ receipt: await signReceipt(receiptOf({ items }), hubKey) })
    expect(await put()).toMatchObject({ outcome: 'received', hubSequence: 99 })
  })

  it('is not received by a signature that is not the hub’s', async () => {
    for (const key of [foreign, { ...foreign, kid: hubKey.kid }]) {
      handle = json({ receipt: await key.sign(receiptOf(), 'bm-receipt+jws') })
      expect(await put()).toMatchObject({ outcome: 'failed', why: 'bad-receipt', hubWide: true })
    }
    const [head, body, tail = ''] = (await signReceipt(receiptOf(), hubKey)).split('.')
    handle = json({ receipt: [head, body, tail.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.') })
    expect(await put()).toMatchObject({
      outcome: 'failed',
      why: 'bad-receipt',
      detail: expect.stringContaining('bad-signature'),
    })
    expect(logged.at(-1)).toMatchObject({ level: 'warn', event: 'hub-call-failed' })
  })

  it('is not received by a receipt over something else, and that holds nobody else up', async () => {
    const wrong = [
      receiptOf({}, { submissionId: OTHER }),
      receiptOf({}, { sha256: sha256Hex('another envelope') }),
      receiptOf({}, { deviceSequence: 8 }),
      receiptOf({ terminalId: 'HALL-0002' }),
    ]
    for (const receipt of wrong) {
      handle = json({ receipt: await signReceipt(receipt, hubKey) })
      expect(await put()).toMatchObject({ outcome: 'failed', why: 'bad-receipt', hubWide: false })
    }
  })

  it.each([
    [400, 'BAD_ENVELOPE', 'bad-envelope'],
    [401, 'KEY_UNKNOWN', 'key-unknown'],
    [409, 'HASH_CONFLICT', 'hash-conflict'],
    [413, 'TOO_LARGE', 'too-large'],
    [426, 'UPGRADE_NEEDED', 'upgrade-needed'],
    [404, 'NOT_FOUND', 'refused'],
    [422, 'SOMETHING_NEW', 'refused'],
  ])('is quarantined by a %i of the hub', async (status, code, reason) => {
    for (const data of [undefined, { why: 'because' }]) {
      handle = refusal(status, code, data)
      expect(await put()).toEqual({ outcome: 'quarantined', reason, detail: `status ${status} ${code}` })
    }
  })

  it('is not quarantined by a 4xx that our hub did not word', async () => {
    for (const handler of [html(403), json({ error: 'forbidden' }, 403), html(413), json('no', 400), html(404)]) {
      handle = handler
      expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub', hubWide: true })
    }
  })

  it.each([
    ['HTML with 200', html(200)],
    ['HTML that calls itself JSON', ((_, __, response) => answer(response, 200, '<html>')) as Handler],
    ['JSON of another shape', json({ welcome: true })],
    ['a receipt that is no JWS', json({ receipt: 'yes' })],
    ['JSON that is no object', json(1)],
    ['nothing with 204', ((_, __, response) => void response.writeHead(204).end()) as Handler],
    ['a redirect', json({}, 302, { location: 'http://127.0.0.1:9/login' })],
    ['a lasting redirect', json({}, 308, { location: '/login' })],
    ['no HTTP at all', ((request) => void request.socket.end('SSH-2.0-OpenSSH\r\n')) as Handler],
  ])('is not received by %s', async (_, handler) => {
    handle = handler
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub', hubWide: true, retryAfterMs: null })
    expect(seen).toHaveLength(1)
  })

  it('does not take a redirect that leads to a good receipt', async () => {
    const receipt = await signReceipt(receiptOf(), hubKey)
    handle = (request, body, response) =>
      request.url === '/elsewhere'
        ? json({ receipt })(request, body, response)
        : void response.writeHead(307, { location: '/elsewhere' }).end()
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    expect(seen.map(({ url }) => url)).not.toContain('/elsewhere')
  })

  it('is not received by a good receipt under another status or as another type', async () => {
    const receipt = JSON.stringify({ receipt: await signReceipt(receiptOf(), hubKey) })
    handle = (_, __, response) => answer(response, 202, receipt)
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    handle = (_, __, response) => answer(response, 200, receipt, { 'content-type': 'text/html' })
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    handle = (_, __, response) => answer(response, 201, receipt, { 'content-type': 'application/json; charset=utf-8' })
    expect(await put()).toMatchObject({ outcome: 'received' })
  })

  it('stops reading an answer that has no end', async () => {
    let sentBytes = 0
    let hungUp: Promise<unknown> = Promise.resolve()
    handle = (_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      hungUp = once(response, 'close')
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536))) sentBytes += 65_536
      }
      response.on('drain', more)
      more()
    }
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    await hungUp
    expect(sentBytes).toBeLessThan(32 << 20)
  })
})

describe('a hub in trouble', () => {
  it('with a plain 500 holds up only the one submission', async () => {
    handle = html(500)
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'http-500', hubWide: false, retryAfterMs: null })
    handle = json({ defined: false, code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'x' }, 500)
    expect(await put()).toMatchObject({ why: 'http-500' })
  })

  it('says how long to wait: in seconds, as a date by its own clock, or in the contract’s words', async () => {
    const dates = { date: 'Sun, 01 Mar 2026 08:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 08:00:30 GMT' }
    const busy = { defined: true, code: 'BUSY', status: 503, message: 'BUSY', data: { retryAfterMs: 1234 } }
    const cases: [Handler, string, number | null][] = [
      [html(503, { 'retry-after': '7' }), 'http-503', 7000],
      [html(429, { 'retry-after': '0' }), 'http-429', 0],
      [html(408), 'http-408', null],
      [html(502, { 'retry-after': 'soon' }), 'http-502', null],
      [html(503, dates), 'http-503', 30_000],
      [html(503, { 'retry-after': '99999999' }), 'http-503', 3_600_000],
      [json(busy, 503, { 'retry-after': '2' }), 'http-503', 1234],
      [json({ ...busy, data: { retryAfterMs: -5 } }, 503, { 'retry-after': '2' }), 'http-503', 2000],
    ]
    for (const [handler, why, retryAfterMs] of cases) {
      handle = handler
      expect(await put()).toMatchObject({ outcome: 'failed', why, hubWide: true, retryAfterMs })
    }
  })

  it('counts a date by our clock when the answer has none of its own', async () => {
    handle = (_, __, response) => {
      response.sendDate = false
      answer(response, 503, '', { 'retry-after': 'Sun, 01 Mar 2026 08:00:30 GMT' })
    }
    const clock = { unixMs: () => Date.parse(AT), after: () => () => undefined }
    expect(await put({ clock })).toMatchObject({ why: 'http-503', retryAfterMs: 30_000 })
  })

  it('that never answers, or never finishes, is given up', async () => {
    const hangs: Handler[] = [
      () => undefined,
      (_, __, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"receipt"'),
    ]
    for (const hang of hangs) {
      // The time is up as soon as the request has arrived: nobody waits for a real clock.
      let timeIsUp: () => void = () => undefined
      const clock = {
        unixMs: () => 0,
        after(_: number, run: () => void) {
          timeIsUp = run
          return () => undefined
        },
      }
      handle = (request, body, response) => {
        hang(request, body, response)
        setImmediate(() => timeIsUp())
      }
      expect(await put({ clock })).toMatchObject({ outcome: 'failed', why: 'timed-out', hubWide: true })
    }
  })

  it('that hangs up before a byte is no network; in the middle of its answer it is silent', async () => {
    handle = (request) => void request.socket.resetAndDestroy()
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'no-network' })
    handle = (request, _, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"rec', () => request.socket.resetAndDestroy())
    }
    expect(await put()).toMatchObject({ outcome: 'failed', why: 'cut-off' })
  })

  it('that is not there is no network', async () => {
    // A port that was ours a moment ago and where nobody listens.
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    expect(await put({ baseUrl: `http://127.0.0.1:${port}` })).toMatchObject({
      why: 'no-network',
      detail: 'ECONNREFUSED',
    })
  })

  it('is named by what fetch says', async () => {
    const cases: [string, string][] = [
      ['ENOTFOUND', 'no-network'],
      ['EAI_AGAIN', 'no-network'],
      ['ENETUNREACH', 'no-network'],
      ['EHOSTUNREACH', 'no-network'],
      ['UND_ERR_CONNECT_TIMEOUT', 'timed-out'],
      ['ETIMEDOUT', 'timed-out'],
      ['CERT_HAS_EXPIRED', 'tls'],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
      ['HPE_INVALID_CONSTANT', 'not-our-hub'],
    ]
    for (const [code, why] of cases) {
      const cause = Object.assign(new Error('inner'), { code })
      const direct = () => Promise.reject(new TypeError('fetch failed', { cause }))
      expect(await put({ fetch: direct })).toMatchObject({ why, detail: code })
      const several = () => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError([cause]) }))
      expect(await put({ fetch: several })).toMatchObject({ why, detail: code })
    }
  })

  it('does not hide a bug in what we call', async () => {
    await expect(put({ fetch: () => Promise.reject(new RangeError('a bug')) })).rejects.toThrow('a bug')
  })
})

describe('ping', () => {
  const nonce = Buffer.alloc(24, 7).toString('base64url')
  const fixedNonce = { ...joseSuite, randomBytes: (count: number) => Buffer.alloc(count, 7) }
  const signed = (by: SigningKey, over = nonce) => signPing({ kind: 'ping', nonce: over, at: AT, hubEpoch: EPOCH }, by)

  it('is connected only by a signed answer to this nonce', async () => {
    handle = async (request, body, response) => {
      const asked = JSON.parse(body).nonce
      json({ answer: await signed(hubKey, asked) })(request, body, response)
    }
    expect(await client().ping(keySet)).toEqual({ connection: 'connected', hubEpoch: EPOCH, at: AT })
    expect(await client().ping(keySet)).toMatchObject({ connection: 'connected' })
    const [one, two] = seen.map(({ body }) => JSON.parse(body).nonce)
    expect(one).not.toBe(two)
  })

  it('is silent when somebody else answers, replays, or nobody does', async () => {
    const ping = (more: Partial<HubClientOptions> = {}) => client({ suite: fixedNonce, ...more }).ping(keySet)
    handle = json({ answer: await signed(hubKey) })
    expect(await ping()).toMatchObject({ connection: 'connected' })
    const handlers = [
      json({ answer: await signed(foreign) }),
      json({ answer: await signed(hubKey, 'nonce-nonce-nonce-0') }),
      html(200),
      html(302),
      html(503),
      refusal(404, 'NOT_FOUND'),
    ]
    for (const handler of handlers) {
      handle = handler
      expect(await ping()).toMatchObject({ connection: 'hub-silent' })
    }
    handle = (request) => void request.socket.resetAndDestroy()
    expect(await ping()).toMatchObject({ connection: 'no-network', failed: { why: 'no-network' } })
  })

  it('waits less long than a submission', async () => {
    const waits: (number | 'called off')[] = []
    const clock = {
      unixMs: () => 0,
      after(delayMs: number) {
        waits.push(delayMs)
        return () => void waits.push('called off')
      },
    }
    handle = html(200)
    await client({ clock, timeoutMs: 900, pingTimeoutMs: 300 }).ping(keySet)
    await put({ clock, timeoutMs: 900, pingTimeoutMs: 300 })
    expect(waits).toEqual([300, 'called off', 900, 'called off'])
  })
})

describe('getKeySet', () => {
  it('takes the set of the root that the terminal trusts, and no other', async () => {
    const jws = await signKeySet(keySet, root)
    handle = json({ keySet: jws })
    expect(await client().getKeySet(rootKeySha256(root.jwk))).toEqual({ outcome: 'verified', keySet, jws })
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/v1/key-set' })
    handle = json({ keySet: await signKeySet(keySet, foreign) })
    const refused = await client().getKeySet(rootKeySha256(root.jwk))
    expect(refused).toMatchObject({
      outcome: 'failed',
      why: 'not-our-hub',
      detail: expect.stringContaining('foreign-root'),
    })
  })
})

describe('getPackage', () => {
  const text = { zh: '样例' }
  const item = {
    id: 'S07',
    version: 1,
    code: '11100000MB0000000X2000114001000',
    name: text,
    use: text,
    seal: '失',
    topic: text,
    department: { name: text, uscc: '11100000MB0000000X' },
    days: { legal: 1, promised: 0 },
    minutes: 3,
    crossProvince: false,
    offlinePolicy: 'A',
    needs: [],
    bring: [],
    pages: [{ id: 'one', question: text, fields: ['phone'] }],
    fields: [{ id: 'phone', type: 'phone', label: text, required: true }],
    signature: false,
    after: [{ what: text, note: text }],
  }
  const content = JSON.stringify({ kind: 'catalogue', region: text, divisions: [], items: [item] })
  const manifestOf = (version: number, by: SigningKey, hash = sha256Hex(content)) =>
    signManifest(
      {
        kind: 'catalogue',
        version,
        hubEpoch: EPOCH,
        sha256: hash,
        bytes: Buffer.byteLength(content),
        publishedAt: AT,
      },
      by,
    )
  const have = { version: 4, hubEpoch: EPOCH }

  it('takes a newer signed package, and says what it has', async () => {
    handle = json({ changed: true, manifest: await manifestOf(5, hubKey), content })
    const got = await client().getPackage('catalogue', have, keySet)
    expect(got).toMatchObject({ outcome: 'verified', manifest: { version: 5 }, signed: { content } })
    expect(seen[0]).toMatchObject({ method: 'GET', url: `/v1/packages/catalogue?haveVersion=4&haveEpoch=${EPOCH}` })
    expect(await client().getPackage('catalogue', null, keySet)).toMatchObject({ outcome: 'verified' })
    expect(seen[1]?.url).toBe('/v1/packages/catalogue')
    handle = json({ changed: false })
    expect(await client().getPackage('catalogue', have, keySet)).toEqual({ outcome: 'unchanged' })
  })

  it('refuses an older one, but takes a lower version of another epoch', async () => {
    for (const version of [3, 4]) {
      handle = json({ changed: true, manifest: await manifestOf(version, hubKey), content })
      expect(await client().getPackage('catalogue', have, keySet)).toEqual({ outcome: 'older', version })
    }
    const restored = { version: 9, hubEpoch: '00000000-0000-4000-8000-000000000001' }
    expect(await client().getPackage('catalogue', restored, keySet)).toMatchObject({ outcome: 'verified' })
  })

  it('refuses a foreign signature and a changed content', async () => {
    const bad = [
      { manifest: await manifestOf(5, foreign), content },
      { manifest: await manifestOf(5, hubKey), content: content.replace('S07', 'S08') },
      { manifest: await manifestOf(5, hubKey, sha256Hex('')), content },
    ]
    for (const signed of bad) {
      handle = json({ changed: true, ...signed })
      expect(await client().getPackage('catalogue', have, keySet)).toMatchObject({
        outcome: 'failed',
        why: 'bad-receipt',
      })
    }
  })

  it('may be larger than other answers, up to a limit', async () => {
    handle = json({ changed: true, manifest: await manifestOf(5, hubKey), content, pad: 'x'.repeat(400_000) })
    expect(await client().getPackage('catalogue', have, keySet)).toMatchObject({ outcome: 'verified' })
    const small = client({ maxPackageBytes: 300_000 })
    expect(await small.getPackage('catalogue', have, keySet)).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
  })
})

describe('enrol', () => {
  const ask = () => client().enrol({ terminalId: 'HALL-0001', code: 'one-time-code-0001', deviceKey: foreign })

  it('proves its key and learns that it is enrolled', async () => {
    handle = json({ terminalId: 'HALL-0001', deviceKid: foreign.kid })
    expect(await ask()).toEqual({ outcome: 'enrolled', deviceKid: foreign.kid })
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/terminals/HALL-0001/enrolment' })
    const sent = await verifyClaim(JSON.parse(seen[0]?.body ?? '').claim)
    expect(sent).toMatchObject({ ok: true, kid: foreign.kid, claim: { code: 'one-time-code-0001' } })
  })

  it('tells a bad code from a bad claim, and both from a stranger', async () => {
    handle = refusal(403, 'CODE_USED_OR_UNKNOWN')
    expect(await ask()).toMatchObject({ outcome: 'code-refused' })
    handle = refusal(400, 'BAD_CLAIM')
    expect(await ask()).toMatchObject({ outcome: 'claim-refused' })
    for (const handler of [html(403), json({ terminalId: 'HALL-0001', deviceKid: 'another' })]) {
      handle = handler
      expect(await ask()).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    }
  })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { verifyDeviceClaim } from '../envelope/contact.ts'
import { ChunkOfferSchema } from '../protocol/contact.ts'
import { CHUNK_BYTES } from '../protocol/submission.ts'
import type { ChunkOfferRequest } from './answers.ts'
import { createHubClient } from './hub-client.ts'
import { AT, html, json, refusal, type SmallWorld, smallWorld, TERMINAL } from './testing/small-hub.ts'

const ID = '0190a1b2-0000-7000-8000-000000000001'

let world: SmallWorld
let hashes: [string, string, string]
let offer: ChunkOfferRequest

beforeAll(async () => {
  world = await smallWorld()
  hashes = ['one', 'two', 'three'].map((text) => world.suite.sha256Hex(text)) as typeof hashes
  const chunks = hashes.map((sha256, at) => ({ sha256, bytes: 100 + at }))
  offer = { submissionId: ID, chunks, terminalId: TERMINAL, deviceKey: world.device }
})
beforeEach(() => {
  world.seen.length = 0
  world.waits.length = 0
})

describe('offerChunks', () => {
  it('says in the device’s own hand what there is, and learns what is wanted', async () => {
    const [one, , three] = hashes
    const client = world.client(() => json({ missing: [three, one] }))
    expect(await client.offerChunks(offer)).toEqual({ outcome: 'answered', missing: [one, three] })
    expect(world.seen[0]).toMatchObject({ method: 'POST', path: '/v1/chunks/offers' })
    const { claim } = JSON.parse(world.seen[0]?.bytes.toString() ?? '')
    const verified = await verifyDeviceClaim(claim, ChunkOfferSchema, async () => world.device.jwk, world.suite)
    expect(verified).toMatchObject({
      ok: true,
      claim: { kind: 'chunk-offer', terminalId: TERMINAL, submissionId: ID, chunks: offer.chunks, at: AT },
    })
  })

  it('never sends what was not offered, whatever the hub wants', async () => {
    const stranger = world.suite.sha256Hex('stranger')
    const client = world.client(() => json({ missing: [stranger, hashes[1], stranger] }))
    expect(await client.offerChunks(offer)).toEqual({ outcome: 'answered', missing: [hashes[1]] })
    const none = world.client(() => json({ missing: [] }))
    expect(await none.offerChunks(offer)).toEqual({ outcome: 'answered', missing: [] })
  })

  it('names a chunk once that lies in two places', async () => {
    const chunks = [...offer.chunks, ...offer.chunks]
    const client = world.client(() => json({ missing: hashes }))
    expect(await client.offerChunks({ ...offer, chunks })).toEqual({ outcome: 'answered', missing: hashes })
  })

  it('tells an unknown key from a bad claim, and both from strangers', async () => {
    const cases = [
      [refusal(401, 'KEY_UNKNOWN', { why: 'x' }), { outcome: 'claim-refused', reason: 'key-unknown' }],
      [refusal(400, 'BAD_CLAIM', { why: 'x' }), { outcome: 'claim-refused', reason: 'bad-claim' }],
      [refusal(404, 'NOT_FOUND'), { outcome: 'failed', why: 'http-404', hubWide: false }],
      [html(401), { outcome: 'failed', why: 'not-our-hub' }],
      [json({ missing: ['x'] }), { outcome: 'failed', why: 'not-our-hub' }],
    ] as const
    for (const [response, outcome] of cases) {
      expect(await world.client(() => response).offerChunks(offer)).toMatchObject(outcome)
    }
  })
})

describe('putChunk', () => {
  const bytes = Buffer.alloc(3000, 'sealed')
  const put = (response: Response) => world.client(() => response).putChunk({ sha256: hashes[0], bytes })

  it('sends the bytes themselves to the address that is their hash', async () => {
    expect(await put(json({ stored: true }))).toEqual({ outcome: 'stored' })
    expect(world.seen).toHaveLength(1)
    expect(world.seen[0]).toMatchObject({ method: 'PUT', path: `/v1/chunks/${hashes[0]}`, bytes })
    expect(world.seen[0]?.headers.get('content-type')).toBe('application/octet-stream')
  })

  it('names what the hub says of it', async () => {
    const cases = [
      [refusal(404, 'NOT_OFFERED'), { outcome: 'not-offered' }],
      [refusal(422, 'DAMAGED'), { outcome: 'failed', why: 'http-422', hubWide: false }],
      [refusal(404, 'NOT_FOUND'), { outcome: 'failed', why: 'http-404', hubWide: false }],
      [refusal(413, 'TOO_LARGE'), { outcome: 'failed', why: 'http-413', hubWide: false }],
      [html(413), { outcome: 'failed', why: 'http-413', hubWide: false }],
      [refusal(503, 'BUSY', { retryAfterMs: 700 }), { outcome: 'failed', why: 'http-503', retryAfterMs: 700 }],
      [html(404), { outcome: 'failed', why: 'not-our-hub', hubWide: true }],
      [html(200), { outcome: 'failed', why: 'not-our-hub' }],
      [json({ stored: false }), { outcome: 'failed', why: 'not-our-hub' }],
      [json({}), { outcome: 'failed', why: 'not-our-hub' }],
    ] as const
    for (const [response, outcome] of cases) expect(await put(response)).toMatchObject(outcome)
    expect(world.openTimers()).toBe(0)
  })

  it('gives a whole chunk time for a line of 64 kbit/s', async () => {
    await put(json({ stored: true }))
    await world
      .client(() => json({ stored: true }))
      .putChunk({ sha256: hashes[0], bytes: Buffer.alloc(CHUNK_BYTES + 28) })
    const [shortMs = 0, longMs = 0] = world.waits
    expect(longMs - shortMs).toBeGreaterThanOrEqual((CHUNK_BYTES - 64 * 1024) / 8.192)
    expect(longMs).toBeLessThan(180_000)
  })

  it('arrives raw over a real connection: a megabyte is a megabyte, no multipart, no base64', async () => {
    const chunk = world.suite.randomBytes(CHUNK_BYTES + 28)
    const sha256 = world.suite.sha256Hex(chunk)
    const arrived: { url: string; type: string; length: string; body: Buffer }[] = []
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      const { 'content-type': type = '', 'content-length': length = '' } = request.headers
      arrived.push({ url: request.url ?? '', type, length, body: Buffer.concat(parts) })
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('{"stored":true}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const client = createHubClient({ baseUrl, log: () => undefined })
    // A view into a larger buffer, as a read from a file may be.
    const within = Buffer.concat([Buffer.alloc(7), chunk, Buffer.alloc(7)]).subarray(7, 7 + chunk.length)
    expect(await client.putChunk({ sha256, bytes: within })).toEqual({ outcome: 'stored' })
    server.close()
    await once(server, 'close')
    const [one] = arrived
    expect(one).toMatchObject({ url: `/v1/chunks/${sha256}`, type: 'application/octet-stream' })
    expect(one?.length).toBe(String(chunk.length))
    expect(one?.body.equals(chunk)).toBe(true)
  })
})

describe('putSubmission without its chunks', () => {
  const envelope = '{"summary":"a.b.c","sealed":"a.b.c.d.e"}'
  const put = (response: Response) =>
    world
      .client(() => response)
      .putSubmission(
        {
          submissionId: ID,
          sha256: world.suite.sha256Hex(envelope),
          envelope,
          terminalId: TERMINAL,
          deviceSequence: 1,
        },
        world.keySet,
      )

  it('learns which are missing, and is not quarantined', async () => {
    expect(await put(refusal(424, 'CHUNKS_MISSING', { missing: hashes }))).toEqual({
      outcome: 'chunks-missing',
      missing: hashes,
    })
  })

  it('is tried again when the hub names none', async () => {
    for (const data of [undefined, { missing: [] }, { missing: 'all' }]) {
      expect(await put(refusal(424, 'CHUNKS_MISSING', data))).toMatchObject({ outcome: 'failed', hubWide: false })
    }
  })
})

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealSubmission } from '../envelope/seal.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { makeTicket } from '../protocol/ticket.ts'
import type { PutResult, Submission } from './answers.ts'
import { createHubClient } from './hub-client.ts'
import { AT, type SmallWorld, smallWorld, TERMINAL } from './testing/small-hub.ts'

/** Issue 3: bytes on the wire per 2 KB application against its envelope, requests and answers with all their headers. */
const LIMIT = 1.3
const ITEM = { id: 'S07', code: '11100000MB0000000X2000114001000', version: 3 }

let world: SmallWorld
let all: Submission[]
let server: Server
let baseUrl: string
const sockets: Socket[] = []

/** A whole application as a citizen makes one: 2 KB of it are the strokes of a signature. */
function payloadOf(submissionId: string, at: number): ApplicationPayload {
  const strokes = Array.from({ length: 8 }, (_, stroke) =>
    Array.from({ length: 20 }, (_, point): [number, number] => [stroke * 100 + point * 3, (at * 7 + point * 11) % 360]),
  )
  return {
    v: 1,
    kind: 'application',
    submissionId,
    item: ITEM,
    applicant: {
      cardType: 'citizen',
      name: '张样例',
      idNumber: '990101199003070003',
      sex: 'female',
      birth: '1990-03-07',
      address: '样例省样例市样例路七号',
      validTo: '2036.01.01',
      source: 'id-card-chip',
      readAt: AT,
    },
    answers: { reason: 'contract-ended', phone: '13900001234', note: '合同到期，不再续签。' },
    pledge: '本人承诺以上内容属实',
    signature: { strokes },
    acceptedAt: AT,
  }
}

beforeAll(async () => {
  world = await smallWorld()
  const { suite, device } = world
  const { jwk } = await suite.generateSealKey()
  all = await Promise.all(
    Array.from({ length: 200 }, async (_, at): Promise<Submission> => {
      const submissionId = suite.randomUuid()
      const summary = {
        kind: 'application' as const,
        submissionId,
        terminalId: TERMINAL,
        deviceSequence: at + 1,
        item: ITEM,
        ticket: makeTicket(() => 5),
        secretSha256: suite.sha256Hex(`${at}`),
        acceptedAt: AT,
      }
      const payload = payloadOf(submissionId, at)
      const sealKey = { kid: 'seal-2026-01', jwk }
      const { envelope, sha256 } = await sealSubmission({ payload, summary, sealKey, deviceKey: device }, suite)
      return { submissionId, sha256, envelope, terminalId: TERMINAL, deviceSequence: at + 1 }
    }),
  )
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = JSON.parse(Buffer.concat(parts).toString('utf8'))
    const hub = { hubEpoch: '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11', hubSequence: 1200, backedUpThrough: 1100 }
    const named = new Set<string>(body.submissions?.map((each: Submission) => each.submissionId) ?? [])
    const sent =
      named.size > 0
        ? all.filter((each) => named.has(each.submissionId))
        : all.filter((each) => request.url?.endsWith(each.submissionId))
    const receipt = await world.receipt(sent, { previousReceiptSha256: world.suite.sha256Hex('before') })
    const results = sent.map(({ submissionId }) => ({ submissionId, outcome: 'stored' }))
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(named.size > 0 ? { receipt, results, hub } : { receipt, hub }))
  })
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

interface Wire {
  readonly up: number
  readonly down: number
}

/** Bytes both ways against the bytes of the envelopes alone, headers included. */
async function measured(sent: readonly Submission[], batch: number): Promise<Wire> {
  const before = counted()
  const client = createHubClient({ baseUrl, log: () => undefined, suite: world.suite })
  const results: (PutResult | undefined)[] = []
  for (let at = 0; at < sent.length; at += batch) {
    const some = sent.slice(at, at + batch)
    const [one] = some
    if (batch === 1 && one !== undefined) results.push(await client.putSubmission(one, world.keySet))
    else {
      const answer = await client.putBatch(some, world.keySet)
      if (answer.outcome !== 'answered') throw new Error(answer.detail)
      results.push(...some.map(({ submissionId }) => answer.results.get(submissionId)))
    }
  }
  expect(results).toHaveLength(sent.length)
  expect(results.every((each) => each?.outcome === 'received')).toBe(true)
  const envelopes = sent.reduce((sum, { envelope }) => sum + Buffer.byteLength(envelope), 0)
  const after = counted()
  return { up: (after.up - before.up) / envelopes, down: (after.down - before.down) / envelopes }
}

/** Bytes of all connections so far; they are kept alive and used again. */
function counted(): Wire {
  return {
    up: sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    down: sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  }
}

describe('bytes on the wire', () => {
  it('an application is 2 KB, its envelope some 4 KB, of which JSON escapes eight quotes', () => {
    const { submissionId, envelope } = all[0] ?? { submissionId: '', envelope: '' }
    const bytes = Buffer.byteLength(JSON.stringify(payloadOf(submissionId, 0)))
    expect(bytes).toBeGreaterThan(1900)
    expect(bytes).toBeLessThan(2300)
    // The two around it, and a backslash before each of the eight within.
    expect(JSON.stringify(envelope).length - envelope.length).toBe(2 + 8)
  })

  it.each([200, 50, 10])('in a batch of %i stay below the limit, answer and headers included', async (batch) => {
    const { up, down } = await measured(all.slice(0, Math.max(batch, 50)), batch)
    // Nothing may be left out of the count: what goes up holds the envelopes.
    expect(up).toBeGreaterThan(1)
    expect(down).toBeGreaterThan(0)
    expect(up + down).toBeLessThanOrEqual(LIMIT)
  })

  it('one by one: the request alone stays below the limit', async () => {
    const { up } = await measured(all.slice(0, 20), 1)
    expect(up).toBeGreaterThan(1)
    expect(up).toBeLessThanOrEqual(LIMIT)
  })
})

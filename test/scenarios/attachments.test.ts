import { expect, test } from 'vitest'
import type { WireRequest } from '../sim/network.ts'
import { handedIn, handedInBy, htmlReply, jsonReply, MINUTE_MS, SECOND_MS, type Stage, setStage } from './stage.ts'

const CHUNKS = 8
/** Around a body, roughly. */
const HEADERS_BYTES = 500
const chunkOf = ({ method, url }: Pick<WireRequest, 'method' | 'url'>) =>
  method === 'PUT' ? /\/v1\/chunks\/([0-9a-f]{64})$/.exec(url)?.[1] : undefined
const delivered = (stage: Stage, count: number) =>
  stage.until('delivered', () => stage.terminal().ledger.received === count, 60 * MINUTE_MS)

/** How often each chunk arrived at the hub. */
function arrivals(stage: Stage): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { method, path } of stage.calls) {
    const sha256 = chunkOf({ method, url: path })
    if (sha256 !== undefined) counts.set(sha256, (counts.get(sha256) ?? 0) + 1)
  }
  return counts
}

test('scenario 16: cut in the middle, a chunk damaged on its way: only what is missing is sent again, no row before all are here', async () => {
  const stage = await setStage()
  let sent = 0
  let rowsBeforeAll = 0
  stage.onTheWay = async (request, next) => {
    const sha256 = chunkOf(request)
    if (sha256 === undefined) return next()
    sent++
    rowsBeforeAll += stage.rows().length
    if (sent === 3) {
      const body = Buffer.from(request.body)
      body.writeUInt8(body.readUInt8(0) ^ 1, 0)
      return stage.hub.endpoint.handle({ ...request, body })
    }
    // The line is cut under the sixth.
    if (sent === 6) {
      stage.host.link.state = 'unreachable'
      stage.scheduler.after(5 * MINUTE_MS, 'the line is back', () => {
        stage.host.link.state = 'up'
      })
      return htmlReply(502)
    }
    return next()
  }
  await stage.submit(1, { attachments: CHUNKS })
  await delivered(stage, 1)
  const counts = [...arrivals(stage).values()]
  expect(counts).toHaveLength(CHUNKS)
  // The damaged one and the one that was cut, once more each; no other.
  expect(counts.filter((count) => count === 2)).toHaveLength(2)
  expect(counts.filter((count) => count === 1)).toHaveLength(CHUNKS - 2)
  expect(rowsBeforeAll).toBe(0)
  await stage.judge()
})

test('scenario 16: an envelope that comes without its chunks is no row; the hub says which are missing', async () => {
  const stage = await setStage()
  const asked: unknown[] = []
  let tried = false
  stage.onTheWay = async (request, next) => {
    // Somebody claims that all chunks are there.
    if (request.url.endsWith('/v1/chunks/offers') && !tried) return jsonReply(200, { missing: [] })
    const [id] = handedInBy(request)
    const reply = await next()
    if (id !== undefined && !tried) {
      tried = true
      const { data } = JSON.parse(reply.body.toString('utf8')) as { data?: unknown }
      asked.push(reply.status, data, stage.rows().length)
    }
    return reply
  }
  const { submissionId } = await stage.submit(1, { attachments: CHUNKS })
  const chunks = stage
    .terminal()
    .ledger.bySubmission(submissionId)
    ?.chunks.map(({ sha256 }) => sha256)
  await delivered(stage, 1)
  expect(asked).toEqual([424, { missing: chunks }, 0])
  expect([...arrivals(stage).values()]).toEqual(Array(CHUNKS).fill(1))
  await stage.judge()
})

test('scenario 16: the hub loses its upload folder half way: it is asked what is missing, and gets exactly that', async () => {
  const stage = await setStage()
  stage.hub.backUp()
  await stage.run(SECOND_MS)
  let sent = 0
  let lost = false
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (chunkOf(request) === undefined) return reply
    sent++
    if (sent === 5 && !lost) {
      lost = true
      // Put back to before the first offer: neither the chunks nor the offer are known there.
      stage.hub.restore('copy')
      stage.host.link.state = 'unreachable'
      stage.scheduler.after(MINUTE_MS, 'the line is back', () => {
        stage.host.link.state = 'up'
      })
    }
    return reply
  }
  await stage.submit(1, { attachments: CHUNKS })
  await delivered(stage, 1)
  const counts = [...arrivals(stage).values()]
  expect(counts).toHaveLength(CHUNKS)
  // Five had arrived and were lost: once more. The others once.
  expect(counts.filter((count) => count === 2)).toHaveLength(5)
  expect(counts.filter((count) => count === 1)).toHaveLength(CHUNKS - 5)
  await stage.judge()
})

test.each([404, 410])('scenario 16: a %i on resuming costs an early try, not the submission', async (status) => {
  const stage = await setStage()
  let refused = 0
  stage.onTheWay = async (request, next) => {
    if (chunkOf(request) === undefined || refused >= 3) return next()
    refused++
    return status === 404
      ? jsonReply(404, { defined: true, code: 'NOT_OFFERED', status, message: 'unknown', data: {} })
      : htmlReply(status)
  }
  await stage.submit(1, { attachments: 3 })
  await delivered(stage, 1)
  expect(refused).toBe(3)
  expect(stage.terminal().ledger.quarantined).toBe(0)
  await stage.judge()
})

test('scenario 25: flapping every 5 s, 30 % of all requests lost, 2 s round trip: progress only grows, a cut costs one chunk', async () => {
  const stage = await setStage({ netMs: SECOND_MS, rates: { 'request-lost': 0.15, 'reply-lost': 0.15 } })
  await stage.submit(1)
  await delivered(stage, 1)
  // What the terminal sends, and what became of it there.
  const sends = new Map<string, number>()
  let broken = 0
  const { fetchFor } = stage.host.link
  stage.host.link.fetchFor = (process) => {
    const inner = fetchFor(process)
    return async (request, init) => {
      const sha256 = chunkOf(request)
      if (sha256 === undefined) return inner(request, init)
      sends.set(sha256, (sends.get(sha256) ?? 0) + 1)
      broken++
      const response = await inner(request, init)
      if (response.status === 200) broken--
      return response
    }
  }
  const missing: number[] = []
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (request.url.endsWith('/v1/chunks/offers')) {
      missing.push((JSON.parse(reply.body.toString('utf8')) as { missing: string[] }).missing.length)
    }
    return reply
  }
  // A new program sends by the counting line.
  stage.host.crash('program')
  const flap = () => {
    stage.host.link.state = stage.host.link.state === 'up' ? 'unreachable' : 'up'
    stage.scheduler.after(5 * SECOND_MS, 'the line flaps', flap)
  }
  flap()
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  await stage.submit(2, { attachments: 20 })
  await stage.until('delivered', () => stage.terminal().ledger.received === 2, 12 * 60 * MINUTE_MS)
  const total = [...sends.values()].reduce((sum, count) => sum + count, 0)
  expect(sends.size).toBe(20)
  expect(broken).toBeGreaterThan(3)
  // Each cut may cost the one chunk that was under way, never one that the hub had confirmed.
  expect(total).toBeLessThanOrEqual(20 + broken)
  expect(missing).toEqual([...missing].sort((a, b) => b - a))
  expect(missing.length).toBeGreaterThan(3)
  stage.host.link.faulty = false
  await stage.judge()
})

test('scenario 25: a line of 2 kbit/s, without attachments: slow, and delivered at the first try', async () => {
  const stage = await setStage()
  const bytesPerMs = 2000 / 8 / SECOND_MS
  stage.onTheWay = async (request, next) => {
    const travelMs = (request.body.length + HEADERS_BYTES) / bytesPerMs
    await new Promise<void>((resolve) => void stage.scheduler.after(travelMs, 'the line is slow', resolve))
    return next()
  }
  await stage.submit(1)
  await stage.until('delivered', () => stage.terminal().ledger.received === 1, MINUTE_MS)
  expect(stage.calls.filter((call) => handedIn(call).length > 0)).toHaveLength(1)
  stage.onTheWay = undefined
  await stage.judge()
})

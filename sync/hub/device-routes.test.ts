import { createORPCClient, safe } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256Hex } from '../envelope/sha256.ts'
import { hubContract } from '../protocol/hub-api.ts'
import { CHUNK_BYTES } from '../protocol/submission.ts'
import { exportLines } from './export.ts'
import type { HandedIn } from './ingest-check.ts'
import { makeSecondServer, makeTestHub, type TestHub, terminalOf } from './test-hub.ts'
import { enrolled, type HubCalls, markOf, type SpeakingTerminal } from './test-memory-hub.ts'

/** What terminals call, over HTTP and on a real database. */
let hub: TestHub
let terminal: SpeakingTerminal
let url: string
let client: ContractRouterClient<typeof hubContract>
let calls: HubCalls

beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await enrolled(hub, 'T-1')
  url = await hub.server.listen({ host: '127.0.0.1', port: 0 })
  client = createORPCClient(new OpenAPILink(hubContract, { url }))
  calls = client as unknown as HubCalls
}, 60_000)
afterAll(() => hub.end())

const putBytes = (sha256: string, body: Uint8Array, type = 'application/octet-stream') =>
  fetch(`${url}/v1/chunks/${sha256}`, { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(body) })

test('a full batch, again, and in the shape of the contract when it is none', async () => {
  const sent: HandedIn[] = []
  for (let i = 0; i < 200; i++) sent.push(await terminal.seal())
  const first = await client.putBatch({ submissions: sent })
  expect(first.results.every((result) => result.outcome === 'stored')).toBe(true)
  const again = await client.putBatch({ submissions: sent })
  expect(again.results.map((result) => result.outcome)).toEqual(['held', ...Array(199).fill('held-with')])
  expect(JSON.stringify(again).length).toBeLessThan(200_000)
  expect(again.hub).toEqual({ hubEpoch: hub.identity.epoch, hubSequence: 200, backedUpThrough: null })
  const none = await safe(client.putBatch({ submissions: [] }))
  expect(none.error).toMatchObject({ code: 'BAD_BATCH', status: 400, defined: true })
  const body = JSON.stringify({ submissions: [{ ...sent[0], envelope: 'x'.repeat(5 << 20) }] })
  const headers = { 'content-type': 'application/json' }
  const tooLarge = await fetch(`${url}/v1/batches`, { method: 'POST', headers, body })
  expect([tooLarge.status, ((await tooLarge.json()) as { code: string }).code]).toEqual([400, 'BAD_BATCH'])
  const rows = (await exported()).map((line) => JSON.parse(line) as { receipt: string | null })
  expect(rows.map((row) => row.receipt)).toEqual([first.receipt, ...Array(199).fill(null)])
})

const exported = async (): Promise<readonly string[]> => exportLines(hub.db, { withEnvelope: false }).toArray()

test('a chunk as raw bytes and as a form; damaged, not offered, too large', async () => {
  const chunks = [Buffer.alloc(CHUNK_BYTES + 28, 1), Buffer.alloc(5, 2)].map((bytes) => ({
    bytes,
    sha256: sha256Hex(bytes),
  }))
  const [large, small] = chunks
  if (large === undefined || small === undefined) throw new Error('two')
  const { submissionId } = await terminal.seal()
  expect((await putBytes(large.sha256, large.bytes)).status).toBe(404)
  const listed = chunks.map(({ sha256, bytes }) => ({ sha256, bytes: bytes.byteLength }))
  expect(await terminal.offer(calls, submissionId, listed)).toEqual([large.sha256, small.sha256])
  const damaged = await putBytes(large.sha256, large.bytes.subarray(1))
  expect([damaged.status, ((await damaged.json()) as { code: string }).code]).toEqual([422, 'DAMAGED'])
  const stored = await putBytes(large.sha256, large.bytes)
  expect([stored.status, await stored.json()]).toEqual([200, { stored: true }])
  const asForm = { sha256: small.sha256, chunk: new File([new Uint8Array(small.bytes)], 'chunk') }
  expect(await client.putChunk(asForm)).toEqual({ stored: true })
  expect(await terminal.offer(calls, submissionId, listed)).toEqual([])
  expect((await putBytes(large.sha256, Buffer.alloc(CHUNK_BYTES * 2))).status).toBe(422)
  expect([...((await hub.store.chunk(small.sha256)) ?? [])]).toEqual([2, 2, 2, 2, 2])
})

test('the hub commits and dies before it answers: the terminal asks another one, and hears the same receipt', async () => {
  const sent = await terminal.seal()
  const dying = await makeSecondServer(hub, {})
  // The answer never leaves: the socket closes after the transaction.
  dying.addHook('onSend', (request) => {
    request.raw.socket.destroy()
    return new Promise(() => undefined)
  })
  const address = await dying.listen({ host: '127.0.0.1', port: 0 })
  const lost: ContractRouterClient<typeof hubContract> = createORPCClient(
    new OpenAPILink(hubContract, { url: address }),
  )
  expect((await safe(lost.putSubmission(sent))).error).toBeDefined()
  const held = (await hub.store.held([sent.submissionId])).get(sent.submissionId)
  expect((await client.putSubmission(sent)).receipt).toBe(held?.receipt)
  await dying.close()
})

test('the pages of terminals: last contact, what waits there, which numbers never came, a copy that runs', async () => {
  const other = await enrolled(hub, 'T-2')
  expect(await (await fetch(`${url}/terminals/T-2`)).text()).toContain('没有联系过')
  const [one, , three] = [await other.seal(), await other.seal(), await other.seal()]
  const { receipt } = await client.putBatch({ submissions: [one, three] })
  const contact = { lastDeviceSequence: 6, waiting: 1, quarantined: 2, damage: 3, freeBytes: 5 << 28, version: '9.8.7' }
  await other.contact(calls, { mark: markOf(receipt ?? ''), ...contact })
  const text = await (await fetch(`${url}/terminals/T-2`)).text()
  expect(text).toContain('缺 4 个号。终端说还有 1 件等着，其余 3 个号要派人去查。')
  expect(text).toContain('<p>2、4 到 6</p>')
  for (const words of ['3 处', '1.3 GiB', '9.8.7', '2026-11-23 10:48']) expect(text).toContain(words)
  const list = await (await fetch(`${url}/terminals`)).text()
  expect(list).toContain('有缺号')
  expect(list).toContain('日志有损坏')
  await client.putSubmission(await terminalOf(hub.keySet, 'T-2', other.deviceKey).seal())
  expect(await (await fetch(`${url}/terminals/T-2`)).text()).toContain('这台终端可能被复制了')
  expect((await fetch(`${url}/terminals/T-404`)).status).toBe(404)
})

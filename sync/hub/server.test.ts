import { createORPCClient, isDefinedError, safe } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeClaim } from '../envelope/enrolment.ts'
import { verifyKeySet } from '../envelope/key-set.ts'
import { verifyPackage } from '../envelope/package.ts'
import { verifyPing } from '../envelope/ping.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { generateSigningKey } from '../envelope/signing-key.ts'
import { hubContract } from '../protocol/hub-api.ts'
import { MAX_ENVELOPE_BYTES } from '../protocol/submission.ts'
import { showTicket } from '../protocol/ticket.ts'
import type { HubDatabase } from './database.ts'
import { issueCode } from './enrolment.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import {
  goodPayload,
  makeSecondServer,
  makeTerminal,
  makeTestHub,
  type TestHub,
  type TestTerminal,
} from './test-hub.ts'

let hub: TestHub
let terminal: TestTerminal
let url: string
let client: ContractRouterClient<typeof hubContract>

const SLY_NAME = '失业<script>alert(1)</script>登记'
const catalogue = structuredClone(sampleCatalogue)
for (const item of catalogue.items) if (item.id === 'S07') item.name = { zh: SLY_NAME }

beforeAll(async () => {
  hub = await makeTestHub({
    name: '云洲<b>&"枢纽',
    allowExport: true,
    catalogue: { content: catalogue, origin: 'file' },
  })
  terminal = await makeTerminal(hub, 'T-1')
  url = await hub.server.listen({ host: '127.0.0.1', port: 0 })
  client = createORPCClient(new OpenAPILink(hubContract, { url }))
}, 60_000)
afterAll(() => hub.end())

const put = (id: string, body: string) =>
  fetch(`${url}/v1/submissions/${id}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })

test('PUT twice gives one receipt, and GET gives it again', async () => {
  const sent = await terminal.seal()
  expect(await safe(client.getReceipt({ submissionId: sent.submissionId }))).toMatchObject({
    error: { code: 'NOT_HELD', status: 404, defined: true },
  })
  const first = await client.putSubmission(sent)
  expect(await client.putSubmission(sent)).toEqual(first)
  expect(await client.getReceipt({ submissionId: sent.submissionId })).toEqual(first)
})

test('each refusal is an error of the contract, with its status and data', async () => {
  const payload = goodPayload()
  const held = await terminal.seal({ payload })
  await client.putSubmission(held)
  const conflict = await safe(client.putSubmission(await terminal.seal({ payload })))
  expect(isDefinedError(conflict.error)).toBe(true)
  expect(conflict.error).toMatchObject({ code: 'HASH_CONFLICT', status: 409, data: { held: held.sha256 } })

  const stranger = await makeTerminal(hub, 'T-9', false)
  expect((await safe(client.putSubmission(await stranger.seal()))).error).toMatchObject({
    code: 'KEY_UNKNOWN',
    status: 401,
    defined: true,
  })
  const envelope = '{}'
  const bad = await safe(client.putSubmission({ ...held, envelope, sha256: sha256Hex(envelope) }))
  expect(bad.error).toMatchObject({ code: 'BAD_ENVELOPE', status: 400, defined: true })
})

test('a path that is no id, a body that is no JSON, a method that is none: 4xx, nothing stored', async () => {
  const before = (await client.putSubmission(await terminal.seal())).receipt
  const noId = await put('not-a-uuid', JSON.stringify({ sha256: 'x', envelope: 'y' }))
  expect(noId.status).toBe(400)
  expect(await noId.json()).toMatchObject({ code: 'BAD_ENVELOPE', defined: true })
  const noJson = await put(goodPayload().submissionId, '{"sha256":')
  expect(noJson.status).toBe(400)
  expect(await noJson.json()).toMatchObject({ code: 'BAD_REQUEST' })
  expect((await fetch(`${url}/v1/nothing`)).status).toBe(404)
  expect((await fetch(`${url}/v1/ping`, { method: 'DELETE' })).status).toBe(404)
  const after = await client.putSubmission(await terminal.seal())
  const sequenceOf = (jws: string) => JSON.parse(atob(jws.split('.')[1] ?? '')).items[0].hubSequence
  expect(sequenceOf(after.receipt)).toBe(sequenceOf(before) + 1)
})

test.each([
  ['just over the limit', MAX_ENVELOPE_BYTES + 1],
  ['far over it', MAX_ENVELOPE_BYTES * 3],
])('an envelope %s: 413 with the limit', async (_, bytes) => {
  const { submissionId } = goodPayload()
  const body = JSON.stringify({ sha256: sha256Hex('x'), envelope: 'x'.repeat(bytes) })
  const answer = await put(submissionId, body)
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({
    code: 'TOO_LARGE',
    defined: true,
    data: { maxBytes: MAX_ENVELOPE_BYTES },
  })
})

test('a hub that is full, or whose database is away, says when to come back', async () => {
  const away = { selectFrom: () => throwAway() } as unknown as HubDatabase
  const cases = [
    { limits: { maxIngestsAtOnce: 0 }, seconds: 2 },
    { limits: { db: away }, seconds: 10 },
  ]
  for (const { limits, seconds } of cases) {
    const server = await makeSecondServer(hub, limits)
    try {
      const address = await server.listen({ host: '127.0.0.1', port: 0 })
      const sent = await terminal.seal()
      const answer = await fetch(`${address}/v1/submissions/${sent.submissionId}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(sent),
      })
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe(String(seconds))
      expect(await answer.json()).toMatchObject({ code: 'BUSY', defined: true, data: { retryAfterMs: seconds * 1000 } })
      expect((await fetch(`${address}/export/submissions.jsonl`)).status).toBe(404)
    } finally {
      await server.close()
    }
  }
})

function throwAway(): never {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}

test('key set, catalogue and ping verify by the root alone', async () => {
  const { keySet: jws } = await client.getKeySet()
  const trusted = await verifyKeySet(jws, hub.identity.rootKeySha256)
  if (!trusted.ok) throw new Error(trusted.fault)
  expect(trusted.keySet.keys.map((key) => key.use).sort()).toEqual(['package', 'ping', 'receipt', 'seal'])
  expect(JSON.stringify(trusted.keySet)).not.toContain('"d"')

  const answer = await client.getPackage({ kind: 'catalogue' })
  if (!answer.changed) throw new Error('unchanged')
  const checked = await verifyPackage(answer, trusted.keySet)
  if (!checked.ok) throw new Error(checked.fault)
  expect(checked.catalogue).toEqual(catalogue)
  const { version, hubEpoch } = checked.manifest
  expect(await client.getPackage({ kind: 'catalogue', haveVersion: version, haveEpoch: hubEpoch })).toEqual({
    changed: false,
  })
  expect(await client.getPackage({ kind: 'catalogue', haveVersion: version })).toMatchObject({ changed: true })

  const nonce = 'a-nonce-of-some-length'
  expect(await verifyPing((await client.ping({ nonce })).answer, nonce, trusted.keySet)).toMatchObject({
    ok: true,
    answer: { hubEpoch, at: '2026-11-23T02:48:00.000Z' },
  })
})

test('an enrolment code is good for one key of one terminal', async () => {
  const terminalId = 'T-7'
  const code = await issueCode(hub.store, terminalId, hub.sources)
  const { key } = await generateSigningKey()
  const { key: other } = await generateSigningKey()
  const claim = await makeClaim({ terminalId, code, deviceKey: key })
  const otherClaim = await makeClaim({ terminalId, code, deviceKey: other })
  const elsewhere = await makeClaim({ terminalId: 'T-8', code, deviceKey: key })
  expect((await safe(client.enrol({ terminalId: 'T-8', claim: elsewhere }))).error).toMatchObject({ status: 403 })
  expect((await safe(client.enrol({ terminalId: 'T-8', claim }))).error).toMatchObject({
    code: 'BAD_CLAIM',
    status: 400,
  })
  expect((await safe(client.enrol({ terminalId: 't', claim }))).error).toMatchObject({ code: 'BAD_CLAIM' })
  expect(await client.enrol({ terminalId, claim })).toEqual({ terminalId, deviceKid: key.kid })
  // The answer was lost: the same key asks again.
  expect(await client.enrol({ terminalId, claim })).toEqual({ terminalId, deviceKid: key.kid })
  expect((await safe(client.enrol({ terminalId, claim: otherClaim }))).error).toMatchObject({
    code: 'CODE_USED_OR_UNKNOWN',
    status: 403,
    defined: true,
  })
})

test('openapi.json tells every route of the contract', async () => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    openapi: string
    servers: { url: string }[]
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  }
  expect(document.openapi).toMatch(/^3\.1/)
  expect(document.servers).toEqual([{ url: '/' }])
  const told = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = Object.values(hubContract).map((procedure) => {
    const { method, path } = procedure['~orpc'].route
    return `${method} ${path}`
  })
  expect(told.sort()).toEqual(routes.sort())
  const responses = document.paths['/v1/submissions/{submissionId}']?.put?.responses ?? {}
  expect(Object.keys(responses).sort()).toEqual(['200', '400', '401', '409', '413', '424', '426', '503'])
})

test('the list opens with a sentence, shows what arrived, and escapes what others wrote', async () => {
  const sent = await terminal.seal()
  await client.putSubmission(sent)
  const answer = await fetch(`${url}/`)
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/)
  const text = await answer.text()
  const { count } = await hub.db
    .selectFrom('submissions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  expect(text).toContain(`<h1>今天收到 ${count} 件，最近一件 10:48，来自 1 台终端</h1>`)
  for (const shown of [
    showTicket(sent.ticket),
    sent.sha256.slice(0, 12),
    'T-1',
    '待打开',
    '云洲&lt;b&gt;&amp;&quot;枢纽',
  ]) {
    expect(text).toContain(shown)
  }
  expect(text).toContain('失业&lt;script&gt;alert(1)&lt;/script&gt;登记')
  expect(text).not.toMatch(/<script|<b>&/)
  for (const secret of ['周明远', '990101198611020033', '13800136021', sent.envelope])
    expect(text).not.toContain(secret)
})

test('the page of a submission reads the receipt and says that it holds; a forged one does not', async () => {
  const sent = await terminal.seal()
  await client.putSubmission(sent)
  await hub.opener.round()
  const page = async () => (await fetch(`${url}/submissions/${sent.submissionId}`)).text()
  const good = await page()
  expect(good).toContain('回执是真的')
  expect(good).toContain('已受理')
  expect(good).toContain(hub.identity.epoch)
  const { receipt } = await client.putSubmission(await terminal.seal())
  const receipt_sha256 = sha256Hex(receipt)
  await hub.db
    .updateTable('submissions')
    .set({ receipt_sha256 })
    .where('submission_id', '=', sent.submissionId)
    .execute()
  expect(await page()).toContain('回执对不上')
  expect((await fetch(`${url}/submissions/${goodPayload().submissionId}`)).status).toBe(404)
  expect((await fetch(`${url}/submissions/%3Cscript%3E`)).status).toBe(404)
  expect((await fetch(`${url}/?before=x`)).status).toBe(400)
})

test('the page of a case with faults says them in Chinese', async () => {
  const answers = { ...goodPayload().answers, phone: '1' }
  const sent = await terminal.seal({ payload: { answers } })
  await client.putSubmission(sent)
  await hub.opener.round()
  const text = await (await fetch(`${url}/submissions/${sent.submissionId}`)).text()
  expect(text).toContain('<dt>手机号</dt><dd>不是手机号</dd>')
})

test('older arrivals are a page away', async () => {
  const text = await (await fetch(`${url}/?before=2`)).text()
  expect(text.match(/<tr>\n<td>/g)).toHaveLength(1)
  expect(text).toContain('回到最近的件')
})

test('the export holds every row', async () => {
  const answer = await fetch(`${url}/export/submissions.jsonl`)
  const rows = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const stored = await hub.db
    .selectFrom('submissions')
    .innerJoin('receipts', 'receipts.sha256', 'receipt_sha256')
    .selectAll('submissions')
    .select('jws as receipt')
    .orderBy('hub_sequence')
    .execute()
  // One submission was given another's receipt by the test above; that one is listed with the first.
  const first = new Set<string>()
  const listed = stored.map((row) => {
    const seen = first.has(row.receipt_sha256)
    first.add(row.receipt_sha256)
    return seen ? { ...row, receipt: null } : row
  })
  expect(rows).toEqual(listed)
})

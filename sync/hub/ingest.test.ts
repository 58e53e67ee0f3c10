import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CompactSign, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { receiptItem, verifyReceipt } from '../envelope/receipt.ts'
import { SUMMARY_TYP } from '../envelope/seal.ts'
import { generateSealKey } from '../envelope/seal-key.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { MAX_ENVELOPE_BYTES } from '../protocol/submission.ts'
import { openDatabase } from './database.ts'
import { revokeTerminal } from './enrolment.ts'
import { startNewEpoch } from './epoch.ts'
import type { IngestResult } from './ingest.ts'
import type { HandedIn } from './ingest-check.ts'
import {
  goodPayload,
  ingestOf,
  makeTerminal,
  makeTestHub,
  TEST_NOW,
  type TestHub,
  type TestTerminal,
} from './test-hub.ts'
import { startPostgres } from './test-postgres.ts'

const postgres = startPostgres()
afterAll(() => {
  if (postgres.ok) postgres.stop()
})

interface Stage {
  readonly name: string
  readonly databaseUrl?: string
  readonly runs: boolean
}
const stages: readonly Stage[] = [
  { name: 'PGlite', runs: true },
  postgres.ok
    ? { name: `PostgreSQL ${postgres.version}`, databaseUrl: postgres.url, runs: true }
    : { name: `PostgreSQL, not run: ${postgres.why}`, runs: false },
]

describe.each(stages)('ingest on $name', ({ databaseUrl, runs }) => {
  describe.runIf(runs)('takes in', () => {
    let hub: TestHub
    let terminal: TestTerminal
    let ingest: (handedIn: HandedIn) => Promise<IngestResult>

    beforeAll(async () => {
      hub = await makeTestHub(databaseUrl === undefined ? {} : { databaseUrl })
      terminal = await makeTerminal(hub, 'T-1')
      ingest = ingestOf(hub).single
    }, 60_000)
    afterAll(() => hub.end())

    const rows = () =>
      hub.db
        .selectFrom('submissions')
        .innerJoin('receipts', 'receipts.sha256', 'receipt_sha256')
        .selectAll('submissions')
        .select('jws as receipt')
        .orderBy('hub_sequence')
        .execute()
    const taken = async (handedIn: HandedIn) => {
      const result = await ingest(handedIn)
      if (!result.ok) throw new Error(JSON.stringify(result))
      return result
    }
    /** What is refused leaves no row and no gap. */
    const refused = async (handedIn: HandedIn) => {
      const before = (await rows()).length
      const result = await ingest(handedIn)
      expect(await rows()).toHaveLength(before)
      return result
    }

    test('a good submission: one row, a case that waits, a receipt over exactly its bytes', async () => {
      const sent = await terminal.seal()
      const result = await taken(sent)
      const verified = await verifyReceipt(result.receipt, hub.keySet)
      if (!verified.ok) throw new Error(verified.fault)
      expect(verified.receipt).toMatchObject({ terminalId: 'T-1', receivedAt: TEST_NOW, hubEpoch: hub.identity.epoch })
      expect(receiptItem(verified.receipt, sent.submissionId, sent.sha256)).toMatchObject({
        deviceSequence: 1,
        hubSequence: result.hubSequence,
      })
      const row = (await rows()).at(-1)
      expect(row).toMatchObject({
        submission_id: sent.submissionId,
        sha256: sent.sha256,
        envelope: sent.envelope,
        ticket: sent.ticket,
        device_kid: terminal.deviceKey.kid,
        hub_sequence: result.hubSequence,
        receipt: result.receipt,
      })
      const states = await hub.db.selectFrom('cases').select('state').execute()
      expect(states).toEqual([{ state: '待打开' }])
    })

    test('the same again: the stored receipt, byte for byte, and no new row', async () => {
      const sent = await terminal.seal()
      const first = await taken(sent)
      hub.sources.nowMs += 60_000
      expect(await taken(sent)).toEqual({ ...first, isNew: false, signedNow: false })
      expect((await rows()).filter((row) => row.submission_id === sent.submissionId)).toHaveLength(1)
    })

    test('another envelope under the same id: refused, with the hash that is held', async () => {
      const payload = goodPayload()
      const first = await terminal.seal({ payload })
      const other = await terminal.seal({ payload })
      await taken(first)
      expect(await refused(other)).toEqual({ ok: false, fault: 'hash-conflict', held: first.sha256 })
    })

    test('scenario 11: forty workers with one submission: one row, one receipt for all', async () => {
      const sent = await terminal.seal()
      const results = await Promise.all(Array.from({ length: 40 }, () => taken(sent)))
      expect(new Set(results.map((result) => result.receipt)).size).toBe(1)
      expect(results.filter((result) => result.isNew)).toHaveLength(1)
      expect((await rows()).filter((row) => row.submission_id === sent.submissionId)).toHaveLength(1)
    })

    test('sent again in another epoch by many at once: one fresh receipt of that epoch, chained, for the same row', async () => {
      const sent = await (await makeTerminal(hub, 'T-7')).seal()
      const first = await taken(sent)
      const hubEpoch = await startNewEpoch({ store: hub.store, keys: hub.keys, sources: hub.sources }, 'command')
      const results = await Promise.all(Array.from({ length: 20 }, () => taken(sent)))
      expect(new Set(results.map((result) => result.receipt)).size).toBe(1)
      expect(results.filter((result) => result.signedNow)).toHaveLength(1)
      const [again] = results
      const verified = await verifyReceipt(again?.receipt ?? '', hub.keySet)
      if (!verified.ok) throw new Error(verified.fault)
      const { submissionId, sha256 } = sent
      expect(verified.receipt).toMatchObject({ hubEpoch, previousReceiptSha256: first.receiptSha256 })
      expect(receiptItem(verified.receipt, submissionId, sha256)?.hubSequence).toBe(first.hubSequence)
      expect(again).toMatchObject({ isNew: false, hubSequence: first.hubSequence })
      expect((await rows()).filter((row) => row.submission_id === submissionId)).toMatchObject([
        { hub_epoch: hubEpoch, receipt_sha256: again?.receiptSha256, envelope: sent.envelope },
      ])
    })

    test('two envelopes race for one id: one wins, the other hears the winner’s hash', async () => {
      const payload = goodPayload()
      const [a, b] = [await terminal.seal({ payload }), await terminal.seal({ payload })]
      const results = await Promise.all([ingest(a), ingest(b), ingest(a), ingest(b)])
      const winner = results[0]?.ok ? a : b
      expect(results.filter((result) => result.ok)).toHaveLength(2)
      expect(results.filter((result) => !result.ok)).toEqual(
        Array(2).fill({ ok: false, fault: 'hash-conflict', held: winner.sha256 }),
      )
    })

    test('a crowd from two terminals: hub sequences without gap, receipts of each terminal a chain', async () => {
      const second = await makeTerminal(hub, 'T-2')
      const sent = await Promise.all(Array.from({ length: 24 }, (_, i) => (i % 2 ? terminal : second).seal()))
      await Promise.all([...sent, ...sent].map(taken))
      const all = await rows()
      expect(all.map((row) => row.hub_sequence)).toEqual(all.map((_, index) => index + 1))
      for (const terminalId of ['T-1', 'T-2']) {
        let previous: string | null = null
        for (const row of all.filter((candidate) => candidate.terminal_id === terminalId)) {
          const verified = await verifyReceipt(row.receipt, hub.keySet)
          expect(verified).toMatchObject({ ok: true, receipt: { terminalId, previousReceiptSha256: previous } })
          previous = sha256Hex(row.receipt)
        }
      }
    })

    test('a changed sealed text or a changed signature', async () => {
      const sent = await terminal.seal()
      const { summary, sealed } = JSON.parse(sent.envelope) as { summary: string; sealed: string }
      const parts = sealed.split('.')
      parts[3] = `${parts[3]?.startsWith('A') ? 'B' : 'A'}${parts[3]?.slice(1)}`
      const otherSealed = JSON.stringify({ summary, sealed: parts.join('.') })
      const otherSummary = JSON.stringify({ summary: (await terminal.seal()).envelope.split('"')[3], sealed })
      const [head, body, signature] = summary.split('.')
      const flipped = `${head}.${body}.${signature?.startsWith('A') ? 'B' : 'A'}${signature?.slice(1)}`
      for (const envelope of [otherSealed, otherSummary, JSON.stringify({ summary: flipped, sealed }), '{}', 'x']) {
        const handedIn = { submissionId: sent.submissionId, envelope, sha256: sha256Hex(envelope) }
        expect(await refused(handedIn)).toMatchObject({ ok: false, fault: 'bad-envelope' })
      }
    })

    test('a hash that is not the envelope’s, and a path that names another submission', async () => {
      const sent = await terminal.seal()
      expect(await refused({ ...sent, sha256: sha256Hex('other') })).toMatchObject({ fault: 'bad-envelope' })
      const elsewhere = { ...sent, submissionId: goodPayload().submissionId }
      expect(await refused(elsewhere)).toMatchObject({ fault: 'bad-envelope', why: expect.stringContaining('path') })
    })

    test('a terminal that nobody registered, a key of another terminal, a name that is not the key’s', async () => {
      const stranger = await makeTerminal(hub, 'T-9', false)
      expect(await refused(await stranger.seal())).toMatchObject({ fault: 'key-unknown' })
      const second = await makeTerminal(hub, 'T-3')
      expect(await refused(await terminal.seal({ deviceKey: second.deviceKey }))).toMatchObject({
        fault: 'key-unknown',
      })
      expect(await refused(await terminal.seal({ terminalId: 'T-3' }))).toMatchObject({ fault: 'key-unknown' })
    })

    test('a revoked terminal: nothing new, but the receipt of what it handed in before', async () => {
      const gone = await makeTerminal(hub, 'T-4')
      const before = await gone.seal()
      const first = await taken(before)
      expect(await revokeTerminal(hub.store, 'T-4', hub.sources)).toBe(1)
      expect(await refused(await gone.seal())).toMatchObject({
        fault: 'key-unknown',
        why: expect.stringContaining('revoked'),
      })
      expect(await taken(before)).toEqual({ ...first, isNew: false, signedNow: false })
    })

    test('a summary of a later version: asks for an upgrade', async () => {
      const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
      const summary = await new CompactSign(new TextEncoder().encode(JSON.stringify({ v: 2 })))
        .setProtectedHeader({ alg: 'EdDSA', typ: SUMMARY_TYP, kid: 'new' })
        .sign(privateKey)
      const sent = await terminal.seal()
      const envelope = JSON.stringify({ ...JSON.parse(sent.envelope), summary })
      const handedIn = { submissionId: sent.submissionId, envelope, sha256: sha256Hex(envelope) }
      expect(await refused(handedIn)).toMatchObject({ fault: 'upgrade-needed' })
    })

    test('an envelope beyond the limit', async () => {
      const envelope = 'x'.repeat(MAX_ENVELOPE_BYTES + 1)
      const handedIn = { submissionId: goodPayload().submissionId, envelope, sha256: sha256Hex(envelope) }
      expect(await refused(handedIn)).toEqual({ ok: false, fault: 'too-large', maxBytes: MAX_ENVELOPE_BYTES })
    })

    test('what cannot be opened: ingest does not know, and signs for it', async () => {
      const foreign = await generateSealKey()
      const sent = await terminal.seal({ sealKey: { kid: 'foreign', jwk: foreign.jwk } })
      expect(await taken(sent)).toMatchObject({ ok: true, isNew: true })
    })
  })
})

test.runIf(postgres.ok)('two hub processes on one PostgreSQL share sequence and chain', async () => {
  if (!postgres.ok) return
  const hub = await makeTestHub({ databaseUrl: postgres.url })
  const other = await openDatabase({ databaseUrl: postgres.url })
  try {
    const terminal = await makeTerminal(hub, 'T-5')
    const { hubSequence: before } = await hub.store.stand()
    const ingests = [ingestOf(hub).single, ingestOf(hub, other).single]
    const sent = await Promise.all(Array.from({ length: 16 }, () => terminal.seal()))
    const results = await Promise.all(
      sent.flatMap((handedIn) => ingests.map(async (ingest) => ({ handedIn, result: await ingest(handedIn) }))),
    )
    for (const handedIn of sent) {
      const receipts = results
        .filter((each) => each.handedIn === handedIn)
        .map((each) => each.result.ok && each.result.receipt)
      expect(receipts).toHaveLength(2)
      expect(receipts[0]).toBe(receipts[1])
    }
    // The same batch by both at once, one of them in another order: one writes, the other reads what was written.
    const batch = await Promise.all(Array.from({ length: 20 }, () => terminal.seal()))
    const answers = await Promise.all([ingestOf(hub).batch(batch), ingestOf(hub, other).batch([...batch].reverse())])
    const batchReceipts = answers.flatMap((answer) =>
      answer.ok ? answer.results.map((result) => result.ok && result.receipt) : ['refused'],
    )
    expect(new Set(batchReceipts).size).toBe(1)
    expect(answers.map((answer) => answer.ok && answer.receipt).sort()).toEqual([batchReceipts[0], null].sort())
    const all = await hub.db.selectFrom('submissions').select('hub_sequence').orderBy('hub_sequence').execute()
    expect(all).toHaveLength(36 + before)
    expect(all.map((row) => row.hub_sequence)).toEqual(all.map((_, index) => index + 1))
  } finally {
    await other.destroy()
    await hub.end()
  }
})

test('ingest cannot open anything: no file that it reaches opens envelopes or reads seal keys', () => {
  const reached = new Set<string>()
  const visit = (path: string) => {
    if (reached.has(path)) return
    reached.add(path)
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/'(\.{1,2}\/[^']+\.ts)'/g)) {
      visit(fileURLToPath(new URL(name ?? '', `file://${path}`)))
    }
  }
  visit(fileURLToPath(new URL('./ingest.ts', import.meta.url)))
  const names = [...reached].map((path) => path.replace(/^.*\/sync\//, ''))
  expect(names).toContain('envelope/read-envelope.ts')
  expect(names).not.toContain('envelope/open.ts')
  expect(names).not.toContain('hub/seal-keys.ts')
  expect(names).not.toContain('hub/hub-keys.ts')
})

import type { Transaction } from 'kysely'
import { z } from 'zod'
import { jsonOrUndefined, jsonPart } from '../envelope/compact.ts'
import { readEnvelope } from '../envelope/read-envelope.ts'
import { signReceipt } from '../envelope/receipt.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import { Ed25519JwkSchema } from '../protocol/keys.ts'
import { EnvelopeSchema, MAX_ENVELOPE_BYTES, type SubmissionSummary } from '../protocol/submission.ts'
import type { HubDatabase } from './database.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubTables } from './tables.ts'

/**
 * Ingest (design.md section 4, step 7): takes in whatever is well-formed, device-signed and complete, and answers with
 * a receipt. It is given no key that could open an envelope, so it cannot judge content; the opener does that later
 * and changes the case, never the receipt.
 */

export interface IngestParts {
  readonly db: HubDatabase
  readonly receiptKey: SigningKey
  readonly sources: HubSources
}

export interface HandedIn {
  /** From the path. */
  readonly submissionId: string
  /** SHA-256 of the envelope's UTF-8 bytes, as the sender counted it. */
  readonly sha256: string
  readonly envelope: string
}

export type IngestResult =
  | { readonly ok: true; readonly receipt: string; readonly hubSequence: number; readonly isNew: boolean }
  | { readonly ok: false; readonly fault: 'bad-envelope' | 'key-unknown' | 'upgrade-needed'; readonly why: string }
  | { readonly ok: false; readonly fault: 'too-large'; readonly maxBytes: number }
  | { readonly ok: false; readonly fault: 'hash-conflict'; readonly held: string }

type Ingest = (handedIn: HandedIn) => Promise<IngestResult>

/** The one version of the summary that this hub reads. */
const SUMMARY_VERSION = 1

export function makeIngest(parts: IngestParts): Ingest {
  return async (handedIn) => {
    if (Buffer.byteLength(handedIn.envelope) > MAX_ENVELOPE_BYTES) {
      return { ok: false, fault: 'too-large', maxBytes: MAX_ENVELOPE_BYTES }
    }
    const sha256 = sha256Hex(handedIn.envelope)
    if (sha256 !== handedIn.sha256) {
      return { ok: false, fault: 'bad-envelope', why: 'the envelope does not have the hash that was sent with it' }
    }
    // Sent again because the answer was lost: the same bytes were checked when they came first.
    const held = await storedReceipt(parts.db, handedIn.submissionId)
    if (held !== undefined && held.sha256 === sha256) return again(held)

    const version = summaryVersion(handedIn.envelope)
    if (version !== undefined && version !== SUMMARY_VERSION) {
      return { ok: false, fault: 'upgrade-needed', why: `this hub reads summaries of version ${SUMMARY_VERSION}` }
    }
    let refusal = 'no such terminal, or not its key'
    let deviceKid = ''
    const read = await readEnvelope(handedIn.envelope, async (terminalId, kid) => {
      deviceKid = kid
      const row = await parts.db
        .selectFrom('terminals')
        .select(['device_jwk', 'revoked_at'])
        .where('terminal_id', '=', terminalId)
        .where('kid', '=', kid)
        .executeTakeFirst()
      if (row === undefined) return undefined
      if (row.revoked_at === null) return Ed25519JwkSchema.parse(JSON.parse(row.device_jwk))
      refusal = `this device key was revoked at ${row.revoked_at}`
      return undefined
    })
    if (!read.ok) {
      if (read.fault === 'key-unknown') return { ok: false, fault: 'key-unknown', why: refusal }
      return { ok: false, fault: 'bad-envelope', why: `${read.fault}: ${read.detail}` }
    }
    if (read.summary.submissionId !== handedIn.submissionId) {
      return { ok: false, fault: 'bad-envelope', why: 'the path names another submission than the envelope' }
    }
    if (read.header.chunks.length > 0) {
      // A submission commits only when every listed chunk is here, and this hub has no way to take chunks yet.
      return { ok: false, fault: 'bad-envelope', why: 'it lists attachment chunks, which this hub cannot take' }
    }
    return store(parts, { ...handedIn, summary: read.summary, deviceKid })
  }
}

/** The stored receipt of a submission, or undefined. */
export async function storedReceipt(
  db: HubDatabase | Transaction<HubTables>,
  submissionId: string,
): Promise<{ readonly sha256: string; readonly receipt: string; readonly hubSequence: number } | undefined> {
  return db
    .selectFrom('submissions')
    .select(['sha256', 'receipt', 'hub_sequence as hubSequence'])
    .where('submission_id', '=', submissionId)
    .executeTakeFirst()
}

function again(held: { readonly receipt: string; readonly hubSequence: number }): IngestResult {
  return { ok: true, receipt: held.receipt, hubSequence: held.hubSequence, isNew: false }
}

interface Checked extends HandedIn {
  readonly summary: SubmissionSummary
  readonly deviceKid: string
}

/**
 * One transaction: lock the sequence, look for the id, write row, receipt, chain and case. The lock makes concurrent
 * senders of one id take turns, keeps hub sequences without gaps and the chain of receipts a chain; the primary key
 * stands behind it.
 */
function store(parts: IngestParts, checked: Checked): Promise<IngestResult> {
  const { summary, sha256, envelope, submissionId } = checked
  return parts.db.transaction().execute(async (trx): Promise<IngestResult> => {
    const hub = await trx
      .selectFrom('hub')
      .select(['epoch', 'last_hub_sequence'])
      .where('id', '=', 1)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const held = await storedReceipt(trx, submissionId)
    if (held !== undefined) {
      return held.sha256 === sha256 ? again(held) : { ok: false, fault: 'hash-conflict', held: held.sha256 }
    }
    const chain = await trx
      .selectFrom('terminal_chain')
      .select('last_receipt_sha256')
      .where('terminal_id', '=', summary.terminalId)
      .executeTakeFirst()
    const hubSequence = hub.last_hub_sequence + 1
    const receivedAt = instant(parts.sources)
    const { terminalId, deviceSequence } = summary
    const receipt = await signReceipt(
      {
        kind: 'hub-receipt',
        v: 1,
        terminalId,
        hubEpoch: hub.epoch,
        receivedAt,
        previousReceiptSha256: chain?.last_receipt_sha256 ?? null,
        items: [{ submissionId, sha256, deviceSequence, hubSequence }],
      },
      parts.receiptKey,
    )
    await trx
      .insertInto('submissions')
      .values({
        submission_id: submissionId,
        sha256,
        terminal_id: terminalId,
        device_kid: checked.deviceKid,
        device_sequence: deviceSequence,
        kind: summary.kind,
        item_id: summary.item.id,
        item_code: summary.item.code,
        item_version: summary.item.version,
        ticket: summary.ticket,
        secret_sha256: summary.secretSha256,
        accepted_at: summary.acceptedAt,
        envelope,
        received_at: receivedAt,
        hub_epoch: hub.epoch,
        hub_sequence: hubSequence,
        receipt,
      })
      .execute()
    await trx.insertInto('cases').values({ submission_id: submissionId, state: '待打开', opened_at: null }).execute()
    const last = { last_receipt_sha256: sha256Hex(receipt) }
    await trx
      .insertInto('terminal_chain')
      .values({ terminal_id: terminalId, ...last })
      .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet(last))
      .execute()
    await trx.updateTable('hub').set({ last_hub_sequence: hubSequence }).where('id', '=', 1).execute()
    return { ok: true, receipt, hubSequence, isNew: true }
  })
}

const VersionSchema = z.object({ v: z.int() })

/** The version that an unverified summary claims: only to tell "of another age" from "broken". */
function summaryVersion(envelope: string): number | undefined {
  const summary = EnvelopeSchema.safeParse(jsonOrUndefined(envelope)).data?.summary
  return jsonPart(summary?.split('.')[1], VersionSchema)?.v
}

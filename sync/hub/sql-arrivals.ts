import { type Kysely, sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { ArrivalFacts, ArrivalQuestion, HubReads, NewArrivals } from './store.ts'
import type { HubTables } from './tables.ts'

const UsedSchema = z.array(z.int())
const KeysSchema = z.array(z.tuple([z.string(), z.string().nullable()]))

/** One statement for what is not held yet, which is nearly all; the rows of what is held are asked for after it. */
export async function arrivalFacts(
  db: Kysely<HubTables>,
  reads: Pick<HubReads, 'held'>,
  { terminalId, submissionIds, deviceSequences, kids }: ArrivalQuestion,
): Promise<ArrivalFacts> {
  const { rows } = await sql<{ anyHeld: boolean; chainHead: string | null; used: string; keys: string }>`
    select
      exists (select from submissions where submission_id = any(${[...submissionIds]}::text[])) as "anyHeld",
      (select last_receipt_sha256 from terminal_chain where terminal_id = ${terminalId}) as "chainHead",
      (select coalesce(json_agg(device_sequence), '[]') from submissions
        where terminal_id = ${terminalId} and device_sequence = any(${[...deviceSequences]}::bigint[]))::text as used,
      (select coalesce(json_agg(json_build_array(kid, revoked_at)), '[]') from terminals
        where terminal_id = ${terminalId} and kid = any(${[...kids]}::text[]))::text as keys`.execute(db)
  const [facts] = rows
  if (facts === undefined) throw new Error('store: a question without an answer')
  return {
    held: facts.anyHeld ? await reads.held(submissionIds) : new Map(),
    usedDeviceSequences: new Set(UsedSchema.parse(JSON.parse(facts.used))),
    revokedAt: new Map(KeysSchema.parse(JSON.parse(facts.keys))),
    chainHead: facts.chainHead,
  }
}

/** Stands between envelopes. Never in one: envelopes are JSON of two base64url texts and checked to be exactly that. */
const SEPARATOR = '\n'

/**
 * Writes what arrived in one statement: receipt, rows, cases, the terminal's chain, the hub's sequence and the rows whose
 * receipt it renews. The rows go
 * over as one JSON text and the envelopes as one text: thousands of parameters, or a mebibyte of JSON to take apart,
 * would cost more than all the rest of a batch.
 */
export async function insertArrivals(trx: Transaction<HubTables>, arrivals: NewArrivals): Promise<void> {
  const { terminalId, rows, renewed, receipt, chunkSha256s } = arrivals
  const last = rows.at(-1)?.hubSequence ?? null
  if (rows.some((row) => row.envelope.includes(SEPARATOR))) throw new Error('store: an envelope of two lines')
  const given = JSON.stringify(
    rows.map((row) => ({
      submission_id: row.submissionId,
      sha256: row.sha256,
      device_kid: row.deviceKid,
      device_sequence: row.deviceSequence,
      kind: row.kind,
      item_id: row.itemId,
      item_code: row.itemCode,
      item_version: row.itemVersion,
      ticket: row.ticket,
      secret_sha256: row.secretSha256,
      accepted_at: row.acceptedAt,
      received_at: row.receivedAt,
      hub_epoch: row.hubEpoch,
      hub_sequence: row.hubSequence,
      cloned: row.cloned,
    })),
  )
  const envelopes = rows.map((row) => row.envelope).join(SEPARATOR)
  await sql`
    with given as (
      select * from rows from (
        json_to_recordset(${given}::json) as (
          submission_id text, sha256 text, device_kid text, device_sequence bigint, kind text, item_id text,
          item_code text, item_version integer, ticket text, secret_sha256 text, accepted_at text, received_at text,
          hub_epoch text, hub_sequence bigint, cloned boolean),
        unnest(string_to_array(${envelopes}::text, ${SEPARATOR}::text))
      ) as row (submission_id, sha256, device_kid, device_sequence, kind, item_id, item_code, item_version, ticket,
        secret_sha256, accepted_at, received_at, hub_epoch, hub_sequence, cloned, envelope)
    ), receipt as (
      insert into receipts (sha256, terminal_id, jws) values (${receipt.sha256}, ${terminalId}, ${receipt.jws})
    ), stored as (
      insert into submissions (submission_id, sha256, terminal_id, device_kid, device_sequence, kind, item_id,
        item_code, item_version, ticket, secret_sha256, accepted_at, envelope, received_at, hub_epoch, hub_sequence,
        receipt_sha256, cloned)
      select submission_id, sha256, ${terminalId}, device_kid, device_sequence, kind, item_id, item_code, item_version,
        ticket, secret_sha256, accepted_at, envelope, received_at, hub_epoch, hub_sequence, ${receipt.sha256}, cloned
      from given
    ), renewed as (
      update submissions set receipt_sha256 = ${receipt.sha256}, hub_epoch = ${renewed?.hubEpoch ?? ''}
      where submission_id in (select json_array_elements_text(${JSON.stringify(renewed?.submissionIds ?? [])}::json))
    ), opened as (
      insert into cases (submission_id, state) select submission_id, '待打开' from given
    ), chain as (
      insert into terminal_chain (terminal_id, last_receipt_sha256) values (${terminalId}, ${receipt.sha256})
      on conflict (terminal_id) do update set last_receipt_sha256 = excluded.last_receipt_sha256
    )
    update hub set last_hub_sequence = coalesce(${last}::bigint, last_hub_sequence) where id = 1`.execute(trx)
  if (chunkSha256s.length === 0) return
  await trx.updateTable('chunks').set({ committed: true }).where('sha256', 'in', chunkSha256s).execute()
  await trx
    .deleteFrom('chunk_offers')
    .where(
      'submission_id',
      'in',
      rows.map((row) => row.submissionId),
    )
    .execute()
}

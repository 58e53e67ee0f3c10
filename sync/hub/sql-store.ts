import { type Kysely, sql, type Transaction } from 'kysely'
import { agentDayKey, takeAgentPlace } from './sql-agents.ts'
import { insertArrivals } from './sql-arrivals.ts'
import { sqlBindingWrites } from './sql-bindings.ts'
import { spendCode } from './sql-codes.ts'
import { keepComplaint, keepRating } from './sql-feedback.ts'
import { sqlHandoverWrites } from './sql-handovers.ts'
import { keepNotice, sqlNoticeWrites } from './sql-notices.ts'
import { sqlPersonWrites } from './sql-persons.ts'
import { OLDEST_RUNNING, sqlReads } from './sql-reads.ts'
import { sqlStaffWrites } from './sql-staff.ts'
import type { HubStore, HubTx } from './store.ts'
import type { HubTables } from './tables.ts'

/** The store over PGlite or PostgreSQL 15 and later. */
export function makeSqlStore(db: Kysely<HubTables>): HubStore {
  return {
    ...sqlReads(db),
    ...sqlPersonWrites(db),
    spendCode: (code) => spendCode(db, code),
    ...sqlBindingWrites(db),
    ...sqlNoticeWrites(db),
    transaction: (work) => db.transaction().execute(async (trx) => work(await takeTurn(trx))),
    async storeChunk({ sha256, content, at }) {
      await db
        .insertInto('chunks')
        .values({ sha256, bytes: content.byteLength, content, stored_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    changeCase: ({ submissionId, from, state, faults, helpers = [], person, notice, at }) =>
      db.transaction().execute(async (trx) => {
        const changed = await trx
          .updateTable('cases')
          .set({ state, faults: JSON.stringify(faults), opened_at: at })
          .where('submission_id', '=', submissionId)
          .where('state', 'in', from)
          .returning('submission_id')
          .executeTakeFirst()
        if (changed === undefined) return false
        if (helpers.length > 0) {
          await trx
            .insertInto('case_helpers')
            .values({ submission_id: submissionId, helpers: JSON.stringify(helpers) })
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        if (person !== undefined) {
          await trx
            .insertInto('case_persons')
            .values({ submission_id: submissionId, person })
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        if (notice !== undefined) await keepNotice(trx, submissionId, notice, at)
        await trx
          .insertInto('case_changes')
          .columns(['submission_id', 'terminal_id', 'ticket', 'state', 'at'])
          .expression((eb) =>
            eb
              .selectFrom('submissions')
              .select(['submission_id', 'terminal_id', 'ticket', eb.val(state).as('state'), eb.val(at).as('at')])
              .where('submission_id', '=', submissionId),
          )
          .execute()
        return true
      }),
    async settleCaseChanges(above) {
      const open = await db.selectFrom('case_changes').select('id').where('sequence', 'is', null).limit(1).execute()
      if (open.length > 0) await db.transaction().execute((trx) => settleCases(trx, above))
    },
    keepRating: (rating) => keepRating(db, rating),
    keepComplaint: (complaint) => keepComplaint(db, complaint),
    agentDayKey: (day) => agentDayKey(db, day),
    takeAgentPlace: (place) => takeAgentPlace(db, place),
    async saveContact(contact) {
      const row = {
        device_kid: contact.deviceKid,
        contacted_at: contact.at,
        last_device_sequence: contact.lastDeviceSequence,
        waiting: contact.waiting,
        quarantined: contact.quarantined,
        oldest_waiting_at: contact.oldestWaitingAt,
        damage: contact.damage,
        free_bytes: contact.freeBytes,
        version: contact.version,
      }
      const neverBack = sql<number>`case when terminal_contacts.device_kid = excluded.device_kid
        then greatest(terminal_contacts.last_device_sequence, excluded.last_device_sequence)
        else excluded.last_device_sequence end`
      await db
        .insertInto('terminal_contacts')
        .values({ terminal_id: contact.terminalId, ...row })
        .onConflict((conflict) =>
          conflict.column('terminal_id').doUpdateSet({ ...row, last_device_sequence: neverBack }),
        )
        .execute()
    },
  }
}

function lockHub(trx: Transaction<HubTables>) {
  return trx
    .selectFrom('hub')
    .select(['epoch', 'last_hub_sequence', 'last_case_sequence'])
    .where('id', '=', 1)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** Sequences for all changes that are settled, under the hub row's lock, so that they become visible in order. */
async function settleCases(trx: Transaction<HubTables>, above: number): Promise<void> {
  const hub = await lockHub(trx)
  const { rows } = await sql<{ newest: number | null }>`
    with settled as (
      select id, row_number() over (order by id) as place from case_changes
      where sequence is null and transaction_id < ${OLDEST_RUNNING}
    ), numbered as (
      update case_changes c set sequence = ${Math.max(above, hub.last_case_sequence)}::bigint + settled.place
      from settled where settled.id = c.id returning c.sequence
    )
    select max(sequence) as newest from numbered`.execute(trx)
  const newest = rows[0]?.newest
  if (newest === null || newest === undefined) return
  await trx.updateTable('hub').set({ last_case_sequence: newest }).where('id', '=', 1).execute()
}

/**
 * Rows that were restored from another cluster carry its transaction ids, which may lie in this one's future: they would
 * never count as settled. A row that we can see and whose id was not given out here is such a row.
 */
export async function settleForeignRows(db: Kysely<HubTables>): Promise<void> {
  for (const table of ['submissions', 'case_changes'] as const) {
    await sql`
      update ${sql.table(table)} set transaction_id = pg_current_xact_id()
      where transaction_id >= pg_snapshot_xmax(pg_current_snapshot())`.execute(db)
  }
}

/** Locks the hub's row first of all: whoever has it, has the turn until the commit. */
async function takeTurn(trx: Transaction<HubTables>): Promise<HubTx> {
  const locked = await lockHub(trx)
  return {
    ...sqlReads(trx),
    ...sqlStaffWrites(trx),
    ...sqlHandoverWrites(trx),
    hub: { epoch: locked.epoch, lastSequence: locked.last_hub_sequence },
    insertSubmissions: (arrivals) => insertArrivals(trx, arrivals),
    async lastProofAt() {
      const row = await trx
        .selectFrom('epochs')
        .select((eb) => eb.fn.max('opened_at').as('at'))
        .where('why', '=', 'proof')
        .executeTakeFirstOrThrow()
      return row.at ?? undefined
    },
    async openEpoch({ epoch, at, why, forgotten }) {
      const opened = { opened_at: at, after_sequence: locked.last_hub_sequence }
      const epochs = [{ epoch, why, ...opened }]
      await trx
        .insertInto('epochs')
        .values(forgotten === undefined ? epochs : [...epochs, { epoch: forgotten, why: 'forgotten', ...opened }])
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await trx.updateTable('hub').set({ epoch, backed_up_through: null }).where('id', '=', 1).execute()
      await settleForeignRows(trx)
    },
    async saveOffer({ terminalId, submissionId, chunks, at }) {
      await trx
        .deleteFrom('chunk_offers')
        .where('terminal_id', '=', terminalId)
        .where('submission_id', '=', submissionId)
        .execute()
      if (chunks.length === 0) return
      const rows = chunks.map(({ sha256, bytes }) => ({ sha256, bytes }))
      const about = { terminal_id: terminalId, submission_id: submissionId, offered_at: at }
      await trx
        .insertInto('chunk_offers')
        .values(rows.map((row) => ({ ...about, ...row })))
        .execute()
    },
    async sweepOffers(before) {
      const offers = await trx.deleteFrom('chunk_offers').where('offered_at', '<', before).executeTakeFirst()
      const chunks = await trx
        .deleteFrom('chunks')
        .where('committed', '=', false)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb.selectFrom('chunk_offers').select('sha256').whereRef('chunk_offers.sha256', '=', 'chunks.sha256'),
            ),
          ),
        )
        .executeTakeFirst()
      return { offers: Number(offers.numDeletedRows), chunks: Number(chunks.numDeletedRows) }
    },
    async insertPackage({ kind, version, epoch, manifest, content, sha256, origin, publishedAt }) {
      const about = { kind, version, hub_epoch: epoch, published_at: publishedAt }
      await trx
        .insertInto('packages')
        .values({ ...about, manifest, content, sha256, origin })
        .execute()
    },
    async enrolmentCode(codeSha256, terminalId) {
      const row = await trx
        .selectFrom('enrolment_codes')
        .select('used_by_kid')
        .where('code_sha256', '=', codeSha256)
        .where('terminal_id', '=', terminalId)
        .executeTakeFirst()
      return row === undefined ? undefined : { usedByKid: row.used_by_kid }
    },
    async issueCode({ codeSha256, terminalId, at }) {
      await trx
        .insertInto('enrolment_codes')
        .values({ code_sha256: codeSha256, terminal_id: terminalId, issued_at: at, used_at: null, used_by_kid: null })
        .execute()
    },
    async enrolDevice({ terminalId, kid, jwk, codeSha256, at }) {
      await trx
        .updateTable('enrolment_codes')
        .set({ used_at: at, used_by_kid: kid })
        .where('code_sha256', '=', codeSha256)
        .execute()
      await trx
        .insertInto('terminals')
        .values({ terminal_id: terminalId, kid, device_jwk: JSON.stringify(jwk), enrolled_at: at, revoked_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async revokeTerminal(terminalId, at) {
      await trx
        .deleteFrom('enrolment_codes')
        .where('terminal_id', '=', terminalId)
        .where('used_at', 'is', null)
        .execute()
      const revoked = await trx
        .updateTable('terminals')
        .set({ revoked_at: at })
        .where('terminal_id', '=', terminalId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return Number(revoked.numUpdatedRows)
    },
  }
}

import type { Kysely, Transaction } from 'kysely'
import type { HandoverLine, HandoverReads, HandoverRow, HandoverWrites } from './handover-store.ts'
import type { HandoverTable, HubTables } from './tables.ts'

/** The hand-over part of the store's reads, over a connection pool or a transaction. */
export function sqlHandoverReads(db: Kysely<HubTables>): HandoverReads {
  return {
    async handover(handoverId) {
      const row = await db.selectFrom('handovers').selectAll().where('handover_id', '=', handoverId).executeTakeFirst()
      return row === undefined ? undefined : rowOf(row)
    },
    async openHandoversOf(terminalId, since) {
      const rows = await db
        .selectFrom('handovers')
        .select('sealed_at')
        .where('sealed_by', '=', terminalId)
        .where('ended', 'is', null)
        .where('sealed_at', '>', since)
        .orderBy('sealed_at')
        .execute()
      return rows.map(({ sealed_at }) => sealed_at)
    },
    async handoverLog(handoverId) {
      const lines = await db
        .selectFrom('handover_log')
        .selectAll()
        .where('handover_id', '=', handoverId)
        .orderBy('id')
        .execute()
      return lines.map(
        ({ at, terminal_id, act, staff_id }): HandoverLine => ({
          ...{ handoverId, at, act },
          terminalId: terminal_id,
          staffId: staff_id,
        }),
      )
    },
  }
}

function rowOf(row: HandoverTable): HandoverRow {
  const facts = {
    handoverId: row.handover_id,
    sealedBy: row.sealed_by,
    sealedAt: row.sealed_at,
    expiresAt: row.expires_at,
    verifierSha256: row.verifier_sha256,
    tries: row.tries,
    takenBy: row.taken_by,
  }
  const { ended, sealed, card_proof_sha256: cardProofSha256 } = row
  if (ended !== null) return { ...facts, ended, sealed: null, cardProofSha256: null }
  if (sealed === null || cardProofSha256 === null) throw new Error('an open hand-over without its ciphertext')
  return { ...facts, ended, sealed, cardProofSha256 }
}

export function sqlHandoverWrites(trx: Transaction<HubTables>): HandoverWrites {
  return {
    async saveHandover(row) {
      const values = {
        sealed_by: row.sealedBy,
        sealed_at: row.sealedAt,
        expires_at: row.expiresAt,
        verifier_sha256: row.verifierSha256,
        card_proof_sha256: row.cardProofSha256,
        sealed: row.sealed,
        tries: row.tries,
        taken_by: row.takenBy,
        ended: row.ended,
      }
      await trx
        .insertInto('handovers')
        .values({ handover_id: row.handoverId, ...values })
        .onConflict((conflict) => conflict.column('handover_id').doUpdateSet(values))
        .execute()
    },
    async logHandover({ handoverId, at, terminalId, act, staffId }) {
      await trx
        .insertInto('handover_log')
        .values({ handover_id: handoverId, at, terminal_id: terminalId, act, staff_id: staffId })
        .execute()
    },
    async sweepHandovers(now, forgetBefore) {
      const over = await trx
        .updateTable('handovers')
        .set({ ended: 'expired', sealed: null, card_proof_sha256: null })
        .where('ended', 'is', null)
        .where('expires_at', '<=', now)
        .returning('handover_id')
        .execute()
      await trx.deleteFrom('handovers').where('expires_at', '<', forgetBefore).execute()
      return over.map(({ handover_id }) => handover_id)
    },
  }
}

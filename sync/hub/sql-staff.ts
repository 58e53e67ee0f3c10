import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { CaseHelpersSchema, ScryptVerifierSchema } from '../protocol/staff.ts'
import type { StaffReads, StaffWrites } from './staff-store.ts'
import type { HubTables } from './tables.ts'

const TerminalsSchema = z.array(z.string()).nullable()

/** The staff part of the store's reads, over a connection pool or a transaction. */
export function sqlStaffReads(db: Kysely<HubTables>): StaffReads {
  return {
    async staff() {
      const rows = await db.selectFrom('staff').selectAll().orderBy('staff_id').execute()
      return rows.map((row) => ({
        id: row.staff_id,
        name: row.name,
        badgeId: row.badge_id,
        verifier: ScryptVerifierSchema.parse(JSON.parse(row.verifier)),
        terminals: TerminalsSchema.parse(row.terminals === null ? null : JSON.parse(row.terminals)),
        addedAt: row.added_at,
        removedAt: row.removed_at,
      }))
    },
    staffList: async (terminalId) => {
      const row = await db
        .selectFrom('staff_lists')
        .selectAll()
        .where('terminal_id', '=', terminalId)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { manifest, content } = row
      const about = { epoch: row.hub_epoch, membersSha256: row.members_sha256, issuedAt: row.issued_at }
      return { terminalId, version: Number(row.version), manifest, content, ...about }
    },
    async helpersOf(submissionId) {
      const row = await db
        .selectFrom('case_helpers')
        .select('helpers')
        .where('submission_id', '=', submissionId)
        .executeTakeFirst()
      return row === undefined ? [] : CaseHelpersSchema.parse(JSON.parse(row.helpers))
    },
  }
}

export function sqlStaffWrites(trx: Transaction<HubTables>): StaffWrites {
  return {
    async saveStaff({ id, name, badgeId, verifier, terminals, addedAt, removedAt }) {
      const row = {
        name,
        badge_id: badgeId,
        verifier: JSON.stringify(verifier),
        terminals: terminals === null ? null : JSON.stringify(terminals),
        added_at: addedAt,
        removed_at: removedAt,
      }
      await trx
        .insertInto('staff')
        .values({ staff_id: id, ...row })
        .onConflict((conflict) => conflict.column('staff_id').doUpdateSet(row))
        .execute()
    },
    async saveStaffList({ terminalId, version, epoch, manifest, content, membersSha256, issuedAt }) {
      const about = { hub_epoch: epoch, members_sha256: membersSha256, issued_at: issuedAt }
      const row = { version, manifest, content, ...about }
      await trx
        .insertInto('staff_lists')
        .values({ terminal_id: terminalId, ...row })
        .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet(row))
        .execute()
    },
  }
}

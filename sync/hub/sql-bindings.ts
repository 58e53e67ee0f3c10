import type { Kysely, Selectable } from 'kysely'
import { BindingRelationSchema, BindingScopeSchema } from '../protocol/binding.ts'
import type { BindingMoment, BindingReads, BindingRow, BindingWrites } from './binding-store.ts'
import type { BindingTable, HubTables } from './tables.ts'

/** Standing bindings in PGlite and PostgreSQL. */
export function sqlBindingReads(db: Kysely<HubTables>): BindingReads {
  const holding = ({ at, day }: BindingMoment) =>
    db
      .selectFrom('bindings')
      .selectAll()
      .where('since', '<=', at)
      .where('until', '>=', day)
      .where((eb) => eb.or([eb('withdrawn_at', 'is', null), eb('withdrawn_at', '>', at)]))
      .orderBy('since', 'desc')
      .orderBy('binding_id')
  return {
    async bindingsOf({ side, person, ...moment }, limit) {
      const rows = await holding(moment).where(side, '=', person).limit(limit).execute()
      return rows.map(rowOf)
    },
    async bindingsBetween({ agent, principal, ...moment }) {
      const rows = await holding(moment).where('agent', '=', agent).where('principal', '=', principal).execute()
      return rows.map(rowOf)
    },
    async bindingById(bindingId) {
      const row = await db.selectFrom('bindings').selectAll().where('binding_id', '=', bindingId).executeTakeFirst()
      return row === undefined ? undefined : rowOf(row)
    },
    async envelopeOf(submissionId) {
      const row = await db
        .selectFrom('submissions')
        .select('envelope')
        .where('submission_id', '=', submissionId)
        .executeTakeFirst()
      return row?.envelope
    },
  }
}

export function sqlBindingWrites(db: Kysely<HubTables>): BindingWrites {
  return {
    keepBinding: ({ bindingId, submissionId, agent, principal, relation, scope, since, until }) =>
      db.transaction().execute(async (trx) => {
        // One after another: two submissions of the same two may be opened at once.
        await trx.selectFrom('person_key').select('id').where('id', '=', 1).forUpdate().execute()
        const ofTwo = await trx
          .selectFrom('bindings')
          .select(['submission_id', 'since', 'withdrawn_at'])
          .where('agent', '=', agent)
          .where('principal', '=', principal)
          .execute()
        if (ofTwo.some((row) => row.submission_id === submissionId)) return 'kept'
        if (ofTwo.some((row) => row.since > since || (row.withdrawn_at ?? '') > since)) return 'overtaken'
        await trx
          .updateTable('bindings')
          .set({ withdrawn_at: since, withdrawn_by: submissionId })
          .where('agent', '=', agent)
          .where('principal', '=', principal)
          .where('withdrawn_at', 'is', null)
          .execute()
        await trx
          .insertInto('bindings')
          .values({
            ...{ binding_id: bindingId, submission_id: submissionId, agent, principal, relation, since, until },
            ...{ items: scope.of === 'all' ? null : JSON.stringify(scope.ids), withdrawn_at: null, withdrawn_by: null },
          })
          .execute()
        return 'kept'
      }),
    endBinding: ({ bindingId, side, person, submissionId, at }) =>
      db.transaction().execute(async (trx) => {
        await trx.selectFrom('person_key').select('id').where('id', '=', 1).forUpdate().execute()
        const found = await trx
          .selectFrom('bindings')
          .select(['agent', 'principal'])
          .where('binding_id', '=', bindingId)
          .where(side, '=', person)
          .executeTakeFirst()
        if (found === undefined) return undefined
        await trx
          .updateTable('bindings')
          .set({ withdrawn_at: at, withdrawn_by: submissionId })
          .where('agent', '=', found.agent)
          .where('principal', '=', found.principal)
          .where('since', '<=', at)
          .where((eb) => eb.or([eb('withdrawn_at', 'is', null), eb('withdrawn_at', '>', at)]))
          .execute()
        return { principal: found.principal }
      }),
  }
}

function rowOf(row: Selectable<BindingTable>): BindingRow {
  return {
    bindingId: row.binding_id,
    submissionId: row.submission_id,
    agent: row.agent,
    principal: row.principal,
    relation: BindingRelationSchema.parse(row.relation),
    scope: row.items === null ? { of: 'all' } : BindingScopeSchema.parse({ of: 'items', ids: JSON.parse(row.items) }),
    since: row.since,
    until: row.until,
    withdrawnAt: row.withdrawn_at,
    withdrawnBy: row.withdrawn_by,
  }
}

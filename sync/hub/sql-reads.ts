import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { Ed25519JwkSchema } from '../protocol/keys.ts'
import type { PackageKind } from '../protocol/receipt.ts'
import { arrivalFacts } from './sql-arrivals.ts'
import { sqlBindingReads } from './sql-bindings.ts'
import { feedbackCounts } from './sql-feedback.ts'
import { sqlHandoverReads } from './sql-handovers.ts'
import { sqlNoticeReads } from './sql-notices.ts'
import { sqlPersonReads } from './sql-persons.ts'
import { sqlStaffReads } from './sql-staff.ts'
import type { Held, HubReads } from './store.ts'
import type { HubTables } from './tables.ts'

/** Below this lie only transactions that ended: nothing can still be committed under them. */
export const OLDEST_RUNNING = sql<string>`pg_snapshot_xmin(pg_current_snapshot())`

/** The reads of the store over a connection pool or a transaction. */
export function sqlReads(db: Kysely<HubTables>): HubReads {
  const reads: HubReads = {
    ...sqlStaffReads(db),
    ...sqlHandoverReads(db),
    ...sqlPersonReads(db),
    ...sqlBindingReads(db),
    ...sqlNoticeReads(db),
    arrivalFacts: (question) => arrivalFacts(db, reads, question),
    async stand() {
      const row = await db
        .selectFrom('hub')
        .select(['epoch', 'backed_up_through', settledSequence])
        .where('id', '=', 1)
        .executeTakeFirstOrThrow()
      return {
        hubEpoch: row.epoch,
        hubSequence: Number(row.settled ?? 0),
        backedUpThrough: row.backed_up_through,
      }
    },
    async held(submissionIds) {
      if (submissionIds.length === 0) return new Map()
      const rows = await db
        .selectFrom('submissions')
        .select([
          'submission_id',
          'terminal_id as terminalId',
          'device_sequence as deviceSequence',
          'hub_epoch as hubEpoch',
          'sha256',
          'hub_sequence as hubSequence',
          'receipt_sha256 as receiptSha256',
        ])
        .where(isAmong('submission_id', submissionIds))
        .execute()
      const receipts = await receiptsOf(db, new Set(rows.map((row) => row.receiptSha256)))
      return new Map(
        rows.map(({ submission_id, ...row }): [string, Held] => {
          const receipt = receipts.get(row.receiptSha256)
          if (receipt === undefined) throw new Error('store: a submission has no receipt')
          return [submission_id, { ...row, receipt }]
        }),
      )
    },
    async heldHashes(submissionIds) {
      if (submissionIds.length === 0) return new Map()
      const rows = await db
        .selectFrom('submissions')
        .select(['submission_id', 'sha256'])
        .where(isAmong('submission_id', submissionIds))
        .execute()
      return new Map(rows.map((row) => [row.submission_id, row.sha256]))
    },
    heldInRange(terminalId, from, through, limit) {
      return db
        .selectFrom('submissions')
        .select(['device_sequence as deviceSequence', 'submission_id as submissionId', 'sha256'])
        .where('terminal_id', '=', terminalId)
        .where('device_sequence', '>=', from)
        .where('device_sequence', '<=', through)
        .orderBy('device_sequence')
        .orderBy('hub_sequence')
        .limit(limit)
        .execute()
    },
    async deviceKey(terminalId, kid) {
      const row = await db
        .selectFrom('terminals')
        .select(['device_jwk', 'revoked_at'])
        .where('terminal_id', '=', terminalId)
        .where('kid', '=', kid)
        .executeTakeFirst()
      if (row === undefined) return undefined
      return { jwk: Ed25519JwkSchema.parse(JSON.parse(row.device_jwk)), revokedAt: row.revoked_at }
    },
    async chainHead(terminalId) {
      const row = await db
        .selectFrom('terminal_chain')
        .select('last_receipt_sha256')
        .where('terminal_id', '=', terminalId)
        .executeTakeFirst()
      return row?.last_receipt_sha256 ?? null
    },
    async markFacts(mark) {
      const hub = await db
        .selectFrom('hub')
        .select((eb) => [
          'epoch',
          eb.exists(eb.selectFrom('epochs').select('epoch').where('epoch', '=', mark.hubEpoch)).as('knows'),
        ])
        .where('id', '=', 1)
        .executeTakeFirstOrThrow()
      const row = await db
        .selectFrom('submissions')
        .select(['terminal_id as terminalId', 'hub_epoch as hubEpoch', 'receipt_sha256 as receiptSha256'])
        .where('hub_sequence', '=', mark.hubSequence)
        .executeTakeFirst()
      return { currentEpoch: hub.epoch, knowsEpoch: Boolean(hub.knows), row }
    },
    async chunkSizes(sha256s) {
      if (sha256s.length === 0) return new Map()
      const rows = await db.selectFrom('chunks').select(['sha256', 'bytes']).where('sha256', 'in', sha256s).execute()
      return new Map(rows.map((row) => [row.sha256, row.bytes]))
    },
    async chunk(sha256) {
      return (await db.selectFrom('chunks').select('content').where('sha256', '=', sha256).executeTakeFirst())?.content
    },
    async offeredSizes(sha256) {
      const rows = await db.selectFrom('chunk_offers').select('bytes').distinct().where('sha256', '=', sha256).execute()
      return rows.map((row) => row.bytes)
    },
    async openOfferBytes(terminalId, exceptSubmissionId) {
      const row = await db
        .selectFrom('chunk_offers')
        .select((eb) => eb.fn.sum<string | number | null>('bytes').as('open'))
        .where('terminal_id', '=', terminalId)
        .where('submission_id', '!=', exceptSubmissionId)
        .executeTakeFirstOrThrow()
      return Number(row.open ?? 0)
    },
    async caseChanges(terminalId, after, limit) {
      const rows = await db
        .selectFrom('case_changes')
        .select(['sequence', 'submission_id as submissionId', 'ticket', 'state', 'at'])
        .where('terminal_id', '=', terminalId)
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(limit)
        .execute()
      return rows.flatMap(({ sequence, ...change }) => (sequence === null ? [] : [{ sequence, ...change }]))
    },
    async hasCaseChange(terminalId, sequence) {
      const row = await db
        .selectFrom('case_changes')
        .select('id')
        .where('terminal_id', '=', terminalId)
        .where('sequence', '=', sequence)
        .executeTakeFirst()
      return row !== undefined
    },
    async newestCaseSequence(terminalId) {
      const row = await db
        .selectFrom('case_changes')
        .select((eb) => eb.fn.max('sequence').as('newest'))
        .where('terminal_id', '=', terminalId)
        .executeTakeFirstOrThrow()
      return Number(row.newest ?? 0)
    },
    feedbackCounts: () => feedbackCounts(db),
    waitingCases(limit, except) {
      let query = db
        .selectFrom('cases')
        .innerJoin('submissions', 'submissions.submission_id', 'cases.submission_id')
        .select(['submissions.submission_id as submissionId', 'submissions.envelope'])
        .where('cases.state', '=', '待打开')
        .orderBy('submissions.hub_sequence')
        .limit(limit)
      if (except.length > 0) query = query.where('submissions.submission_id', 'not in', except)
      return query.execute()
    },
    newestPackage(kind) {
      return db
        .selectFrom('packages')
        .select(['version', 'hub_epoch as epoch', 'manifest', 'content', 'sha256', 'origin'])
        .where('kind', '=', kind)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst()
    },
    async packageVersions() {
      const rows = await db
        .selectFrom('packages')
        .select((eb) => ['kind', eb.fn.max('version').as('version')])
        .groupBy('kind')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.kind, row.version])) as Partial<Record<PackageKind, number>>
    },
    async packageContents(kind) {
      const rows = await db
        .selectFrom('packages')
        .select('content')
        .where('kind', '=', kind)
        .orderBy('version', 'desc')
        .execute()
      return rows.map((row) => row.content)
    },
  }
  return reads
}

/** One parameter, however many there are: a list of 200 would be parsed, planned and bound one by one. */
function isAmong(column: string, texts: readonly string[]) {
  return sql<boolean>`${sql.ref(column)} = any(${[...texts]}::text[])`
}

/** The highest hub sequence that is settled: every row below it that will ever be committed is committed. */
function settledSequence(eb: ExpressionBuilder<HubTables, 'hub'>) {
  return eb
    .selectFrom('submissions')
    .select('hub_sequence')
    .where('transaction_id', '<', OLDEST_RUNNING)
    .orderBy('hub_sequence', 'desc')
    .limit(1)
    .as('settled')
}

/** Each receipt once: one covers up to 200 submissions, and 200 copies of it would be 10 MB. */
async function receiptsOf(db: Kysely<HubTables>, sha256s: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  if (sha256s.size === 0) return new Map()
  const rows = await db
    .selectFrom('receipts')
    .select(['sha256', 'jws'])
    .where('sha256', 'in', [...sha256s])
    .execute()
  return new Map(rows.map((row) => [row.sha256, row.jws]))
}

import { z } from 'zod'
import { BINDING_ITEM } from '../protocol/binding.ts'
import { FEEDBACK_ITEM } from '../protocol/feedback.ts'
import type { HubDatabase } from './database.ts'
import { chinaDate, chinaDayStart } from './sources.ts'
import { sqlReads } from './sql-reads.ts'
import type { CaseState } from './tables.ts'

/** What the pages show: no envelope, nothing personal. */
export interface Arrival {
  readonly submissionId: string
  readonly receivedAt: string
  readonly acceptedAt: string
  readonly itemId: string
  readonly ticket: string
  readonly terminalId: string
  readonly deviceSequence: number
  readonly hubSequence: number
  readonly sha256: string
  /** Its device sequence came twice: a copy of the terminal may be running. */
  readonly cloned: boolean
  readonly state: CaseState
  readonly faults: readonly { readonly field: string; readonly fault: string }[]
}

export interface Today {
  /** ISO date in China. */
  readonly date: string
  readonly count: number
  readonly terminals: number
  readonly lastAt: string | null
}

const FaultsSchema = z.array(z.object({ field: z.string(), fault: z.string() }))

function arrivals(db: HubDatabase) {
  return db
    .selectFrom('submissions')
    .innerJoin('cases', 'cases.submission_id', 'submissions.submission_id')
    .select([
      'submissions.submission_id as submissionId',
      'received_at as receivedAt',
      'accepted_at as acceptedAt',
      'item_id as itemId',
      'ticket',
      'submissions.terminal_id as terminalId',
      'device_sequence as deviceSequence',
      'hub_sequence as hubSequence',
      'submissions.sha256 as sha256',
      'state',
      'cloned',
      'faults',
    ])
}

/**
 * The newest arrivals, or those before a hub sequence, newest first. Ratings are not among them: standing right behind
 * the case that they are of, they would tell whoever reads the list who rated.
 */
export async function listArrivals(db: HubDatabase, limit: number, before?: number): Promise<readonly Arrival[]> {
  let query = arrivals(db).where('kind', '<>', 'rating').orderBy('hub_sequence', 'desc').limit(limit)
  if (before !== undefined) query = query.where('hub_sequence', '<', before)
  return (await query.execute()).map(withFaults)
}

/** One arrival with its receipt, or undefined. */
export async function findArrival(
  db: HubDatabase,
  submissionId: string,
): Promise<(Arrival & { readonly receipt: string }) | undefined> {
  const row = await arrivals(db)
    .innerJoin('receipts', 'receipts.sha256', 'submissions.receipt_sha256')
    .select('receipts.jws as receipt')
    .where('submissions.submission_id', '=', submissionId)
    .executeTakeFirst()
  return row === undefined ? undefined : { ...withFaults(row), receipt: row.receipt }
}

/** What came in since midnight in China, ratings apart. */
export async function summariseToday(db: HubDatabase, nowIso: string): Promise<Today> {
  const date = chinaDate(nowIso)
  const row = await db
    .selectFrom('submissions')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.count<number>('terminal_id').distinct().as('terminals'),
      eb.fn.max('received_at').as('lastAt'),
    ])
    .where('received_at', '>=', chinaDayStart(date))
    .where('kind', '<>', 'rating')
    .executeTakeFirstOrThrow()
  return { date, count: Number(row.count), terminals: Number(row.terminals), lastAt: row.lastAt }
}

const NamesSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.object({ zh: z.string() }),
      fields: z.array(z.object({ id: z.string(), label: z.object({ zh: z.string() }) })),
    }),
  ),
})

export interface ItemWords {
  readonly name: string
  /** Field labels by field id. */
  readonly labels: ReadonlyMap<string, string>
}

const FEEDBACK_WORDS: ReadonlyMap<string, ItemWords> = new Map([
  [FEEDBACK_ITEM.rating.id, { name: '好差评', labels: new Map() }],
  [FEEDBACK_ITEM.complaint.id, { name: '投诉建议', labels: new Map() }],
  [BINDING_ITEM.id, { name: '家人绑定', labels: new Map() }],
])

/** Chinese words of the items of the newest catalogue, by item id. */
export async function itemWords(db: HubDatabase): Promise<ReadonlyMap<string, ItemWords>> {
  const newest = await sqlReads(db).newestPackage('catalogue')
  if (newest === undefined) return FEEDBACK_WORDS
  const { items } = NamesSchema.parse(JSON.parse(newest.content))
  return new Map([
    ...FEEDBACK_WORDS,
    ...items.map(({ id, name, fields }): readonly [string, ItemWords] => [
      id,
      { name: name.zh, labels: new Map(fields.map((field) => [field.id, field.label.zh])) },
    ]),
  ])
}

function withFaults<T extends { readonly faults: string }>(row: T) {
  return { ...row, faults: FaultsSchema.parse(JSON.parse(row.faults)) }
}

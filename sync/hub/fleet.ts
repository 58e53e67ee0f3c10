import { sql } from 'kysely'
import type { HubDatabase } from './database.ts'

/** What the pages say of terminals: how each stood at its last contact, and what never came from it. */
export interface TerminalView {
  readonly terminalId: string
  readonly enrolledAt: string
  /** True when all of its keys are out of use. */
  readonly isRevoked: boolean
  /** Different device sequences that are held. */
  readonly held: number
  /** The highest number that is known of, from a submission or a contact. */
  readonly lastDeviceSequence: number
  /** Submissions that came under a number which was in use already. */
  readonly cloned: number
  readonly contact: LastContact | undefined
}
export interface LastContact {
  readonly at: string
  readonly waiting: number
  readonly quarantined: number
  readonly oldestWaitingAt: string | null
  readonly damage: number
  readonly freeBytes: number | null
  readonly version: string
}
/** Device sequences that are not held, both ends included. */
export interface Gap {
  readonly from: number
  readonly through: number
}

interface Row {
  terminal_id: string
  enrolled_at: string
  active: number
  held: number
  last_held: number
  cloned: number
  contacted_at: string | null
  last_told: number | null
  waiting: number
  quarantined: number
  oldest_waiting_at: string | null
  damage: number
  free_bytes: number | null
  version: string
}

/** All terminals by name, or the one given. */
export async function listTerminals(db: HubDatabase, only?: string): Promise<readonly TerminalView[]> {
  const { rows } = await sql<Row>`
    with known as (
      select terminal_id, min(enrolled_at) as enrolled_at, count(*) filter (where revoked_at is null) as active
      from terminals where ${only ?? null}::text is null or terminal_id = ${only ?? null} group by terminal_id
    )
    select k.*, s.held, s.last_held, s.cloned, c.contacted_at, c.last_device_sequence as last_told, c.waiting,
      c.quarantined, c.oldest_waiting_at, c.damage, c.free_bytes, c.version
    from known k
    left join terminal_contacts c on c.terminal_id = k.terminal_id
    left join lateral (
      select count(distinct device_sequence) as held, coalesce(max(device_sequence), 0) as last_held,
        count(*) filter (where cloned) as cloned
      from submissions where submissions.terminal_id = k.terminal_id
    ) s on true
    order by k.terminal_id`.execute(db)
  return rows.map((row) => ({
    terminalId: row.terminal_id,
    enrolledAt: row.enrolled_at,
    isRevoked: Number(row.active) === 0,
    held: Number(row.held),
    lastDeviceSequence: Math.max(Number(row.last_held), Number(row.last_told ?? 0)),
    cloned: Number(row.cloned),
    contact:
      row.contacted_at === null
        ? undefined
        : {
            at: row.contacted_at,
            waiting: Number(row.waiting),
            quarantined: Number(row.quarantined),
            oldestWaitingAt: row.oldest_waiting_at,
            damage: Number(row.damage),
            freeBytes: row.free_bytes === null ? null : Number(row.free_bytes),
            version: row.version,
          },
  }))
}

/** Which numbers of a terminal are not held, from 1 to the last that is known of; the first `limit` places. */
export async function listGaps(db: HubDatabase, terminal: TerminalView, limit: number): Promise<readonly Gap[]> {
  const { rows } = await sql<{ low: number; high: number }>`
    with ends as (
      select 0::bigint as number union all
      select device_sequence from submissions where terminal_id = ${terminal.terminalId} union all
      select ${terminal.lastDeviceSequence + 1}::bigint
    ), pairs as (
      select number, lead(number) over (order by number) as next from ends
    )
    select number + 1 as low, next - 1 as high from pairs where next > number + 1 order by number limit ${limit}`.execute(
    db,
  )
  return rows.map((row) => ({ from: Number(row.low), through: Number(row.high) }))
}

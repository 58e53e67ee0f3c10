import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { SETTLED_AND_CHUNKS } from './migration-0002.ts'
import { FEEDBACK } from './migration-0003.ts'
import { STAFF } from './migration-0004.ts'
import { AGENTS } from './migration-0005.ts'
import { HANDOVERS } from './migration-0006.ts'
import { PERSONS } from './migration-0007.ts'
import { BINDINGS } from './migration-0008.ts'
import { NOTICES } from './migration-0009.ts'
import { CODES } from './migration-0010.ts'

/** The same steps on PGlite and on PostgreSQL 15 and later. A released step is never edited; a change is a new one. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of FIRST_TABLES) await sql.raw(statement).execute(db)
    },
  },
  '0002-settled-and-chunks': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of SETTLED_AND_CHUNKS) await sql.raw(statement).execute(db)
    },
  },
  '0003-feedback': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of FEEDBACK) await sql.raw(statement).execute(db)
    },
  },
  '0004-staff': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of STAFF) await sql.raw(statement).execute(db)
    },
  },
  '0005-agents': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of AGENTS) await sql.raw(statement).execute(db)
    },
  },
  '0006-handovers': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of HANDOVERS) await sql.raw(statement).execute(db)
    },
  },
  '0007-persons': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of PERSONS) await sql.raw(statement).execute(db)
    },
  },
  '0008-bindings': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of BINDINGS) await sql.raw(statement).execute(db)
    },
  },
  '0009-notices': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of NOTICES) await sql.raw(statement).execute(db)
    },
  },
  '0010-codes': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of CODES) await sql.raw(statement).execute(db)
    },
  },
}

const FIRST_TABLES = [
  `create table hub (
    id integer primary key check (id = 1),
    name text not null,
    epoch text not null,
    root_key_sha256 text not null,
    last_hub_sequence bigint not null check (last_hub_sequence >= 0),
    created_at text not null)`,
  `create table keys (
    kid text primary key,
    use text not null check (use in ('seal', 'receipt', 'package', 'ping')),
    public_jwk text not null,
    private_jwk text not null,
    valid_from text not null,
    valid_to text not null)`,
  'create table key_sets (version integer primary key, jws text not null)',
  `create table terminals (
    terminal_id text not null,
    kid text not null,
    device_jwk text not null,
    enrolled_at text not null,
    revoked_at text,
    primary key (terminal_id, kid))`,
  `create table enrolment_codes (
    code_sha256 text primary key,
    terminal_id text not null,
    issued_at text not null,
    used_at text,
    used_by_kid text)`,
  `create table submissions (
    submission_id text primary key,
    sha256 text not null,
    terminal_id text not null,
    device_kid text not null,
    device_sequence bigint not null,
    kind text not null,
    item_id text not null,
    item_code text not null,
    item_version integer not null,
    ticket text not null,
    secret_sha256 text not null,
    accepted_at text not null,
    envelope text not null,
    received_at text not null,
    hub_epoch text not null,
    hub_sequence bigint not null unique,
    receipt text not null)`,
  'create index submissions_by_terminal on submissions (terminal_id, device_sequence)',
  'create index submissions_by_time on submissions (received_at)',
  'create table terminal_chain (terminal_id text primary key, last_receipt_sha256 text not null)',
  `create table packages (
    kind text not null,
    version integer not null,
    hub_epoch text not null,
    manifest text not null,
    content text not null,
    sha256 text not null,
    origin text not null check (origin in ('sample', 'file')),
    published_at text not null,
    primary key (kind, version))`,
  `create table cases (
    submission_id text primary key references submissions (submission_id),
    state text not null check (state in ('待打开', '已受理', '需补正', '不予受理')),
    faults text not null default '[]',
    opened_at text)`,
  `create index cases_to_open on cases (submission_id) where state = '待打开'`,
]

/** Brings the database to the newest step, or to the one given (for tests); throws what the step threw. */
export async function migrate<Tables>(db: Kysely<Tables>, upTo?: keyof typeof MIGRATIONS): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    // Two steps that touch different tables may be released in either order; each runs once wherever it is missing.
    allowUnorderedMigrations: true,
  })
  const { error } = await (upTo === undefined ? migrator.migrateToLatest() : migrator.migrateTo(upTo))
  if (error !== undefined) throw error
}

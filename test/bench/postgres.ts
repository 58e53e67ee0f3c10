import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'

/**
 * A PostgreSQL of its own from the binaries that Debian installs, as a hub would run it: fsync on, every commit waits
 * for its own write-ahead log (synchronous_commit on). Nothing of its configuration is changed but where it listens.
 */
export interface BenchPostgres {
  readonly version: string
  url(database: string): string
  /** A copy of a database that nobody is connected to. */
  copyDatabase(from: string, to: string): Promise<void>
  countRows(database: string, table: 'submissions'): Promise<number>
  stop(): void
}
export type PostgresResult =
  | { readonly ok: true; readonly postgres: BenchPostgres }
  | { readonly ok: false; readonly why: string }

const DEBIAN_FOLDER = '/usr/lib/postgresql'
/** initdb refuses root; nobody owns nothing that could be hurt. */
const NOBODY = 65534
const START_TIMEOUT_S = 30
/** What may stand in SQL without quotes. */
const NAME = /^[a-z][a-z0-9_]*$/

export function startPostgres(folder: string): PostgresResult {
  const version = existsSync(DEBIAN_FOLDER)
    ? readdirSync(DEBIAN_FOLDER).find((name) => existsSync(join(DEBIAN_FOLDER, name, 'bin/initdb')))
    : undefined
  if (version === undefined) return { ok: false, why: `no PostgreSQL under ${DEBIAN_FOLDER}` }
  mkdirSync(folder, { recursive: true })
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    chownSync(folder, NOBODY, NOBODY)
    // A temporary folder is closed to all others; nobody must be able to pass through, not to look.
    chmodSync(dirname(folder), 0o711)
  }
  const run = (program: string, args: readonly string[]) =>
    // stdio is ignored: the server would keep a pipe open and the call would never end.
    spawnSync(join(DEBIAN_FOLDER, version, 'bin', program), args, {
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
      cwd: folder,
      stdio: 'ignore',
    }).status
  const data = join(folder, 'data')
  const made = run('initdb', ['-D', data, '-U', 'hub', '-A', 'trust', '-E', 'UTF8'])
  if (made !== 0) return { ok: false, why: `initdb ended with ${made}` }
  const listens = `-k ${folder} -c listen_addresses=''`
  const log = join(folder, 'log')
  const started = run('pg_ctl', ['-D', data, '-l', log, '-w', '-t', `${START_TIMEOUT_S}`, '-o', listens, 'start'])
  if (started !== 0) return { ok: false, why: `pg_ctl start ended with ${started}` }

  const url = (database: string) => `postgres://hub@localhost/${database}?host=${encodeURIComponent(folder)}`
  async function withClient<T>(database: string, use: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url(database) })
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }
  return {
    ok: true,
    postgres: {
      version,
      url,
      async copyDatabase(from, to) {
        for (const name of [from, to]) if (!NAME.test(name)) throw new Error(`"${name}" is no name for a database`)
        await withClient('postgres', (client) => client.query(`create database ${to} template ${from}`))
      },
      countRows: (database, table) =>
        withClient(database, async (client) => {
          const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${table}`)
          return Number(rows[0]?.count)
        }),
      stop() {
        run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop'])
      },
    },
  }
}

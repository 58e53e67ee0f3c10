import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For tests: a PostgreSQL of its own in a temporary folder, from the binaries that Debian installs. */

export type TestPostgres =
  | { readonly ok: true; readonly url: string; readonly version: string; readonly stop: () => void }
  | { readonly ok: false; readonly why: string }

const DEBIAN_FOLDER = '/usr/lib/postgresql'
/** initdb refuses root; nobody owns nothing that could be hurt. */
const NOBODY = 65534
const START_TIMEOUT_S = 30

export function startPostgres(): TestPostgres {
  const version = existsSync(DEBIAN_FOLDER)
    ? readdirSync(DEBIAN_FOLDER).find((name) => existsSync(join(DEBIAN_FOLDER, name, 'bin/initdb')))
    : undefined
  if (version === undefined) return { ok: false, why: `no PostgreSQL under ${DEBIAN_FOLDER}` }
  const folder = mkdtempSync(join(tmpdir(), 'hub-pg-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, NOBODY, NOBODY)
  const run = (program: string, args: readonly string[]) => {
    const who = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' }
    // stdio is ignored: the server would keep a pipe open and the call would never end.
    return spawnSync(join(DEBIAN_FOLDER, version, 'bin', program), args, {
      ...who,
      env,
      cwd: folder,
      stdio: 'ignore',
    })
  }
  const data = join(folder, 'data')
  const give = (why: string): TestPostgres => {
    rmSync(folder, { recursive: true, force: true })
    return { ok: false, why }
  }
  const init = run('initdb', ['-D', data, '-U', 'hub', '-A', 'trust', '--no-sync', '-E', 'UTF8'])
  if (init.status !== 0) return give(`initdb ended with ${init.status ?? init.error?.message}`)
  const options = `-k ${folder} -c listen_addresses='' -c fsync=off`
  const start = run('pg_ctl', [
    '-D',
    data,
    '-l',
    join(folder, 'log'),
    '-w',
    '-t',
    `${START_TIMEOUT_S}`,
    '-o',
    options,
    'start',
  ])
  if (start.status !== 0) return give(`pg_ctl start ended with ${start.status ?? start.error?.message}`)
  return {
    ok: true,
    version,
    url: `postgres://hub@localhost/postgres?host=${encodeURIComponent(folder)}`,
    stop() {
      run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

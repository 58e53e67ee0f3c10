import { open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { firstIssue, jsonOrUndefined } from '../envelope/compact.ts'
import { beginBackup, confirmBackup } from './backups.ts'
import { lockDataDir } from './data-lock.ts'
import { type HubDatabase, openDatabase } from './database.ts'
import { revokeTerminal } from './enrolment.ts'
import { startNewEpoch } from './epoch.ts'
import { exportLines } from './export.ts'
import { openKeyRing, rootOf } from './hub-keys.ts'
import { hubSuite } from './hub-suite.ts'
import { importBundle } from './import-bundle.ts'
import { makeIngest } from './ingest.ts'
import type { HubOptionsOf } from './options.ts'
import { PACKAGE_SCHEMAS, publishPackage } from './packages.ts'
import { dumpPGlite, isThere, loadPGlite, pgliteFolder } from './pglite-copy.ts'
import { askInbox } from './publish-inbox.ts'
import { type ItemsPublished, ItemsPublishedSchema, publishItems } from './publish-items.ts'
import { readRootKey, rootKeyPath } from './root-key.ts'
import { rotateKeys } from './rotate-keys.ts'
import { codeKey, makeCode } from './sample/phone-codes.ts'
import { systemSources as sources } from './sources.ts'
import { makeSqlStore } from './sql-store.ts'
import { keepStaffBook, type StaffAnswer, StaffAnswerSchema, type StaffRequest } from './staff-book.ts'
import { staffCommand } from './staff-command.ts'

/** The commands beside serve. Each ends with one JSON line on stdout; exit code 1 when it did not do what was asked. */

export interface OpenedHere {
  readonly db: HubDatabase
  readonly isPGlite: boolean
  readonly release: () => Promise<void>
}
export type CommandOptions = Exclude<HubOptionsOf<string>, { command: 'serve' }>
type OfDatabase = Exclude<CommandOptions, { command: 'restore' | 'code' }>

type Line = { readonly event: string } & Readonly<Record<string, unknown>>
/** What it says, and whether it did what was asked. */
type Outcome = { readonly done: boolean; readonly line: Line }

const USES = ['seal', 'receipt', 'package', 'ping'] as const

/**
 * Runs one command. `openHere` gives the database of a data folder, or nothing (and a line in the log) when another
 * process has it.
 */
export async function runCommand(
  options: CommandOptions,
  openHere: (dataDir: string) => Promise<OpenedHere | undefined>,
): Promise<void> {
  const outcome =
    options.command === 'restore'
      ? await restore(options)
      : options.command === 'code'
        ? await phoneCode(options)
        : ((await askRunning(options)) ?? (await withDatabase(options, openHere)))
  if (outcome === undefined) return
  process.stdout.write(`${JSON.stringify(outcome.line)}\n`)
  if (!outcome.done) process.exitCode = 1
}

async function withDatabase(
  options: OfDatabase,
  openHere: (dataDir: string) => Promise<OpenedHere | undefined>,
): Promise<Outcome | undefined> {
  const opened = await openHere(options.data)
  if (opened === undefined) return undefined
  let isOpen = true
  const close = async () => {
    if (isOpen) await opened.db.destroy()
    isOpen = false
  }
  try {
    if (options.command === 'backup') return await backup(opened, options, close)
    return await run(opened.db, options)
  } finally {
    await close()
    await opened.release()
  }
}

async function run(db: HubDatabase, options: Exclude<OfDatabase, { command: 'backup' }>): Promise<Outcome> {
  const done = (line: Line): Outcome => ({ done: true, line })
  const store = makeSqlStore(db)
  const parts = async () => ({ store, sources, keys: await openKeyRing(db, await rootOf(db), sources) })
  switch (options.command) {
    case 'export':
      await exportTo(db, options)
      return done({ event: 'exported', file: resolve(options.out) })
    case 'import': {
      const { keys } = await parts()
      const ingest = makeIngest({ store, keys, sources, suite: hubSuite })
      const result = await importBundle({ store, ingest, sources, suite: hubSuite }, resolve(options.args[0]))
      if (!result.ok) return { done: false, line: { event: 'import-refused', ...result } }
      return {
        done: result.refused.length + result.absent.length === 0,
        line: { event: 'imported', ...result },
      }
    }
    case 'publish':
      return publish(await parts(), options)
    case 'staff':
      return staffCommand(options, (request) => keepStaffBook(store, sources, request))
    case 'revoke': {
      const keys = await revokeTerminal(store, options.terminal, sources)
      return done({ event: 'revoked', terminalId: options.terminal, keys })
    }
    case 'rotate-keys': {
      const path = options.root === undefined ? rootKeyPath(options.data) : resolve(options.root)
      const root = await readRootKey(path)
      if (root === undefined) return { done: false, line: { event: 'rotate-refused', why: `no root key at ${path}` } }
      const uses = options.use === undefined ? USES : [options.use]
      return done({ event: 'rotated', ...(await rotateKeys(db, root, uses, sources)) })
    }
    case 'backup-begin':
      return done({ event: 'backup-begun', ...(await beginBackup(db, sources)) })
    case 'backed-up': {
      const result = await confirmBackup(db, options.through, sources)
      return { done: result.ok, line: { event: result.ok ? 'backed-up' : 'backed-up-refused', ...result } }
    }
    case 'new-epoch':
      return done({ event: 'new-epoch', hubEpoch: await startNewEpoch(await parts(), 'command') })
  }
}

async function publish(
  parts: Parameters<typeof publishPackage>[0],
  { args }: HubOptionsOf<'publish'>,
): Promise<Outcome> {
  const path = resolve(args.at(-1) ?? '')
  if (!(await isThere(path))) return noFile(path)
  if (args.length === 1) return itemsOutcome(await publishItems(parts, await readFile(resolve(args[0]), 'utf8')))
  const [kind, file] = args
  const parsed = PACKAGE_SCHEMAS[kind].safeParse(jsonOrUndefined(await readFile(resolve(file), 'utf8')))
  if (!parsed.success) {
    return { done: false, line: { event: 'publish-refused', kind, why: `not understood: ${firstIssue(parsed.error)}` } }
  }
  return {
    done: true,
    line: { event: 'published', kind, version: await publishPackage(parts, kind, parsed.data, 'file') },
  }
}

/** Service items and staff, for a PGlite hub that runs: it does it itself. Nothing when no hub has the data folder. */
async function askRunning(options: OfDatabase): Promise<Outcome | undefined> {
  const isForInbox = options.command === 'staff' || (options.command === 'publish' && options.args.length === 1)
  const hasServer = (process.env.DATABASE_URL ?? '') !== ''
  if (!isForInbox || hasServer || !(await isThere(options.data))) return undefined
  const lock = await lockDataDir(options.data)
  if (lock.ok) {
    await lock.release()
    return undefined
  }
  if (options.command === 'staff') return staffCommand(options, (request) => askStaff(options.data, request))
  const file = resolve(options.args[0])
  if (!(await isThere(file))) return noFile(options.args[0])
  const answer = await askInbox(options.data, await readFile(file, 'utf8'))
  const read = ItemsPublishedSchema.safeParse(answer)
  return itemsOutcome(read.success ? read.data : { ok: false, fault: 'no-answer' })
}

/** No database is needed for it, only the key that the running hub reads too. */
async function phoneCode({ data, seconds, args: [name, idNumber] }: HubOptionsOf<'code'>): Promise<Outcome> {
  if (!(await isThere(data))) return { done: false, line: { event: 'code-refused', why: `${data} is not there` } }
  const made = await makeCode(await codeKey(data), { name, idNumber }, seconds, sources)
  if (!made.ok) return { done: false, line: { event: 'code-refused', why: made.why } }
  return { done: true, line: { event: 'code-made', code: made.code, until: made.until } }
}

async function askStaff(dataDir: string, request: StaffRequest): Promise<StaffAnswer> {
  const read = StaffAnswerSchema.safeParse(await askInbox(dataDir, JSON.stringify(request)))
  return read.success ? read.data : { ok: false, fault: 'no-answer' }
}

function noFile(path: string): Outcome {
  return { done: false, line: { event: 'publish-refused', why: `${path} is not there` } }
}

function itemsOutcome(published: ItemsPublished): Outcome {
  if (published.ok) return { done: true, line: { event: 'published', kind: 'items', ...published } }
  return { done: false, line: { event: 'publish-refused', kind: 'items', ...published } }
}

async function backup(
  { db, isPGlite }: OpenedHere,
  options: HubOptionsOf<'backup'>,
  close: () => Promise<void>,
): Promise<Outcome> {
  const file = resolve(options.args[0])
  if (!isPGlite) {
    const how = 'Run backup-begin, then pg_dump, then backed-up --through with the number that backup-begin printed.'
    return { done: false, line: { event: 'backup-refused', why: 'this database is PostgreSQL', how } }
  }
  if (await isThere(file)) return { done: false, line: { event: 'backup-refused', why: `${file} exists` } }
  const begun = await beginBackup(db, sources)
  await close()
  const written = await dumpPGlite(options.data, file)
  const next = `When the file is in a safe place: backed-up --data ${options.data} --through ${begun.through}`
  return { done: true, line: { event: 'backup-written', file, ...written, ...begun, next } }
}

async function restore({ data, args: [given] }: HubOptionsOf<'restore'>): Promise<Outcome> {
  const refused = (why: string): Outcome => ({ done: false, line: { event: 'restore-refused', why } })
  const file = resolve(given)
  if (!(await isThere(file))) return refused(`${file} is not there`)
  const lock = await lockDataDir(data)
  if (!lock.ok) return refused(`process ${lock.pid} has the data folder`)
  try {
    if (await isThere(pgliteFolder(data))) return refused(`${pgliteFolder(data)} exists; move it away first`)
    await loadPGlite(data, file)
    const db = await openDatabase({ dataDir: data })
    try {
      const keys = await openKeyRing(db, await rootOf(db), sources)
      const store = makeSqlStore(db)
      const hubEpoch = await startNewEpoch({ store, keys, sources }, 'restore')
      return { done: true, line: { event: 'restored', ...(await store.stand()), hubEpoch } }
    } finally {
      await db.destroy()
    }
  } finally {
    await lock.release()
  }
}

async function exportTo(db: HubDatabase, options: HubOptionsOf<'export'>): Promise<void> {
  const file = await open(resolve(options.out), 'w', 0o600)
  try {
    await pipeline(exportLines(db, { withEnvelope: !options['no-envelope'] }), file.createWriteStream())
  } finally {
    await file.close()
  }
}

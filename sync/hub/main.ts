import { access, open, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pino, { type Logger } from 'pino'
import { firstIssue, jsonOrUndefined } from '../envelope/compact.ts'
import { type Catalogue, CatalogueSchema } from '../protocol/service-item.ts'
import { lockDataDir } from './data-lock.ts'
import { type HubDatabase, openDatabase } from './database.ts'
import { provision, revokeTerminal } from './enrolment.ts'
import { startNewEpoch } from './epoch.ts'
import { exportLines } from './export.ts'
import { type Hub, makeHub } from './hub.ts'
import { openKeyRing, rootOf } from './hub-keys.ts'
import { type HubOptionsOf, readOptions, USAGE } from './options.ts'
import { writeNewFile } from './root-key.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { systemSources } from './sources.ts'
import { makeSqlStore } from './sql-store.ts'

/** Exit codes: 2 the command line, 1 anything else. */
const EXIT_BAD_OPTIONS = 2

const log: Logger = pino({ name: 'hub' }, pino.destination({ fd: 2, sync: true }))

const read = readOptions(process.argv.slice(2))
if (!read.ok) {
  process.stderr.write(`${read.why}\n\n${USAGE}`)
  process.exitCode = EXIT_BAD_OPTIONS
} else if (read.options.command === 'help') {
  process.stdout.write(USAGE)
} else {
  const options = { ...read.options, data: resolve(read.options.data) }
  switch (options.command) {
    case 'serve':
      await serve(options)
      break
    case 'export':
      await withDatabase(options.data, (db) => exportTo(db, options))
      break
    case 'revoke':
      await withDatabase(options.data, async (db) => {
        const keys = await revokeTerminal(makeSqlStore(db), options.terminal, systemSources)
        process.stdout.write(`${JSON.stringify({ event: 'revoked', terminalId: options.terminal, keys })}\n`)
      })
      break
    case 'new-epoch':
      await withDatabase(options.data, async (db) => {
        const keys = await openKeyRing(db, await rootOf(db), systemSources)
        const hubEpoch = await startNewEpoch({ store: makeSqlStore(db), keys, sources: systemSources }, 'command')
        process.stdout.write(`${JSON.stringify({ event: 'new-epoch', hubEpoch })}\n`)
      })
      break
  }
}

async function serve(options: HubOptionsOf<'serve'>): Promise<void> {
  // A file that is no catalogue stops the start before anything is opened.
  const catalogue = await readCatalogue(options.catalogue)
  if (catalogue === undefined) return
  const opened = await openHere(options.data)
  if (opened === undefined) return
  let hub: Hub | undefined
  const close = async () => {
    await (hub === undefined ? opened.db.destroy() : hub.close())
    await opened.release()
  }
  try {
    hub = await makeHub({
      db: opened.db,
      dataDir: options.data,
      name: options.name,
      catalogue,
      sources: systemSources,
      log,
      allowExport: options['allow-export'],
    })
    await hub.server.listen({ host: options.host, port: options.port })
    const url = ownUrl(options.host, (hub.server.server.address() as AddressInfo).port)
    for (const { terminalId, path } of options.provision) {
      await provisionUnlessThere(hub, terminalId, resolve(path), options['provision-url'] ?? url)
    }
    process.stdout.write(`${JSON.stringify({ event: 'ready', url, dataDir: options.data })}\n`)
  } catch (error) {
    log.fatal({ err: error }, 'hub.start-failed')
    process.exitCode = 1
    await close()
    return
  }
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'hub.stopping')
    close().then(
      () => log.info('hub.stopped'),
      (error: unknown) => {
        log.fatal({ err: error }, 'hub.stop-failed')
        process.exitCode = 1
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

type CatalogueToPublish = { readonly content: Catalogue; readonly origin: 'sample' | 'file' }

/** The catalogue of `path`, the sample without one; nothing, and a line in the log, when the file is no catalogue. */
async function readCatalogue(path: string | undefined): Promise<CatalogueToPublish | undefined> {
  if (path === undefined) return { content: sampleCatalogue, origin: 'sample' }
  const parsed = CatalogueSchema.safeParse(jsonOrUndefined(await readFile(path, 'utf8')))
  if (parsed.success) return { content: parsed.data, origin: 'file' }
  log.fatal({ path, where: firstIssue(parsed.error) }, 'catalogue.not-understood')
  process.exitCode = 1
  return undefined
}

async function provisionUnlessThere(hub: Hub, terminalId: string, path: string, hubUrl: string): Promise<void> {
  if (await exists(path)) {
    log.info({ terminalId, path }, 'provisioning.kept')
    return
  }
  const { rootKeySha256 } = hub.identity
  await provision(hub.store, { terminalId, hubUrl, rootKeySha256, path }, systemSources, writeNewFile)
  log.info({ terminalId, path }, 'provisioning.written')
}

/** The database of a data folder, locked when it is PGlite; says so and gives nothing when another process has it. */
async function openHere(dataDir: string): Promise<{ db: HubDatabase; release: () => Promise<void> } | undefined> {
  const databaseUrl = process.env.DATABASE_URL
  if (databaseUrl !== undefined && databaseUrl !== '') {
    return { db: await openDatabase({ databaseUrl }), release: async () => undefined }
  }
  const lock = await lockDataDir(dataDir)
  if (!lock.ok) {
    log.fatal({ dataDir, pid: lock.pid }, 'data-folder.in-use')
    process.exitCode = 1
    return undefined
  }
  // PGlite never calls fsync (README.md): good for trials, not for promises that must outlive a power cut.
  log.warn({ dataDir }, 'database.pglite-not-power-safe')
  return { db: await openDatabase({ dataDir }), release: lock.release }
}

async function withDatabase(dataDir: string, work: (db: HubDatabase) => Promise<void>): Promise<void> {
  const opened = await openHere(dataDir)
  if (opened === undefined) return
  try {
    await work(opened.db)
  } finally {
    await opened.db.destroy()
    await opened.release()
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

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** An address that this machine can call: a wildcard listens everywhere, loopback among it. */
function ownUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

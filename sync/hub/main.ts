import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import pino, { type Logger } from 'pino'
import { firstIssue, jsonOrUndefined } from '../envelope/compact.ts'
import { type Catalogue, CatalogueSchema } from '../protocol/service-item.ts'
import { answerInbox } from './answer-inbox.ts'
import { type OpenedHere, runCommand } from './commands.ts'
import { lockDataDir } from './data-lock.ts'
import { openDatabase } from './database.ts'
import { provision } from './enrolment.ts'
import { type Hub, makeHub } from './hub.ts'
import { type HubOptionsOf, readOptions, USAGE } from './options.ts'
import { isThere } from './pglite-copy.ts'
import { type Inbox, startInbox } from './publish-inbox.ts'
import { writeNewFile } from './root-key.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { systemSources } from './sources.ts'

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
  if (options.command === 'serve') await serve(options)
  else await runCommand(options, openHere)
}

async function serve(options: HubOptionsOf<'serve'>): Promise<void> {
  // A file that is no catalogue stops the start before anything is opened.
  const catalogue = await readCatalogue(options.catalogue)
  if (catalogue === undefined) return
  const opened = await openHere(options.data)
  if (opened === undefined) return
  let hub: Hub | undefined
  let inbox: Inbox | undefined
  const close = async () => {
    await inbox?.stop()
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
    const parts = { store: hub.store, keys: hub.keys, sources: systemSources }
    inbox = await startInbox(options.data, (text) => answerInbox(parts, text), log)
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
    // All is closed then, and the log is written at once. A program that runs out by itself can turn for ever in Node's own
    // tidying of its last socket (Environment::CleanupHandles, seen with Node 24.21).
    close().then(
      () => {
        log.info('hub.stopped')
        process.exit()
      },
      (error: unknown) => {
        log.fatal({ err: error }, 'hub.stop-failed')
        process.exit(1)
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
  if (await isThere(path)) {
    log.info({ terminalId, path }, 'provisioning.kept')
    return
  }
  const { rootKeySha256 } = hub.identity
  await provision(hub.store, { terminalId, hubUrl, rootKeySha256, path }, systemSources, writeNewFile)
  log.info({ terminalId, path }, 'provisioning.written')
}

/** The database of a data folder, locked when it is PGlite; says so and gives nothing when another process has it. */
async function openHere(dataDir: string): Promise<OpenedHere | undefined> {
  const databaseUrl = process.env.DATABASE_URL
  if (databaseUrl !== undefined && databaseUrl !== '') {
    return { db: await openDatabase({ databaseUrl }), isPGlite: false, release: () => Promise.resolve() }
  }
  const lock = await lockDataDir(dataDir)
  if (!lock.ok) {
    log.fatal({ dataDir, pid: lock.pid }, 'data-folder.in-use')
    process.exitCode = 1
    return undefined
  }
  // PGlite never calls fsync (README.md): good for trials, not for promises that must outlive a power cut.
  log.warn({ dataDir }, 'database.pglite-not-power-safe')
  return { db: await openDatabase({ dataDir }), isPGlite: true, release: lock.release }
}

/** An address that this machine can call: a wildcard listens everywhere, loopback among it. */
function ownUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The peers' hub, in a process of its own: express-pouchdb over LevelDB for PouchDB, and a plain push endpoint for RxDB
 * that appends and fsyncs before it answers. It also serves the page, so that page and hub share an origin.
 * Usage: node server.ts DIR PAGE_DIR. Says {"event":"ready","port"}.
 */
const require = createRequire(import.meta.url)

interface Request {
  readonly body: unknown
  readonly method: string
}
interface Response {
  status(code: number): Response
  json(value: unknown): void
  sendFile(path: string): void
}
type Handler = (request: Request, response: Response, next: () => void) => void
interface App {
  get(path: string, handler: Handler): void
  post(path: string, ...handlers: unknown[]): void
  use(path: string, ...handlers: unknown[]): void
  listen(port: number, host: string, done: (this: unknown) => void): { address(): { port: number } }
}
interface Doc {
  readonly _id: string
  readonly [more: string]: unknown
}
interface Pouch {
  bulkDocs(docs: readonly Doc[], options: { new_edits: boolean }): Promise<readonly { error?: unknown }[]>
  allDocs(): Promise<{ rows: readonly { id: string }[] }>
}
const express = require('express') as { (): App; json(options: object): unknown; static(dir: string): unknown }
const PouchDB = require('pouchdb') as { defaults(options: { prefix: string }): new (name: string) => Pouch }
const expressPouchdb = require('express-pouchdb') as (pouchDb: unknown, options: { mode: string }) => unknown

const [, , dir, pageDir] = process.argv
if (dir === undefined || pageDir === undefined) throw new Error('usage: node server.ts DIR PAGE_DIR')
const data = join(dir, 'pouch')
mkdirSync(data, { recursive: true })
// express-pouchdb keeps a configuration and a list of databases where it stands.
process.chdir(data)

const Local = PouchDB.defaults({ prefix: `${data}/` })
const rows: string[] = []
const rowsFile = openSync(join(dir, 'rxdb-rows.jsonl'), 'a')
let poison: string | undefined
let isDown = false
const calls = { rxdb: 0, pouchdb: 0 }

const app = express()
const json = express.json({ limit: '50mb' })
app.use('/page', express.static(pageDir))
app.get('/pouchdb.js', (_, response) => response.sendFile(require.resolve('pouchdb/dist/pouchdb.min.js')))

/** What the hub shall do, and what it holds. */
app.post('/control', json, (({ body }, response) => {
  const wanted = body as { poison?: string | null; down?: boolean }
  if (wanted.poison !== undefined) poison = wanted.poison ?? undefined
  if (wanted.down !== undefined) isDown = wanted.down
  response.json({ done: true })
}) satisfies Handler)
app.get('/held/:name', ((request, response) => {
  const { name } = (request as unknown as { params: { name: string } }).params
  void (async () => {
    const ids = name === 'rxdb' ? rows : (await new Local('queue').allDocs()).rows.map(({ id }) => id)
    response.json({ ids: [...new Set(ids)], rows: ids.length, calls })
  })()
}) satisfies Handler)

/** RxDB's push: all documents of a batch, or a refusal of the batch: its protocol has no refusal of one document. */
app.post('/rxdb/push', json, (({ body }, response) => {
  calls.rxdb++
  const docs = body as { id: string }[]
  if (isDown) return void response.status(503).json({ why: 'down' })
  if (docs.some(({ id }) => id === poison)) return void response.status(400).json({ why: 'poison' })
  for (const { id } of docs) {
    if (!rows.includes(id)) rows.push(id)
    writeSync(rowsFile, `${JSON.stringify({ id })}\n`)
  }
  fsyncSync(rowsFile)
  response.json([])
}) satisfies Handler)

/** PouchDB: express-pouchdb itself, but for a document that the hub refuses: answered as CouchDB answers, one by one. */
app.use('/db', ((_, response, next) =>
  isDown ? response.status(503).json({ error: 'down' }) : next()) satisfies Handler)
app.post('/db/queue/_bulk_docs', ((_, __, next) => {
  calls.pouchdb++
  next()
}) satisfies Handler)
app.post('/db/queue/_bulk_docs', (request: Request, response: Response, next: () => void) => {
  if (poison === undefined) return next()
  ;(json as Handler)(request, response, () => {
    const { docs } = request.body as { docs: Doc[] }
    const good = docs.filter(({ _id }) => _id !== poison)
    void new Local('queue').bulkDocs(good, { new_edits: false }).then(() => {
      const refused = docs.filter(({ _id }) => _id === poison)
      response.status(201).json(refused.map(({ _id }) => ({ id: _id, error: 'forbidden', reason: 'refused' })))
    })
  })
})
app.use('/db', expressPouchdb(Local, { mode: 'minimumForPouchDB' }))

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`)
})
process.on('SIGTERM', () => {
  closeSync(rowsFile)
  process.exit(0)
})

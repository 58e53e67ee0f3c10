import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The peer's hub: express-pouchdb over LevelDB in a process of its own, as its README starts it for PouchDB clients.
 * Also serves the page that replicates to it, so that page and server share an origin and nothing asks for CORS.
 * Usage: node test/bench/pouchdb-server.ts DIR. Says {"event":"ready","port"} on standard output.
 */
const require = createRequire(import.meta.url)

interface Response {
  type(type: string): Response
  send(body: string): void
  sendFile(path: string): void
}
interface App {
  get(path: string, handler: (request: unknown, response: Response) => void): void
  use(path: string, handler: unknown): void
  listen(port: number, host: string, done: (this: unknown) => void): { address(): { port: number } }
}
const express = require('express') as () => App
const PouchDB = require('pouchdb') as { defaults(options: { prefix: string }): unknown }
const expressPouchdb = require('express-pouchdb') as (pouchDb: unknown, options: { mode: string }) => unknown

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><link rel="icon" href="data:," /><title>PouchDB</title>
<script src="/bench/pouchdb.js"></script></head><body></body></html>`

const dir = process.argv[2]
if (dir === undefined) throw new Error('usage: node test/bench/pouchdb-server.ts DIR')
// It keeps a configuration and a list of databases where it stands.
process.chdir(dir)

const app = express()
app.get('/bench/', (_, response) => response.type('html').send(PAGE))
app.get('/bench/pouchdb.js', (_, response) => response.sendFile(require.resolve('pouchdb/dist/pouchdb.min.js')))
app.use('/db', expressPouchdb(PouchDB.defaults({ prefix: `${join(dir)}/` }), { mode: 'minimumForPouchDB' }))
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`)
})

import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { hubSuite } from './hub-suite.ts'
import { makeIngest } from './ingest.ts'
import type { HandedIn } from './ingest-check.ts'
import { makeMemoryStore } from './memory-store.ts'
import { makeTerminal, makeTestHub } from './test-hub.ts'
import { startPostgres } from './test-postgres.ts'

/**
 * How fast the hub takes in batches of 200 envelopes of about 4.3 KB, checking included, without HTTP:
 *   node sync/hub/test-measure-ingest.ts [pglite|postgres|memory] [batches]
 */
const BATCH = 200
/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10
/** Strokes of a signature that make an envelope of the size that terminals send. */
const STROKE = Array.from({ length: 140 }, (_, i): [number, number] => [(i * 37) % 1000, (i * 11) % 360])

const [where = 'pglite', batches = '20'] = process.argv.slice(2)
const postgres = where === 'postgres' ? startPostgres() : undefined
if (postgres?.ok === false) throw new Error(postgres.why)
const hub = await makeTestHub(postgres === undefined ? {} : { databaseUrl: postgres.url })
const terminal = await makeTerminal(hub, 'T-1')
const sent: HandedIn[] = []
for (let i = 0; i < Number(batches) * BATCH; i++) {
  sent.push(await terminal.seal({ payload: { signature: { strokes: [STROKE] } } }))
}
const memory = makeMemoryStore({ epoch: hub.identity.epoch })
await memory.transaction((tx) =>
  tx.enrolDevice({
    terminalId: 'T-1',
    kid: terminal.deviceKey.kid,
    jwk: terminal.deviceKey.jwk,
    codeSha256: '',
    at: '',
  }),
)
const store = where === 'memory' ? memory : hub.store
const ingest = makeIngest({ store, keys: hub.keys, sources: hub.sources, suite: hubSuite })

/** Processor time of PostgreSQL's processes for us, in milliseconds: the clock says little on a machine that is busy. */
async function databaseCpuMs(): Promise<number> {
  if (postgres === undefined) return 0
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity where datname is not null`.execute(
    hub.db,
  )
  let ticks = 0
  for (const { pid } of rows) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks * MS_PER_TICK
}

async function timed(name: string, work: () => Promise<void>, count: number) {
  const databaseBefore = await databaseCpuMs()
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work()
  const ms = performance.now() - from
  const used = process.cpuUsage(cpu)
  const ownCpuMs = Math.round((used.user + used.system) / 1000)
  const databaseMs = (await databaseCpuMs()) - databaseBefore
  const figures = {
    name,
    where,
    bytes: sent[0]?.envelope.length,
    perSecond: Math.round((count / ms) * 1000),
    ms: Math.round(ms),
    ownCpuMs,
    databaseCpuMs: databaseMs,
    perCpuSecond: Math.round((count / (ownCpuMs + databaseMs)) * 1000),
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

const batchesOf = (items: readonly HandedIn[]) =>
  Array.from({ length: items.length / BATCH }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH))
const half = sent.length / 2 - ((sent.length / 2) % BATCH)
await timed(
  'one batch at a time',
  async () => {
    for (const batch of batchesOf(sent.slice(0, half))) await ingest.batch(batch)
  },
  half,
)
await timed(
  'two batches at once',
  async () => {
    const waiting = batchesOf(sent.slice(half))
    const run = async () => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) await ingest.batch(batch)
    }
    await Promise.all([run(), run()])
  },
  sent.length - half,
)
await timed(
  'the same again',
  async () => {
    for (const batch of batchesOf(sent)) await ingest.batch(batch)
  },
  sent.length,
)

await hub.end()
if (postgres?.ok) postgres.stop()

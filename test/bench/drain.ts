import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium } from '../support/chromium.ts'
import { drainOurs, type OursRun } from './drain-ours.ts'
import { drainPouch, type PouchRun } from './drain-pouchdb.ts'
import { startPostgres } from './postgres.ts'
import { bar, limitNote, reachNote, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report, type Row } from './report.ts'
import { makeRig, type Rig } from './rig.ts'
import { quantile, round, summarize } from './stats.ts'

/** Issue 3: documents a second of ours over those of PouchDB, at least. */
const REACH = { 0: 2, 100: 10 } as const
type Rtt = keyof typeof REACH
const RTTS: readonly Rtt[] = [0, 100]
/** Issue 3: bytes on the wire per application, at most so many times the envelope's own size. */
const WIRE_LIMIT = 1.3
const DEFAULT_ITEMS = 10_000
/** Odd, so that there is a middle one. */
const DEFAULT_ROUNDS = 3
/** PouchDB's own default. */
const DEFAULT_BATCH = 100
/** Larger ones, once each, to find what suits it best. */
const OTHER_BATCHES = [500, 2000]

export const drain: Bench = {
  about: 'a full queue delivered, at RTT 0 and 100 ms, beside PouchDB replicating to express-pouchdb',
  run,
}

/** What each side has on disk for certain when it answers; part of the result, because speed means little without. */
const DURABILITY = {
  ours:
    'hub: PostgreSQL with fsync and synchronous_commit on, each answer after its commit; terminal: a submission counts ' +
    'when the frame of its receipt is fsynced in the journal; RxDB strict behind it',
  peer:
    'hub: LevelDB as pouchdb opens it, written without sync: no fsync before the answer (strace shows none); ' +
    'page: IndexedDB with Chromium’s default, relaxed durability',
  pglite: 'hub: PGlite never calls fsync; terminal as above',
}

interface Line {
  readonly ours: OursRun[]
  readonly peer: PouchRun[]
  readonly otherBatches: PouchRun[]
  pglite: OursRun | undefined
}

async function run({ samples, items, dir, tell }: BenchOptions): Promise<Report> {
  const count = items ?? DEFAULT_ITEMS
  const rounds = samples ?? DEFAULT_ROUNDS
  if (findChromium() === undefined) return { rows: [], figures: {}, problems: ['no Chromium: neither side can drain'] }
  const problems: string[] = []
  const started = startPostgres(join(dir, 'postgres'))
  if (!started.ok) problems.push(`no PostgreSQL, so ours is measured on PGlite alone: ${started.why}`)
  const postgres = started.ok ? started.postgres : undefined
  const lines: Record<Rtt, Line> = { 0: newLine(), 100: newLine() }
  let envelopeBytes = 0
  try {
    tell('founding a hub and a terminal …')
    const rig = await makeRig({ dir: join(dir, 'rig'), postgres, count, tell })
    const { backlog } = rig
    envelopeBytes = backlog.envelopeBytes
    let made = 0
    const fresh = async <T>(use: (runDir: string) => Promise<T>): Promise<T> => {
      const runDir = join(dir, `run-${made++}`)
      try {
        return await use(runDir)
      } finally {
        await rm(runDir, { recursive: true, force: true })
      }
    }
    const ours = (from: Rig, rttMs: number) => fresh((runDir) => drainOurs({ rig: from, dir: runDir, rttMs }))
    const pouch = (rttMs: number, batch: number) =>
      fresh((runDir) => drainPouch({ dir: runDir, rttMs, count, batch, bodyBytes: envelopeBytes }))

    for (let turn = 0; turn < rounds; turn += 1) {
      for (const rttMs of RTTS) {
        const line = lines[rttMs]
        tell(`round ${turn + 1} of ${rounds}, RTT ${rttMs} ms: ours and PouchDB, ${count} each`)
        // Whoever goes second finds a warmer machine: they take turns.
        if (turn % 2 === 0) line.ours.push(await ours(rig, rttMs))
        line.peer.push(await pouch(rttMs, DEFAULT_BATCH))
        if (turn % 2 !== 0) line.ours.push(await ours(rig, rttMs))
      }
    }
    for (const rttMs of RTTS) {
      for (const batch of OTHER_BATCHES) {
        tell(`PouchDB at RTT ${rttMs} ms in batches of ${batch}`)
        lines[rttMs].otherBatches.push(await pouch(rttMs, batch))
      }
    }
    if (postgres !== undefined) {
      tell('ours on PGlite, RTT 0')
      const rigOnPglite = await makeRig({ dir: join(dir, 'rig-pglite'), postgres: undefined, count, tell })
      lines[0].pglite = await ours(rigOnPglite, 0)
    }
  } catch (error) {
    problems.push(firstLine(error))
  } finally {
    postgres?.stop()
  }
  return report(
    lines,
    { count, envelopeBytes, database: started.ok ? `PostgreSQL ${started.postgres.version}` : 'PGlite' },
    problems,
  )
}

function newLine(): Line {
  return { ours: [], peer: [], otherBatches: [], pglite: undefined }
}

interface Setting {
  readonly count: number
  readonly envelopeBytes: number
  readonly database: string
}

function report(lines: Record<Rtt, Line>, setting: Setting, problems: string[]): Report {
  const { count, envelopeBytes } = setting
  const rows: Row[] = []
  const figures: Record<string, unknown> = {}
  for (const rttMs of RTTS) {
    const line = lines[rttMs]
    const done = [...line.ours, ...line.peer, ...line.otherBatches, ...(line.pglite === undefined ? [] : [line.pglite])]
    for (const { hubRows } of done) {
      if (hubRows !== count) problems.push(`RTT ${rttMs}: a hub held ${hubRows} of ${count} documents`)
    }
    for (const { owner } of line.ours) {
      if (owner !== 'sync-worker') problems.push(`RTT ${rttMs}: ${owner} drained, not the sync worker`)
    }
    if (line.ours.length === 0 || line.peer.length === 0) continue
    const told = lineReport(rttMs, line, count, envelopeBytes)
    rows.push(...told.rows)
    figures[`rtt${rttMs}`] = told.figures
  }
  return {
    rows,
    problems,
    figures: {
      ...figures,
      items: count,
      envelopeBytes: round(envelopeBytes, 0),
      hub: setting.database,
      durability: DURABILITY,
    },
  }
}

function lineReport(rttMs: Rtt, line: Line, count: number, envelopeBytes: number): { rows: Row[]; figures: object } {
  const perSecond = ({ drainMs }: { drainMs: number }) => (count * 1000) / drainMs
  const middle = (runs: readonly { drainMs: number }[]) => quantile(runs.map(perSecond), 0.5)
  const wireOf = (runs: readonly (OursRun | PouchRun)[]) =>
    quantile(
      runs.map(({ wireUpBytes, wireDownBytes }) => (wireUpBytes + wireDownBytes) / count),
      0.5,
    )
  const ours = middle(line.ours)
  const peer = middle(line.peer)
  const ratio = ours / peer
  const reach = REACH[rttMs]
  const batches = [
    { batch: DEFAULT_BATCH, docsPerSecond: round(peer, 1) },
    ...line.otherBatches.map((each) => ({ batch: each.batch, docsPerSecond: round(perSecond(each), 1) })),
  ]
  const best = batches.reduce((one, other) => (other.docsPerSecond > one.docsPerSecond ? other : one))
  const wireBytes = wireOf(line.ours)
  const wireRatio = wireBytes / envelopeBytes
  const lag = summarize(
    line.ours.map(({ rxdbLagMs }) => rxdbLagMs),
    0,
  )
  const rate = (value: number) => `${value.toFixed(0)}/s`
  return {
    rows: [
      { what: `RTT ${rttMs} ms: ours`, value: rate(ours), beside: bar(ours, Math.max(ours, best.docsPerSecond)) },
      ...batches.map((each) => ({
        what: `  PouchDB, batch ${each.batch}`,
        value: rate(each.docsPerSecond),
        beside: bar(each.docsPerSecond, Math.max(ours, best.docsPerSecond)),
      })),
      ...(line.pglite === undefined
        ? []
        : [{ what: '  ours on PGlite', value: rate(perSecond(line.pglite)), beside: 'never fsyncs' }]),
      {
        what: '  ours over PouchDB',
        value: times(ratio),
        beside: reachNote(times(reach), ratio >= reach),
      },
      {
        what: '  ours over PouchDB’s best batch',
        value: times(ours / best.docsPerSecond),
        beside: `batch ${best.batch}`,
      },
      {
        what: '  processor time per submission',
        value: '',
        beside: Object.entries(cpuPerItem(line.ours, count))
          .map(([name, value]) => `${name} ${value.toFixed(2)} ms`)
          .join(', '),
      },
      {
        what: '  RxDB shows it later by, p50',
        value: `${lag.p50.toFixed(0)} ms`,
        beside: `max ${lag.max.toFixed(0)} ms`,
      },
      {
        what: '  wire bytes per envelope byte',
        value: times(wireRatio),
        beside: `${limitNote(times(WIRE_LIMIT), wireRatio <= WIRE_LIMIT)}; PouchDB ${times(wireOf(line.peer) / envelopeBytes)}`,
      },
    ],
    figures: {
      ratio: round(ratio),
      reach,
      withinReach: ratio >= reach,
      ratioToBestBatch: round(ours / best.docsPerSecond),
      oursDocsPerSecond: round(ours, 1),
      peerDocsPerSecond: round(peer, 1),
      peerBatches: batches,
      pgliteDocsPerSecond: line.pglite === undefined ? null : round(perSecond(line.pglite), 1),
      rxdbLagP50Ms: lag.p50,
      rxdbLagMaxMs: lag.max,
      wireRatio: round(wireRatio),
      wireLimit: WIRE_LIMIT,
      wireWithinLimit: wireRatio <= WIRE_LIMIT,
      wireBytesPerItem: round(wireBytes, 0),
      peerWireBytesPerItem: round(wireOf(line.peer), 0),
      cpuMsPerItem: cpuPerItem(line.ours, count),
      connections: line.ours.map(({ connections }) => connections),
      rounds: {
        oursMs: line.ours.map(({ drainMs }) => round(drainMs, 0)),
        peerMs: line.peer.map(({ drainMs }) => round(drainMs, 0)),
      },
    },
  }
}

/** Where our time goes, whatever else the machine does: the middle of the runs. */
function cpuPerItem(runs: readonly OursRun[], count: number): Record<string, number> {
  const of = (name: keyof OursRun['cpuMs']) =>
    round(
      quantile(
        runs.map(({ cpuMs }) => cpuMs[name] / count),
        0.5,
      ),
    )
  return { terminal: of('terminal'), hub: of('hub'), renderer: of('renderer') }
}

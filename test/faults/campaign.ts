import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyKeySet } from '../../sync/envelope/key-set.ts'
import { verifyReceipt } from '../../sync/envelope/receipt.ts'
import { openEpisodes } from './episodes.ts'
import { type Hall, openHall } from './hall.ts'
import type { Break } from './inside/control.ts'
import { Struck } from './kinds.ts'
import { type Findings, judge, openIds, type Promise_, provenBy, quarantineOf } from './oracle.ts'
import { type Episode, episodeText } from './schedule.ts'
import type { Told } from './told.ts'
import { until, within } from './waiting.ts'

/** Runs a schedule on real processes, lets the faults end, waits for the queue to empty, and counts again. */
export interface CampaignOptions {
  readonly dir: string
  readonly keep: string | undefined
  readonly schedule: readonly Episode[]
  readonly broken: Break | null
  readonly mayMount: boolean
  readonly say: (line: string) => void
}

export interface HallReport {
  readonly findings: Findings
  readonly promised: number
  readonly hubRows: number
  readonly receipts: number
  readonly badReceipts: number
  readonly told: Told
  readonly drained: boolean
  readonly disk: string
  readonly clockBy: string
  readonly breakBit: boolean
  readonly problems: readonly string[]
}

export interface CampaignReport {
  readonly halls: Readonly<Record<string, HallReport>>
  readonly struck: Struck
}

/** Faults are over: everything must be delivered while something still moves; this long without a move ends the wait.
 * More than a minute: so long the drain may wait for word of a flight (FEED_LIMIT_MS of sync/queue/drain.ts). */
const STILL_MS = 90_000
/** The longest waits for the hub client's time-outs; an episode that hangs is named instead of ending the whole in silence. */
const EPISODE_LIMIT_MS = 240_000
/** A broken campaign will never drain: what shall be seen is seen sooner. */
const STILL_BROKEN_MS = 12_000

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const struck = new Struck()
  const halls: Record<string, HallReport> = {}
  for (const kind of ['pglite', 'postgres'] as const) {
    const episodes = options.schedule.filter((episode) => episode.hub === kind)
    if (episodes.length > 0) halls[kind] = await runHall(kind, episodes, options, struck)
  }
  return { halls, struck }
}

async function runHall(
  kind: Hall['kind'],
  episodes: readonly Episode[],
  options: CampaignOptions,
  struck: Struck,
): Promise<HallReport> {
  const { say, broken } = options
  say(`${kind}: starting a hub, a terminal and the wire between them`)
  const hall = await openHall({ dir: join(options.dir, kind), kind, broken, mayMount: options.mayMount, struck })
  try {
    await hall.bringUp(false)
    const run = openEpisodes({ hall, struck })
    for (const episode of episodes) {
      const beganMs = performance.now()
      const isOver = await within(
        run.episode(episode).then(() => true),
        EPISODE_LIMIT_MS,
      )
      if (isOver === undefined) throw new Error(`${episodeText(episode)}: not over after ${EPISODE_LIMIT_MS / 1000} s`)
      say(`${episodeText(episode)}: ${Math.round((performance.now() - beganMs) / 100) / 10} s`)
    }
    say(`${kind}: the faults are over; waiting for the queue to empty`)
    await run.calm()
    const drained = await drain(hall, run.promised, broken === null ? STILL_MS : STILL_BROKEN_MS, run.requeueAll)
    say(`${kind}: ${drained ? 'everything is delivered' : 'something was not delivered'}; counting again`)
    return await count(hall, run, drained, options)
  } finally {
    await hall.close()
  }
}

/** Delivered: the journal says so of every promise, or it is set aside for a maintainer, who puts it back. */
async function drain(
  hall: Hall,
  promised: readonly Promise_[],
  stillMs: number,
  requeueAll: () => Promise<void>,
): Promise<boolean> {
  let moves = -1
  let movedMs = performance.now()
  return until(async () => {
    const frames = hall.journal.frames()
    const open = openIds(frames, promised)
    const aside = quarantineOf(frames).size
    if (open.size === 0 && aside === 0) return true
    if (aside > 0) await requeueAll()
    if (frames.length !== moves) {
      moves = frames.length
      movedMs = performance.now()
    }
    if (performance.now() - movedMs > stillMs) throw new StillError()
    return false
  }, 600_000).catch((error) => {
    if (error instanceof StillError) return false
    throw error
  })
}
class StillError extends Error {}

async function count(
  hall: Hall,
  run: ReturnType<typeof openEpisodes>,
  drained: boolean,
  options: CampaignOptions,
): Promise<HallReport> {
  const hubRows = await hall.hub.rows()
  const journal = hall.journal.frames()
  const provisioning = JSON.parse(await readFile(hall.hub.provisioningFile, 'utf8')) as { rootKeySha256: string }
  const keySetJws = await readFile(join(hall.terminal.dataDir, 'trust', 'key-set.jws'), 'utf8')
  const trusted = await verifyKeySet(keySetJws, provisioning.rootKeySha256)
  if (!trusted.ok) throw new Error(`the terminal's key set is not the hub's: ${trusted.fault}`)
  const { proven, receipts, bad } = await provenBy(journal, async (receipt) => {
    const verified = await verifyReceipt(receipt, trusted.keySet)
    return verified.ok ? verified.receipt.items : []
  })
  const notes = hall.terminal.notes()
  const ahead = [...run.ahead, ...notes.flatMap((note) => (note.note === 'ahead' ? [note.submissionId] : []))]
  const findings = judge({ promised: run.promised, hubRows, journal, proven, ahead })
  if (options.keep !== undefined) await keepFiles(hall, run.promised, options.keep, keySetJws)
  const bitten = notes.some((note) => note.note === 'broken')
  return {
    findings,
    promised: new Set(run.promised.map(({ id }) => id)).size,
    hubRows: hubRows.length,
    receipts,
    badReceipts: bad,
    told: run.told,
    drained,
    disk: hall.disk?.kind ?? `none: ${hall.noDisk}`,
    clockBy: hall.terminal.clockBy,
    breakBit: bitten || (await hubBroke(hall)),
    problems: run.problems,
  }
}

async function hubBroke(hall: Hall): Promise<boolean> {
  const text = await readFile(join(hall.dir, 'hub-notes.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.includes('"broken"')
}

/** What a stranger needs to recount (design.md section 7); both halls in the same two files, journals apart. */
async function keepFiles(hall: Hall, promised: readonly Promise_[], keep: string, keySetJws: string): Promise<void> {
  await mkdir(join(keep, 'journal'), { recursive: true })
  const once = new Map(promised.map(({ id, ticket, sha256 }) => [id, { id, ticket, sha256 }]))
  await appendFile(
    join(keep, 'promised.jsonl'),
    [...once.values()].map((promise) => `${JSON.stringify(promise)}\n`).join(''),
  )
  await appendFile(join(keep, 'hub.jsonl'), await hall.hub.rowsText())
  await cp(hall.terminal.journalDir, join(keep, 'journal', hall.kind), { recursive: true })
  await writeFile(join(keep, `key-set.${hall.kind}.jws`), keySetJws)
  await cp(hall.hub.provisioningFile, join(keep, `provisioning.${hall.kind}.json`))
  await writeFile(
    join(keep, `terminal.${hall.kind}.log`),
    hall.terminal.log.map((line) => `${JSON.stringify(line)}\n`).join(''),
  )
}

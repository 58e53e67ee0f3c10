import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { AGENT_DAY_LIMIT } from '../sync/protocol/proxy.ts'
import type { Log } from './events.ts'
import { jsonOrUndefined, type SmallFiles } from './small-files.ts'

/**
 * How many submissions an agent has handed in for others today, here. No number of anybody is kept: only its HMAC under
 * a random key of the day, and at midnight key and counts go together. The hub counts over all terminals and decides; this
 * spares a citizen the way to a refusal.
 */
export interface AgentRation {
  /** How many more today. */
  left(idNumber: string): number
  /** Counts one, unless none is left: false then. */
  take(idNumber: string): boolean
  /** What was counted did not come about. */
  giveBack(idNumber: string): void
  /** Makes the counts durable; resolves when a restart would find them, or when the disk refused (logged). */
  keep(): Promise<void>
  stop(): void
}

export interface AgentRationOptions {
  readonly files: SmallFiles
  readonly randomBytes: (count: number) => Uint8Array
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  readonly msToMidnight: () => number
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly log: Log
  readonly limit?: number
}

const FILE = 'agents-today.json'
const KEY_BYTES = 32
/** The clock may be corrected meanwhile: midnight is looked for at least this often. */
const LOOK_EVERY_MS = 15 * 60_000

const DaySchema = z.strictObject({
  day: z.iso.date(),
  key: z.string().regex(/^[\w-]{43}$/),
  counts: z.array(z.tuple([z.string().regex(/^[0-9a-f]{64}$/), z.int().min(1)])),
})
/** Between midnight and the first agent of the day there is nothing to keep. */
const FileSchema = DaySchema.nullable()

interface Day {
  readonly day: string
  readonly key: Uint8Array
  readonly counts: Map<string, number>
}

export async function openAgentRation(options: AgentRationOptions): Promise<AgentRation> {
  const { files, today, log, limit = AGENT_DAY_LIMIT } = options
  let now: Day | undefined = await readDay(files, log)
  let isStopped = false
  let cancel: (() => void) | undefined
  let writes: Promise<void> = Promise.resolve()

  /** One after another, each with what is so when its turn comes. */
  function keep(): Promise<void> {
    writes = writes
      .then(() => files.write(FILE, textOf(now)))
      .catch((error: unknown) => log('agent-counts-not-kept', { error: String(error) }))
    return writes
  }

  /** Drops yesterday; true when there was one. */
  function turnDay(): boolean {
    if (now === undefined || now.day === today()) return false
    now.key.fill(0)
    now = undefined
    return true
  }

  function current(): Day {
    turnDay()
    now ??= { day: today(), key: Uint8Array.from(options.randomBytes(KEY_BYTES)), counts: new Map() }
    return now
  }

  const nameIn = ({ key }: Day, idNumber: string) => createHmac('sha256', key).update(idNumber).digest('hex')
  const change = (idNumber: string, by: 1 | -1): void => {
    const day = current()
    const agent = nameIn(day, idNumber)
    const count = (day.counts.get(agent) ?? 0) + by
    if (count > 0) day.counts.set(agent, count)
    else day.counts.delete(agent)
  }
  const left = (idNumber: string): number => {
    turnDay()
    return Math.max(0, limit - (now === undefined ? 0 : (now.counts.get(nameIn(now, idNumber)) ?? 0)))
  }

  function watchMidnight(): void {
    if (isStopped) return
    cancel = options.after(Math.min(options.msToMidnight(), LOOK_EVERY_MS), () => {
      if (turnDay()) void keep()
      watchMidnight()
    })
  }

  if (turnDay()) await keep()
  watchMidnight()
  return {
    left,
    take(idNumber) {
      if (left(idNumber) === 0) return false
      change(idNumber, 1)
      return true
    },
    giveBack: (idNumber) => change(idNumber, -1),
    keep,
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}

function textOf(day: Day | undefined): string {
  if (day === undefined) return 'null'
  const { key, counts } = day
  return JSON.stringify({ day: day.day, key: Buffer.from(key).toString('base64url'), counts: [...counts] })
}

/** A damaged file counts for nothing: nobody is turned away by it, and the hub counts too. */
async function readDay(files: SmallFiles, log: Log): Promise<Day | undefined> {
  const text = await files.read(FILE)
  if (text === undefined) return undefined
  const stored = FileSchema.safeParse(jsonOrUndefined(text))
  if (!stored.success) {
    log('agent-counts-damaged', { file: files.place(FILE) })
    return undefined
  }
  if (stored.data === null) return undefined
  const { day, key, counts } = stored.data
  return { day, key: Uint8Array.from(Buffer.from(key, 'base64url')), counts: new Map(counts) }
}

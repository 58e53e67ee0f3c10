import type { Hall } from './hall.ts'
import type { EventKind, Struck } from './kinds.ts'
import { chanceFrom } from './random.ts'
import type { Episode } from './schedule.ts'
import type { Told } from './told.ts'
import { until, within } from './waiting.ts'

/** What is done to processes, disks, clocks and the browser's store in one episode. */
export interface EventOptions {
  readonly hall: Hall
  readonly episode: Episode
  readonly struck: Struck
  readonly problems: string[]
  readonly told: Told
  /** Whether every promise so far has its receipt in the journal. */
  readonly isDelivered: () => boolean
  readonly requeueAll: () => Promise<void>
}

const HOUR_MS = 3_600_000
/** A second terminal must be refused by the journal's lock: the exit code for a terminal that cannot start. */
const REFUSED_CODE = 78
const CLOCKS: Partial<Record<EventKind, { readonly offsetMs: number } | { readonly atUnixMs: number }>> = {
  'clock-plus-1h': { offsetMs: HOUR_MS },
  'clock-minus-1h': { offsetMs: -HOUR_MS },
  'clock-1970': { atUnixMs: Date.UTC(1970, 0, 2) },
  'clock-2106': { atUnixMs: Date.UTC(2106, 1, 8) },
}
const FLAPS = 5
const FLAP_MS = { up: 250, down: 350 } as const
/** A restore that forgets nothing is none. */
const STRIKE_WITHIN_MS = 4_000
const DELIVERED_WITHIN_MS = 6_000
/** A hub in trouble is found dead in the middle of something. */
const HUB_KILL_AFTER_MS = 250

/** Begins an episode's event; the answer ends it, after the episode's submissions. */
export async function beginEvent(options: EventOptions): Promise<() => Promise<void>> {
  const { hall, episode, struck, problems, told, isDelivered, requeueAll } = options
  const { event } = episode
  const chance = chanceFrom(episode.seed + 1)
  const nothing = async () => undefined
  switch (event) {
    case 'none':
      return nothing
    case 'hub-killed': {
      const crash = wait(HUB_KILL_AFTER_MS).then(async () => {
        struck.add(event)
        await hall.hub.crash(hall.kind === 'postgres' ? chance.below(2) : undefined)
      })
      return () => crash
    }
    case 'commit-then-crash': {
      let crash: Promise<void> | undefined
      hall.proxy.crashAfterCommit(() => {
        crash = hall.hub.crash(hall.kind === 'postgres' ? 0 : undefined)
        return crash
      })
      return async () => crash
    }
    case 'hub-race':
      hall.proxy.race(true)
      return async () => {
        await wait(HUB_KILL_AFTER_MS)
        hall.proxy.race(false)
      }
    case 'hub-restored-by-dba':
    case 'hub-restored-by-command':
      // The copy of an earlier episode, or one of now: what was taken in since is what the restore forgets.
      if (!hall.hub.hasBackup) await hall.hub.backUp(false)
      return async () => {
        await until(async () => (await hall.hub.rows()).length > 0, STRIKE_WITHIN_MS)
        const forgotten = await hall.hub.restore(event === 'hub-restored-by-command')
        if (forgotten > 0) struck.add(event)
        told.rowsForgotten += forgotten
      }
    case 'backup-confirmed': {
      // Nothing is purged while something beside it waits: what was set aside goes back, and a fresh start waits for nobody.
      await requeueAll()
      await hall.killTerminal()
      return async () => {
        // Only what is delivered can be purged: the queue gets a moment.
        await until(isDelivered, DELIVERED_WITHIN_MS)
        if ((await hall.hub.backUp(true)) > 0) struck.add(event)
        // The next start hears of it and purges; there it may be killed.
        await hall.killTerminal()
      }
    }
    case 'keys-rotated': {
      await hall.hub.rotateKeys()
      struck.add(event)
      return nothing
    }
    case 'network-flaps': {
      const flapping = (async () => {
        for (let turn = 0; turn < FLAPS; turn++) {
          hall.proxy.cut()
          struck.add(event)
          await wait(FLAP_MS.down)
          await hall.proxy.restore()
          await wait(FLAP_MS.up)
        }
      })()
      return () => flapping
    }
    case 'clock-plus-1h':
    case 'clock-minus-1h':
    case 'clock-1970':
    case 'clock-2106':
      await hall.killTerminal()
      hall.terminal.setClock(CLOCKS[event] ?? null)
      struck.add(event)
      return async () => {
        // And right again across a restart.
        await hall.killTerminal()
        hall.terminal.setClock(null)
      }
    case 'clock-jumps-in-use':
      await hall.terminal.jumpClock(chance.next() < 0.5 ? HOUR_MS : -HOUR_MS)
      struck.add(event)
      return () => hall.terminal.jumpClock(0)
    case 'disk-full':
      if (hall.disk === undefined) return nothing
      hall.disk.fill(0)
      struck.add(event)
      return async () => {
        await wait(HUB_KILL_AFTER_MS)
        hall.disk?.empty()
        // Intake opens again by itself within a minute (--peers waits for that); a start looks at once.
        await hall.killTerminal()
      }
    case 'second-terminal': {
      const code = await within(hall.terminal.second(), 20_000)
      struck.add(event)
      if (code !== REFUSED_CODE) problems.push(`a second terminal on the same data was not refused: exit code ${code}`)
      return nothing
    }
    case 'idb-deleted': {
      const deleted = (await hall.browser?.deleteDatabases()) ?? 0
      if (deleted > 0) struck.add(event)
      else problems.push('no database could be deleted under the running worker')
      return nothing
    }
    case 'idb-profile-wiped':
      if (await hall.browser?.wipeProfile()) struck.add(event)
      await hall.browser?.open(hall.terminal.startAddress)
      return nothing
    case 'idb-disk-full':
      if (hall.browser?.fillDisk()) struck.add(event)
      return async () => {
        hall.browser?.emptyDisk()
        await hall.browser?.open(hall.terminal.startAddress)
      }
    case 'two-pages':
      await hall.browser?.openSecond(hall.terminal.startAddress)
      struck.add(event)
      return async () => hall.browser?.closeSecond()
    case 'page-killed':
      await hall.browser?.killPage()
      struck.add(event)
      return async () => hall.browser?.open(hall.terminal.startAddress)
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

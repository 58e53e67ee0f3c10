import { newDraft, type Outcome } from './citizen.ts'
import { beginEvent } from './events.ts'
import type { Hall } from './hall.ts'
import { isSendChunkPoint, type Struck } from './kinds.ts'
import type { Promise_ } from './oracle.ts'
import { openIds, quarantineOf } from './oracle.ts'
import { plant } from './plant.ts'
import { chanceFrom } from './random.ts'
import type { Episode } from './schedule.ts'
import { nothingTold, type Told } from './told.ts'
import { until } from './waiting.ts'

export interface Episodes {
  episode(episode: Episode): Promise<void>
  /** No more faults: the terminal runs, the clock is right, the disk has room, every open draft has been asked for. */
  calm(): Promise<void>
  /** The maintainer puts everything that was set aside back into the queue. */
  requeueAll(): Promise<void>
  readonly promised: readonly Promise_[]
  /** Promised, and no such frame on disk at that moment. */
  readonly ahead: readonly string[]
  readonly told: Told
  /** What went otherwise than it should, beside the counts. */
  readonly problems: string[]
}

export interface EpisodesOptions {
  readonly hall: Hall
  readonly struck: Struck
}

/** Submissions of one visit that are on their way to main at once: more than one, so that frames share a write. */
const AT_ONCE = 3
const PLANTED_ITEM = 'S07'
/** An armed kill that needs a delivery waits so long for it. */
const STRIKE_WITHIN_MS = 4_000

/** Bad weather that nothing was sent in is none. */
const WEATHER_WITHIN_MS = 1_500
/** The hub client's time-out for a hand-in, and a little. */
const PATIENCE_ENDS_MS = 24_000

export function openEpisodes({ hall, struck }: EpisodesOptions): Episodes {
  const promised: Promise_[] = []
  const ahead: string[] = []
  const problems: string[] = []
  const told = nothingTold()
  /** Drafts whose answer was lost: a page asks for them when it is back. */
  let open: string[] = []
  let killsSeen = 0

  /** The moment of the promise: what lies on disk now is what counts. */
  function note(draftId: string, outcome: Outcome, episode: number): void {
    if (outcome.kind === 'unknown') {
      told.unknown++
      open.push(draftId)
    } else if (outcome.kind === 'refused') {
      told.refused[outcome.fault] = (told.refused[outcome.fault] ?? 0) + 1
    } else {
      const frame = hall.journal.accepted(outcome.id)
      const isThere = frame !== undefined && frame.ticket === outcome.ticket
      if (!isThere) ahead.push(outcome.id)
      told.promised++
      const sha256 = isThere ? String(frame.envelopeSha256) : ''
      promised.push({ id: outcome.id, ticket: outcome.ticket, sha256, draftId, episode })
    }
  }

  async function submitSome(count: number, episode: Episode): Promise<void> {
    let left = count
    const one = async () => {
      while (left > 0 && hall.terminal.isAlive()) {
        left--
        const draftId = newDraft()
        note(draftId, await hall.citizen().submit(draftId), episode.number)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    if (left === 0 || hall.terminal.isAlive()) return
    await backUp(episode)
    await submitSome(left, episode)
  }

  /** The terminal died: it comes back, and its page asks for what it does not know, or sends it again. */
  async function backUp(episode: Pick<Episode, 'browser' | 'seed' | 'number'>) {
    countKills()
    await hall.bringUp(episode.browser)
    await settle(episode)
  }
  async function settle(episode: Pick<Episode, 'seed' | 'number'>): Promise<void> {
    const chance = chanceFrom(episode.seed)
    const drafts = open
    open = []
    for (const draftId of drafts) {
      const citizen = hall.citizen()
      if (chance.next() < 0.5) {
        const outcome = await citizen.ask(draftId)
        if (outcome.kind !== 'refused') {
          note(draftId, outcome, episode.number)
          continue
        }
      }
      note(draftId, await citizen.submit(draftId), episode.number)
    }
  }
  /** With the terminal stopped: its journal has one writer. */
  async function plantSome(episode: Episode): Promise<void> {
    const item = hall.citizen().catalogue.catalogue.items.find(({ id }) => id === PLANTED_ITEM)
    if (item === undefined) throw new Error(`the catalogue has no ${PLANTED_ITEM}`)
    await hall.killTerminal()
    const { dataDir, provisioningFile } = hall.terminal
    const some = await plant({ dataDir, provisioningFile, item, count: episode.planted, episode: episode.number })
    promised.push(...some)
    told.planted += some.length
    // A kill on the way of the chunks: they leave as soon as it has started.
    if (episode.kill !== null && isSendChunkPoint(episode.kill.point)) await startToDie(episode.kill)
    await backUp(episode)
  }
  const weatherCount = (episode: Episode) => episode.weather.reduce((sum, { fault }) => sum + struck.of(fault), 0)
  /** Starts with a kill armed for what the terminal does when it first meets its hub again; the page comes later. */
  async function startToDie(kill: NonNullable<Episode['kill']>): Promise<void> {
    if (hall.terminal.isAlive()) await hall.killTerminal()
    await hall.bringUp(false, kill)
    await until(() => !hall.terminal.isAlive(), STRIKE_WITHIN_MS)
    // Alive without its page, or dead: either way it starts anew.
    if (hall.terminal.isAlive()) await hall.killTerminal()
    countKills()
  }
  async function requeueAll(): Promise<void> {
    const aside = quarantineOf(hall.journal.frames())
    if (aside.size === 0) return
    for (const reason of aside.values()) told.quarantined[reason] = (told.quarantined[reason] ?? 0) + 1
    if (!(await hall.requeue([...aside.keys()]))) problems.push('the maintainer could not put anything back')
  }
  function countKills(): void {
    const kills = hall.terminal.notes().flatMap((note) => (note.note === 'killed' ? [note.point] : []))
    for (const point of kills.slice(killsSeen)) struck.add(`kill ${point}`)
    killsSeen = kills.length
  }

  return {
    promised,
    ahead,
    told,
    problems,
    async episode(episode) {
      if (!episode.browser && hall.browser !== undefined) await hall.closeBrowser()
      if (!hall.terminal.isAlive()) await backUp(episode)
      if (episode.browser && hall.browser === undefined) {
        await (await hall.openBrowser()).open(hall.terminal.startAddress)
      }
      hall.proxy.setWeather(episode.weather, episode.seed)
      const weatherBefore = weatherCount(episode)
      const struckBefore = episode.kill === null ? 0 : struck.of(`kill ${episode.kill.point}`)
      if (episode.planted > 0) await plantSome(episode)
      const isDelivered = () => openIds(hall.journal.frames(), promised).size === 0
      const end = await beginEvent({ hall, episode, struck, problems, told, isDelivered, requeueAll })
      const isAtStart = episode.kill !== null && episode.event !== 'none'
      if (!hall.terminal.isAlive()) await backUp(episode)
      if (episode.kill !== null && !isAtStart) await hall.terminal.arm(episode.kill)
      await submitSome(episode.submissions, episode)
      if (episode.kill !== null && !isAtStart && struck.of(`kill ${episode.kill.point}`) === struckBefore) {
        await until(() => !hall.terminal.isAlive(), STRIKE_WITHIN_MS)
      }
      if (episode.weather.length > 0 && hall.terminal.isAlive()) {
        await until(() => weatherCount(episode) > weatherBefore, WEATHER_WITHIN_MS)
      }
      if (episode.weather.some(({ fault }) => fault === 'time-out') && episode.event === 'none') {
        await until(() => struck.of('time-out') > 0, PATIENCE_ENDS_MS)
      }
      await end()
      countKills()
      if (isAtStart && episode.kill !== null) await startToDie(episode.kill)
      if (hall.terminal.isAlive()) {
        if (episode.kill !== null) await hall.terminal.arm(null)
        await settle(episode)
      } else await backUp(episode)
    },
    async calm() {
      hall.proxy.setWeather([], 0)
      await hall.proxy.restore()
      hall.disk?.empty()
      if (hall.browser !== undefined) await hall.closeBrowser()
      hall.terminal.setClock(null)
      if (hall.terminal.isAlive()) await hall.killTerminal()
      countKills()
      await hall.bringUp(false)
      for (let turn = 0; open.length > 0 && turn < 5; turn++) {
        await settle({ seed: turn, number: 0 })
      }
      if (open.length > 0) problems.push(`${open.length} drafts without an answer at the end`)
    },
    requeueAll,
  }
}

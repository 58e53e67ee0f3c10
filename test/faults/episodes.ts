import { newDraft, type Outcome } from './citizen.ts'
import { beginEvent } from './events.ts'
import type { Hall } from './hall.ts'
import type { Struck } from './kinds.ts'
import type { Promise_ } from './oracle.ts'
import { chanceFrom } from './random.ts'
import type { Episode } from './schedule.ts'
import { episodeText } from './schedule.ts'
import { until } from './waiting.ts'

/** What the citizens were told, in numbers. */
export interface Told {
  promised: number
  /** Refused at the screen, by fault: nothing was promised. */
  readonly refused: Record<string, number>
  /** Answers that never came; each was asked for again. */
  unknown: number
}

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
  readonly say: (line: string) => void
}

/** Submissions of one visit that are on their way to main at once: more than one, so that frames share a write. */
const AT_ONCE = 3
/** An armed kill that needs a delivery waits so long for it. */
const STRIKE_WITHIN_MS = 4_000

/** The hub client's time-out for a hand-in, and a little. */
const PATIENCE_ENDS_MS = 24_000

export function openEpisodes({ hall, struck, say }: EpisodesOptions): Episodes {
  const promised: Promise_[] = []
  const ahead: string[] = []
  const problems: string[] = []
  const told: Told = { promised: 0, refused: {}, unknown: 0 }
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
  async function backUp(episode: Episode): Promise<void> {
    countKills()
    await hall.bringUp(episode.browser)
    await settle(episode)
  }
  async function settle(episode: Episode): Promise<void> {
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
      say(episodeText(episode))
      if (!episode.browser && hall.browser !== undefined) await hall.closeBrowser()
      if (!hall.terminal.isAlive()) await backUp(episode)
      if (episode.browser && hall.browser === undefined) {
        await (await hall.openBrowser()).open(await hall.terminal.startAddress())
      }
      hall.proxy.setWeather(episode.weather, episode.seed)
      const end = await beginEvent({ hall, episode, struck, problems })
      if (!hall.terminal.isAlive()) await backUp(episode)
      if (episode.kill !== null) await hall.terminal.arm(episode.kill)
      await submitSome(episode.submissions, episode)
      if (episode.kill !== null) await until(() => !hall.terminal.isAlive(), STRIKE_WITHIN_MS)
      if (episode.weather.some(({ fault }) => fault === 'time-out') && episode.event === 'none') {
        await until(() => struck.of('time-out') > 0, PATIENCE_ENDS_MS)
      }
      await end()
      countKills()
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
        await settle({ seed: turn, number: 0, browser: false } as Episode)
      }
      if (open.length > 0) problems.push(`${open.length} drafts without an answer at the end`)
    },
    async requeueAll() {
      // Written when the maintainers' door is there: until then what is set aside stays aside, visibly.
    },
  }
}

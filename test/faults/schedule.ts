import {
  BROWSER_EVENTS,
  EVENTS,
  type EventKind,
  FOLDER_EVENTS,
  isPurgePoint,
  isSendChunkPoint,
  isTrustPoint,
  KILL_POINTS,
  type KillPoint,
  NETWORK_FAULTS,
  type NetworkFault,
  POSTGRES_EVENTS,
  type Target,
} from './kinds.ts'
import { type Chance, chanceFrom } from './random.ts'

/**
 * A seed, expanded: what happens in which order. Pure. An episode is a handful of submissions under one weather on the
 * wire and at most one event or kill; the next begins without waiting for the queue to empty, so that all of it mixes.
 */
export interface Weather {
  readonly fault: NetworkFault
  readonly target: Target
  /** Share of the matching requests that it hits. */
  readonly share: number
}

export interface Episode {
  readonly number: number
  readonly hub: 'pglite' | 'postgres'
  readonly browser: boolean
  readonly submissions: number
  readonly weather: readonly Weather[]
  readonly event: EventKind
  /** Submissions with attachments that lie in the journal when it begins. */
  readonly planted: number
  /** Killed when it comes to this point for the `nth` time. */
  readonly kill: { readonly point: KillPoint; readonly nth: number } | null
  /** Seed for what is drawn while it runs. */
  readonly seed: number
}

export interface ScheduleOptions {
  readonly seed: number
  readonly submissions: number
  /** Kinds that cannot strike here, or were left out on the command line. */
  readonly without: ReadonlySet<string>
  readonly browser: boolean
  readonly postgres: boolean
  /** Comes in every third episode: what a broken safety would have kept away. */
  readonly often?: NetworkFault
}

/** Small enough that faults meet often, large enough that a run of 300 stays within four minutes. */
const SUBMISSIONS_AN_EPISODE = 5
const MAX_EPISODES = 90
/** Of all episodes, under two hub processes on one PostgreSQL. */
const POSTGRES_SHARE = 0.25
/** A time-out takes as long as the terminal's patience; once is enough to see it. */
const MAX_TIME_OUTS = 1

const LONG_RUN = 1000
const SHORT_RUN_PURGES = 3
/** A few megabytes on the wire. */
const PLANTED = 2

const SHARES = [0.25, 0.5, 0.75] as const

export function makeSchedule(options: ScheduleOptions): readonly Episode[] {
  const chance = chanceFrom(options.seed)
  const { without } = options
  const count = Math.max(1, Math.min(MAX_EPISODES, Math.ceil(options.submissions / SUBMISSIONS_AN_EPISODE)))
  const postgresCount = options.postgres ? Math.round(count * POSTGRES_SHARE) : 0

  const events = EVENTS.filter((event) => event !== 'none' && !without.has(event))
  const browserEvents = options.browser ? events.filter((event) => BROWSER_EVENTS.includes(event)) : []
  const postgresEvents = options.postgres ? events.filter((event) => POSTGRES_EVENTS.includes(event)) : []
  const plainEvents = events.filter((event) => !BROWSER_EVENTS.includes(event) && !POSTGRES_EVENTS.includes(event))
  const allowed = KILL_POINTS.filter((point) => !without.has(`kill ${point}`) && !without.has('kill'))
  // A backup stops the hub three times: a short run has time for a few of the purge's points, by its seed.
  const purges = chance.shuffled(allowed.filter(isPurgePoint))
  const few = options.submissions < LONG_RUN ? SHORT_RUN_PURGES : purges.length
  const kills = [...allowed.filter((point) => !isPurgePoint(point)), ...purges.slice(0, few)]

  const strikes: Pick<Episode, 'event' | 'kill'>[] = deal(
    chance,
    [
      ...plainEvents.map((event) => ({ event, kill: null })),
      ...kills.map((point) => ({ event: 'none' as const, kill: { point, nth: 1 } })),
    ],
    count,
  )
  const browserDeck = chance.shuffled(browserEvents)
  const raceDeck = [...postgresEvents]
  // Chromium runs for one stretch of the PGlite episodes, with room for kills between its own events.
  const pgliteCount = count - postgresCount
  const stretch = Math.min(pgliteCount, browserDeck.length * 2)
  const stretchFrom = chance.below(pgliteCount - stretch + 1)

  const weathers = weatherDeck(chance, count, without, options.often)
  const episodes: Episode[] = []
  let left = options.submissions
  for (let index = 0; index < count; index++) {
    const hub = index < pgliteCount ? ('pglite' as const) : ('postgres' as const)
    const browser = index >= stretchFrom && index < stretchFrom + stretch
    const submissions = Math.ceil(left / (count - index))
    left -= submissions
    let strike = strikes[index] ?? { event: 'none' as const, kill: null }
    // A process that dies meanwhile has no patience that could end.
    if (weathers[index]?.some(({ fault }) => fault === 'time-out')) strike = { event: 'none', kill: null }
    const browserEvent = browser && (index - stretchFrom) % 2 === 0 ? browserDeck.pop() : undefined
    if (browserEvent !== undefined) strike = { event: browserEvent, kill: null }
    if (hub === 'postgres' && FOLDER_EVENTS.includes(strike.event)) strike = { event: 'hub-killed', kill: null }
    const race = hub === 'postgres' && index % 4 === 0 ? raceDeck[0] : undefined
    if (race !== undefined) strike = { event: race, kill: null }
    if (strike.kill !== null && isPurgePoint(strike.kill.point))
      strike = { event: 'backup-confirmed', kill: strike.kill }
    if (strike.kill !== null && isTrustPoint(strike.kill.point)) strike = { event: 'keys-rotated', kill: strike.kill }
    if (without.has(strike.event)) strike = { event: 'none', kill: null }
    const sendsChunks = strike.kill !== null && isSendChunkPoint(strike.kill.point)
    // A purge needs a queue that was delivered, new keys a terminal that hears of them.
    const isCalm = strike.kill !== null && strike.event !== 'none'
    const weather = isCalm ? [] : (weathers[index] ?? [])
    const purgesChunks = strike.kill?.point.startsWith('unlink:chunk') === true
    const planted = sendsChunks || purgesChunks || weather.some(({ target }) => target === 'chunks') ? PLANTED : 0
    const nth = isCalm || strike.kill?.point === 'send:contact:after' ? 1 : 1 + chance.below(2)
    episodes.push({
      number: index + 1,
      hub,
      browser,
      submissions,
      weather,
      event: strike.event,
      planted,
      kill: strike.kill === null ? null : { point: strike.kill.point, nth },
      seed: chance.below(2 ** 31),
    })
  }
  return episodes
}

/** Deals a deck as often as it takes; a deck that is not dealt to its end leaves kinds out, which the report shows. */
function deal<T>(chance: Chance, deck: readonly T[], count: number): T[] {
  const dealt: T[] = []
  while (dealt.length < count && deck.length > 0) dealt.push(...chance.shuffled(deck))
  return dealt.slice(0, count)
}

function weatherDeck(
  chance: Chance,
  count: number,
  without: ReadonlySet<string>,
  often: NetworkFault | undefined,
): readonly (readonly Weather[])[] {
  const faults = NETWORK_FAULTS.filter((fault) => !without.has(fault))
  if (faults.length === 0) return []
  let timeOuts = 0
  const first = deal(chance, faults, count)
  return first.map((fault, index) => {
    if (often !== undefined && index % 3 === 1) return [{ fault: often, target: 'hand-ins', share: 0.75 }]
    // Every fifth episode is calm, so that the queue gets somewhere; every third has two faults at once.
    if (index % 5 === 4) return []
    const kinds = index % 3 === 2 ? [fault, chance.pick(faults)] : [fault]
    return [...new Set(kinds)].flatMap((kind): Weather[] => {
      if (kind === 'time-out' && ++timeOuts > MAX_TIME_OUTS) return []
      return [{ fault: kind, target: targetOf(chance, kind), share: chance.pick(SHARES) }]
    })
  })
}

/** A forged receipt or a refusal makes sense for a hand-in only; bad bytes hurt chunks too. */
function targetOf(chance: Chance, fault: NetworkFault): Target {
  switch (fault) {
    case 'forged-receipt':
    case 'refused-409':
    case 'refused-413':
    case 'refused-426':
    case 'duplicate-request':
    case 'time-out':
      return 'hand-ins'
    case 'corrupt-request':
    case 'half-request':
      return chance.next() < 0.5 ? 'chunks' : 'hand-ins'
    default:
      return chance.next() < 0.3 ? 'everything' : 'hand-ins'
  }
}

/** One line an episode, for people and for the report of a failure. */
export function episodeText(episode: Episode): string {
  const { number, hub, browser, planted, submissions, weather, event, kill } = episode
  const sky = weather.map(({ fault, target, share }) => `${fault} ${share * 100}% of ${target}`).join(' + ') || 'calm'
  const strikes = [event === 'none' ? '' : event, kill === null ? '' : `kill at ${kill.point} #${kill.nth}`]
  const strike = strikes.filter((each) => each !== '').join(' + ') || 'no event'
  const attached = planted === 0 ? '' : ` + ${planted} with attachments`
  return `${String(number).padStart(3)} ${hub}${browser ? ' + Chromium' : ''}: ${submissions} submissions${attached}, ${sky}, ${strike}`
}

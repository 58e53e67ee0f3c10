import type { Condition } from '../condition/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { createSmartCardReader, type SmartCardReader } from './driver.ts'
import type { SmartCardLogEntry } from './log.ts'
import { type SmartCardEvent, type SmartCardState, type SocialSecurityResult, smartCardCondition } from './states.ts'

/** What a maintainer does with a smart-card reader from the command line; `npm run device` calls these. */

/** For the service's first word, a table of readers. */
const PROBE_TIMEOUT_MS = 8_000
/** For a card that somebody is about to put in. */
const CARD_TIMEOUT_MS = 30_000

export interface CliOptions {
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly openSocket?: OpenLink
  readonly platform?: string
}

export interface SmartCardProbe {
  readonly class: 'smart-card'
  readonly url: string
  readonly ok: boolean
  readonly state: SmartCardState
  readonly condition: Condition
  /** The driver's log while it looked: why an address is wrong, why the service did not answer. */
  readonly log: readonly SmartCardLogEntry[]
}

/** Looks once: is the service there, is the reader there, does a card lie in it. */
export async function probe(url: string, options: CliOptions = {}): Promise<SmartCardProbe> {
  const log: SmartCardLogEntry[] = []
  const state = await withReader(url, options, log, async (reader, next) => {
    await next((event) => event.event === 'state', options.timeoutMs ?? PROBE_TIMEOUT_MS)
    return reader.state()
  })
  const condition = smartCardCondition(state)
  return { class: 'smart-card', url, ok: condition.severity !== 'alarm', state, condition, log }
}

/** Waits for a card and reads its public files. A bank card, a mute one or none in time is a value too. */
export async function readCard(url: string, options: CliOptions = {}): Promise<SocialSecurityResult> {
  return withReader(url, options, [], async (reader, next) => {
    const event = await next((each) => each.event === 'card-inserted', options.timeoutMs ?? CARD_TIMEOUT_MS)
    if (event !== undefined) return reader.readSocialSecurityCard()
    const state = reader.state()
    const fault = state.state === 'ready' ? 'no-card' : state.state === 'no-reader' ? 'no-reader' : 'no-service'
    return { ok: false, fault, state }
  })
}

/** `next` gives the first event that fits, or undefined when time is up or the address can never work. */
type Next = (fits: (event: SmartCardEvent) => boolean, timeoutMs: number) => Promise<SmartCardEvent | undefined>

async function withReader<Result>(
  url: string,
  options: CliOptions,
  log: SmartCardLogEntry[],
  use: (reader: SmartCardReader, next: Next) => Promise<Result>,
): Promise<Result> {
  const clock = options.clock ?? realClock
  let watch: ((event: SmartCardEvent) => void) | undefined
  const reader = createSmartCardReader({
    url,
    clock,
    onEvent: (event) => watch?.(event),
    log: (entry) => void log.push(entry),
    ...(options.openSocket === undefined ? {} : { openSocket: options.openSocket }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
  })
  const next: Next = (fits, timeoutMs) =>
    new Promise((resolve) => {
      const settle = (event: SmartCardEvent | undefined) => {
        cancel()
        watch = undefined
        resolve(event)
      }
      const cancel = clock.after(timeoutMs, () => settle(undefined))
      watch = (event) => {
        if (fits(event)) settle(event)
        else if (event.event === 'state' && isHopeless(event.state)) settle(undefined)
      }
      reader.start()
    })
  try {
    return await use(reader, next)
  } finally {
    await reader.stop()
  }
}

function isHopeless({ state }: SmartCardState): boolean {
  return state === 'bad-address' || state === 'not-supported'
}

import type { Condition } from '../condition/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { type CardReaderOptions, createIdCardReader, type IdCardReader, type SamStatusResult } from './driver.ts'
import type { ReaderLogLine } from './log.ts'
import {
  type CardFault,
  type CardReaderEvent,
  type CardReaderState,
  cardReaderCondition,
  type RawCard,
} from './states.ts'
import type { PhotoResult } from './wlt-decoder.ts'

/** One question to one reader, from opening its wire to closing it: for the command line and the readiness page. */

/** Opening takes 3 s at the most, a module at its self-test another 3. */
const CONNECT_TIMEOUT_MS = 8_000
/** How long somebody may take to put a card there. */
const CARD_TIMEOUT_MS = 30_000

export interface AskOptions {
  readonly openLink?: OpenLink
  readonly clock?: Clock
  readonly connectTimeoutMs?: number
  readonly log?: (line: ReaderLogLine) => void
}

export interface ReaderProbe {
  readonly ok: boolean
  readonly state: CardReaderState
  readonly condition: Condition
  /** The module's own number; null when it was not told. */
  readonly samId: string | null
  /** What the module says of itself; absent when it could not be asked. */
  readonly samStatus?: SamStatusResult
}

/** What the reader at `url` can do now. */
export async function probe(url: string, options: AskOptions = {}): Promise<ReaderProbe> {
  const asked = ask(url, options, {})
  const isThere = await asked.connected
  const samStatus = isThere ? await asked.reader.samStatus() : undefined
  const told = isThere ? await asked.reader.samId() : undefined
  const state = asked.reader.state()
  await asked.reader.stop()
  return {
    ok: samStatus?.ok === true,
    state,
    condition: cardReaderCondition(state),
    samId: told?.ok === true ? told.samId : null,
    ...(samStatus === undefined ? {} : { samStatus }),
  }
}

export interface ReadOneCardOptions extends AskOptions {
  readonly additionalAddress?: boolean
  readonly fingerprint?: boolean
  readonly managementNumber?: boolean
  readonly wltDecoder?: CardReaderOptions['wltDecoder']
  readonly cardTimeoutMs?: number
}

export type ReadOneCard =
  | {
      readonly ok: true
      readonly card: RawCard
      readonly wlt: Uint8Array
      /** Only when asked for; empty = the card has none. */
      readonly fingerprint?: Uint8Array
      /** The photo as a picture, or why there is none. */
      readonly photo: PhotoResult
      /** From the first byte of the find that found the card to its fields. */
      readonly tookMs: number
    }
  /** `no-card`: nobody put one there in time. `not-connected`: `state` says why. */
  | { readonly ok: false; readonly fault: CardFault | 'no-card' | 'not-connected'; readonly state: CardReaderState }

/** Waits for a card at the reader at `url` and reads it once. */
export async function readOneCard(url: string, options: ReadOneCardOptions = {}): Promise<ReadOneCard> {
  const { additionalAddress = false, fingerprint = false, managementNumber = false, wltDecoder } = options
  const extras = {
    additionalAddress,
    fingerprint,
    managementNumber,
    ...(wltDecoder === undefined ? {} : { wltDecoder }),
  }
  const asked = ask(url, options, extras)
  const { reader } = asked
  if (!(await asked.connected)) {
    const state = reader.state()
    await reader.stop()
    return { ok: false, fault: 'not-connected', state }
  }
  const told = await asked.card(options.cardTimeoutMs ?? CARD_TIMEOUT_MS)
  const state = reader.state()
  if (told?.event !== 'card') {
    await reader.stop()
    return { ok: false, fault: told?.event === 'card-fault' ? told.fault : 'no-card', state }
  }
  const wlt = bytesOf(told.wlt)
  const photo = await reader.decodePhoto(wlt)
  await reader.stop()
  return {
    ok: true,
    card: told.card,
    wlt,
    ...(told.fingerprint === undefined ? {} : { fingerprint: bytesOf(told.fingerprint) }),
    photo,
    tookMs: told.timing.fieldsAtMs - told.timing.foundAtMs,
  }
}

type CardEvent = Exclude<CardReaderEvent, { event: 'state' }>

interface Asked {
  readonly reader: IdCardReader
  /** True when the module answers, false when the wire does not open, is silent or garbled, or time is up. */
  readonly connected: Promise<boolean>
  /** The first reading or fault since the start; undefined when none comes in time. */
  card(timeoutMs: number): Promise<CardEvent | undefined>
}

function ask(url: string, options: AskOptions, extras: Partial<CardReaderOptions>): Asked {
  const clock = options.clock ?? realClock
  let settle: (isConnected: boolean) => void = () => undefined
  const connected = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  const cancel = clock.after(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, () => settle(false))
  let first: CardEvent | undefined
  let onFirst: ((event: CardEvent) => void) | undefined
  const reader = createIdCardReader({
    url,
    openLink: options.openLink ?? openLink,
    clock,
    log: options.log ?? (() => undefined),
    ...extras,
    onEvent(event) {
      if (event.event === 'state') {
        const { state } = event.state
        if (state === 'connecting' || state === 'stopped') return
        cancel()
        settle(state === 'ready' || state === 'reading' || state === 'out-of-service')
      } else {
        first ??= event
        onFirst?.(first)
      }
    },
  })
  reader.start()
  return {
    reader,
    connected,
    card: (timeoutMs) =>
      new Promise((resolve) => {
        const giveUp = clock.after(timeoutMs, () => resolve(undefined))
        onFirst = (event) => {
          giveUp()
          resolve(event)
        }
        if (first !== undefined) onFirst(first)
      }),
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}

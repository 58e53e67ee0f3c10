import { additionalAddressText, managementNumberText, splitReadAnswer } from './answers.ts'
import type { Exchange, ExchangeResult, ReaderTimeouts } from './exchange.ts'
import type { CommandName } from './protocol.ts'
import type { CardFault, RawCard } from './states.ts'
import { SW3_COMMAND_ERROR, SW3_NO_ITEM, SW3_RANDOM_FAILED, statusWord } from './status-words.ts'
import { decodeTextBlock } from './text-block.ts'

/** One walk through find, select and read, and what each status word means on the way (reference/devices.md 1.4). */

/** "Retry" in the table, from find: this many walks before the card is given up. */
const MAX_WALKS = 3

export type CardOutcome =
  | { readonly outcome: 'no-card' }
  /** Found again without having been away: read before, see `armed`. */
  | { readonly outcome: 'still-there' }
  /** `foundAtMs`: the clock when the find that first saw the card began to be written. */
  | ({ readonly outcome: 'card' } & ReadOut)
  | {
      readonly outcome: 'card-fault'
      readonly fault: CardFault
      readonly sw3?: number
      readonly detail: string
      /** The last find said 80: the next 9F is a card put there anew. */
      readonly gone: boolean
    }
  | { readonly outcome: 'no-answer' | 'link-bad' | 'link-lost'; readonly cardSeen: boolean }
  | { readonly outcome: 'out-of-service'; readonly sw3: number; readonly cardSeen: boolean }

/** All that was asked for of one card. */
export interface ReadOut {
  readonly card: RawCard
  readonly photo: Uint8Array
  /** Only when asked for; empty = the card has none. */
  readonly fingerprint?: Uint8Array
  readonly foundAtMs: number
}

/** What is read besides text and photo. */
export interface CardExtras {
  /** 30 03 after the read; 7.9 ms more. */
  readonly additionalAddress: boolean
  /** 30 10 instead of 30 01; up to 89 ms more. */
  readonly fingerprint: boolean
  /** 30 05 after the read. */
  readonly managementNumber: boolean
}

export interface ReadCardOptions {
  readonly exchange: Exchange
  readonly timeouts: ReaderTimeouts
  /** False right after a reading: a card found then is only reported as still there. */
  readonly armed: boolean
  readonly extras: CardExtras
  /** Called once when a card is there and will be read. */
  readonly onFound: () => void
}

/** Either the answer to go on with, or how this walk ends; `again` = try another walk if one is left. */
type Step =
  | { readonly go: true; readonly result: ExchangeResult & { ok: true } }
  | { readonly go: false; readonly ends: CardOutcome; readonly again: boolean }

export async function readCard(options: ReadCardOptions): Promise<CardOutcome> {
  const { exchange, timeouts, extras } = options
  let foundAtMs: number | undefined
  let lastFault: CardOutcome | undefined

  async function step(command: CommandName, timeoutMs: number): Promise<Step> {
    const result = await exchange.request(command, timeoutMs)
    if (!result.ok) {
      return { go: false, ends: { outcome: result.fault, cardSeen: foundAtMs !== undefined }, again: false }
    }
    const ending = endingOf(result, foundAtMs !== undefined)
    return ending === undefined ? { go: true, result } : { go: false, ...ending }
  }

  async function walk(): Promise<Step & { go: false }> {
    const find = await step('findCard', timeouts.findMs)
    if (!find.go) return find
    if (foundAtMs === undefined) {
      if (!options.armed) return { go: false, ends: { outcome: 'still-there' }, again: false }
      foundAtMs = find.result.startedAtMs
      options.onFound()
    }
    const select = await step('selectCard', timeouts.selectMs)
    if (!select.go) return select
    let withFingerprint = extras.fingerprint
    let read = withFingerprint
      ? await step('readTextPhotoFingerprint', timeouts.readFingerprintMs)
      : await step('readTextPhoto', timeouts.readMs)
    if (withFingerprint && !read.go && lacksFingerprint(read.ends)) {
      withFingerprint = false
      read = await step('readTextPhoto', timeouts.readMs)
    }
    if (!read.go) return read
    const parts = splitReadAnswer(read.result.answer.data, withFingerprint)
    if (!parts.ok) return { go: false, ends: fault('damaged-answer', parts.detail), again: true }
    const text = decodeTextBlock(parts.text)
    if (!text.ok) {
      const isUnknown = text.fault === 'unknown-card-type'
      return { go: false, ends: fault(isUnknown ? text.fault : 'damaged-answer', text.detail), again: !isUnknown }
    }
    const { cardType, fields } = text
    // The card itself was read; an item that cannot be had is no reason to withhold it.
    const address = extras.additionalAddress ? await readAddress(exchange, timeouts) : undefined
    const management = extras.managementNumber ? await readManagementNumber(exchange, timeouts) : undefined
    const card: RawCard = {
      cardType,
      fields,
      ...(address?.ok === true ? { additionalAddress: address.address } : {}),
      ...(management?.ok === true ? { managementNumber: management.number } : {}),
    }
    const { photo } = parts
    const fingerprint = extras.fingerprint ? { fingerprint: parts.fingerprint } : {}
    return { go: false, ends: { outcome: 'card', card, photo, ...fingerprint, foundAtMs }, again: false }
  }

  for (let walks = 1; ; walks += 1) {
    const { ends, again } = await walk()
    if (ends.outcome === 'no-card' && lastFault !== undefined && foundAtMs !== undefined) {
      // It was there and is not any more. After a damaged answer that may be the re-read rule speaking.
      const gone =
        lastFault.outcome === 'card-fault' && lastFault.fault === 'damaged-answer'
          ? lastFault
          : fault('lifted-early', 'gone between find and read')
      return { ...gone, gone: true }
    }
    if (!again || walks === MAX_WALKS) return ends
    lastFault = ends
  }
}

/** Why the module did not answer well. */
export type ItemFault =
  | { readonly ok: false; readonly fault: 'not-connected' | 'no-answer' | 'link-bad' | 'link-lost' }
  | { readonly ok: false; readonly fault: 'refused'; readonly sw3: number }

/** null = the card has none (91). */
export type AdditionalAddressResult = { readonly ok: true; readonly address: string | null } | ItemFault
export type ManagementNumberResult = { readonly ok: true; readonly number: string | null } | ItemFault

/** Reads the additional address of the card that was selected last. */
export async function readAddress(exchange: Exchange, timeouts: ReaderTimeouts): Promise<AdditionalAddressResult> {
  const result = await exchange.request('readAdditionalAddress', timeouts.addressMs)
  if (!result.ok) return { ok: false, fault: result.fault }
  const { sw3, data } = result.answer
  const { group } = statusWord(sw3)
  if (group === 'no-item') return { ok: true, address: null }
  const address = group === 'good' ? additionalAddressText(data) : undefined
  return address === undefined
    ? { ok: false, fault: 'refused', sw3 }
    : { ok: true, address: address === '' ? null : address }
}

/** Reads the management number of the card that was selected last. */
export async function readManagementNumber(
  exchange: Exchange,
  timeouts: ReaderTimeouts,
): Promise<ManagementNumberResult> {
  const result = await exchange.request('readManagementNumber', timeouts.managementNumberMs)
  if (!result.ok) return { ok: false, fault: result.fault }
  const { sw3, data } = result.answer
  const { group } = statusWord(sw3)
  if (group === 'no-item') return { ok: true, number: null }
  const number = group === 'good' ? managementNumberText(data) : undefined
  return number === undefined ? { ok: false, fault: 'refused', sw3 } : { ok: true, number }
}

function fault(name: CardFault, detail: string, sw3?: number): CardOutcome & { outcome: 'card-fault' } {
  return { outcome: 'card-fault', fault: name, detail, gone: false, ...(sw3 === undefined ? {} : { sw3 }) }
}

/** 91: no fingerprints on this card. 21: a module that does not know the command. Text and photo are there all the same. */
function lacksFingerprint(ends: CardOutcome): boolean {
  return ends.outcome === 'card-fault' && (ends.sw3 === SW3_NO_ITEM || ends.sw3 === SW3_COMMAND_ERROR)
}

/** What an answer's status word does to the walk; undefined = go on. */
function endingOf(
  { answer: { sw3 }, resends }: ExchangeResult & { ok: true },
  cardSeen: boolean,
): { ends: CardOutcome; again: boolean } | undefined {
  const { group, meaning } = statusWord(sw3)
  switch (group) {
    case 'good':
      return undefined
    case 'no-card':
      return { ends: { outcome: 'no-card' }, again: false }
    case 'lifted':
      // When our own wire damaged the first answer, 41 may only mean "already read": the card need not have moved.
      if (resends > 0) return { ends: fault('damaged-answer', 'could not be read again', sw3), again: false }
      return { ends: fault('lifted-early', meaning, sw3), again: false }
    case 'wrong-card':
      return { ends: fault('not-an-id-card', meaning, sw3), again: false }
    case 'not-verified':
      return { ends: fault('not-verified', meaning, sw3), again: false }
    case 'program':
      return { ends: fault('reader-fault', meaning, sw3), again: false }
    case 'device-fault':
      return { ends: { outcome: 'out-of-service', sw3, cardSeen }, again: false }
    case 'retry':
      if (sw3 === SW3_RANDOM_FAILED) return { ends: { outcome: 'out-of-service', sw3, cardSeen }, again: true }
      return { ends: fault('unreadable', meaning, sw3), again: true }
    case 'select-failed':
    case 'no-item':
    case 'link':
      return { ends: fault('unreadable', meaning, sw3), again: true }
  }
}

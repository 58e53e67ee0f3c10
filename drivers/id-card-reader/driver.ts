import { randomUUID } from 'node:crypto'
import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { samIdText } from './answers.ts'
import { createExchange, type Exchange, READER_TIMEOUTS, type ReaderTimeouts } from './exchange.ts'
import { overHidPackets } from './hid-packets.ts'
import type { ReaderLog } from './log.ts'
import { type CommandName, maxRfBytes } from './protocol.ts'
import {
  type AdditionalAddressResult,
  type CardExtras,
  type ItemFault,
  type ManagementNumberResult,
  readAddress,
  readManagementNumber,
} from './read-card.ts'
import {
  FAULT_RETRY_MS,
  POLL_INTERVAL_MS,
  PROBE_INTERVAL_MS,
  runSession,
  type SessionEnd,
  type SessionHost,
} from './session.ts'
import type { CardReaderEvent, CardReaderState } from './states.ts'
import { SW3_OK } from './status-words.ts'
import { NO_DECODER, type PhotoResult, type WltDecoder } from './wlt-decoder.ts'

/** The reader as the rest of the terminal sees it: opens the wire, keeps it open, and answers questions. */

const OPEN_TIMEOUT_MS = 3_000
/** First wait before opening again; doubled each time up to the cap, which is how long a plugged-in reader may wait. */
const BACKOFF_FIRST_MS = 250
const BACKOFF_CAP_MS = 3_000

export interface CardReaderOptions {
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Called in the turn in which it happened; must not throw. */
  readonly onEvent: (event: CardReaderEvent) => void
  readonly log: ReaderLog
  /** What each card is asked for besides text and photo; nothing unless told. */
  readonly additionalAddress?: boolean
  readonly fingerprint?: boolean
  readonly managementNumber?: boolean
  /** Turns WLT into a picture; without one decodePhoto says so. */
  readonly wltDecoder?: WltDecoder
  readonly pollIntervalMs?: number
  readonly probeIntervalMs?: number
  readonly faultRetryMs?: number
  readonly timeouts?: Partial<ReaderTimeouts>
  /** Added to the clock to give milliseconds since 1970; `performance.timeOrigin` fits the real clock. */
  readonly clockEpochMs?: number
  readonly newReadId?: () => string
}

export type SamStatusResult = { readonly ok: true } | ItemFault
export type SamIdResult = { readonly ok: true; readonly samId: string } | ItemFault
export type MaxRfBytesResult = SamStatusResult | { readonly ok: false; readonly fault: 'out-of-range' }

export interface IdCardReader {
  /** Opens the wire and goes on for ever: whatever fails is told as a state and tried again. */
  start(): void
  /** Resolves when the wire is closed; no event follows `stopped`. */
  stop(): Promise<void>
  state(): CardReaderState
  samStatus(): Promise<SamStatusResult>
  samId(): Promise<SamIdResult>
  /** 10 FF: the module starts anew. A card that was read and still lies there is not told again. */
  resetSam(): Promise<SamStatusResult>
  /** 61 FF: the largest piece asked of a card over the air, 24 to 255 bytes; smaller pieces suit a weak aerial. */
  setMaxRfBytes(bytes: number): Promise<MaxRfBytesResult>
  readAdditionalAddress(): Promise<AdditionalAddressResult>
  readManagementNumber(): Promise<ManagementNumberResult>
  /** The photo of a card event as a picture; `no-decoder` unless the options brought one. */
  decodePhoto(wlt: Uint8Array): Promise<PhotoResult>
}

export function createIdCardReader(options: CardReaderOptions): IdCardReader {
  const { clock, log } = options
  const timeouts: ReaderTimeouts = { ...READER_TIMEOUTS, ...options.timeouts }
  const extras: CardExtras = {
    additionalAddress: options.additionalAddress ?? false,
    fingerprint: options.fingerprint ?? false,
    managementNumber: options.managementNumber ?? false,
  }
  const decoder = options.wltDecoder ?? NO_DECODER
  let state: CardReaderState = { state: 'connecting' }
  let stopped = false
  let running: Promise<void> | undefined
  let link: ByteLink | undefined
  let exchange: Exchange | undefined
  let wake: (() => void) | undefined

  function setState(next: CardReaderState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    const detail = next.state === 'ready' ? { ...next, samId: next.samId ?? 'not told' } : { ...next }
    log({ level: 'info', event: 'reader-state', detail })
    options.onEvent({ event: 'state', state })
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        wake = undefined
        resolve()
      }
      const cancel = clock.after(Math.max(0, delayMs), done)
      wake = done
    })
  }

  const host: SessionHost = {
    clock,
    log,
    timeouts,
    pollIntervalMs: options.pollIntervalMs ?? POLL_INTERVAL_MS,
    probeIntervalMs: options.probeIntervalMs ?? PROBE_INTERVAL_MS,
    faultRetryMs: options.faultRetryMs ?? FAULT_RETRY_MS,
    epochMs: options.clockEpochMs ?? performance.timeOrigin,
    extras,
    newReadId: options.newReadId ?? randomUUID,
    onEvent: options.onEvent,
    state: () => state,
    setState,
    stopped: () => stopped,
    pause,
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopped) {
      const opened = await options.openLink(options.url, OPEN_TIMEOUT_MS)
      if (opened.ok) {
        if (state.state === 'unplugged') setState({ state: 'connecting' })
        const end = await serve(overHidPackets(opened.link))
        if (end.wasAlive) failures = 0
      } else if (!stopped) {
        linkFault(opened)
        if (opened.fault === 'bad-url') return
      }
      if (stopped) return
      await pause(Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** failures))
      failures += 1
    }
  }

  function linkFault({ fault, detail }: LinkFault): void {
    log({ level: 'error', event: 'reader-link', detail: { fault, detail } })
    setState({ state: 'unplugged', fault })
  }

  async function serve(opened: ByteLink): Promise<SessionEnd> {
    link = opened
    exchange = createExchange({ link: opened, clock, interByteMs: timeouts.interByteMs, log })
    opened.onClose((reason) => {
      if (!stopped && reason.fault !== 'closed') linkFault(reason)
      wake?.()
    })
    const end: SessionEnd = stopped ? { why: 'lost', wasAlive: false } : await runSession(exchange, host)
    exchange = undefined
    link = undefined
    await opened.close()
    return end
  }

  /** A command whose whole answer is its status word. */
  async function ask(command: CommandName, data?: Uint8Array): Promise<SamStatusResult> {
    const result = await exchange?.request(command, timeouts.statusMs, data)
    if (result === undefined) return { ok: false, fault: 'not-connected' }
    if (!result.ok) return { ok: false, fault: result.fault }
    const { sw3 } = result.answer
    return sw3 === SW3_OK ? { ok: true } : { ok: false, fault: 'refused', sw3 }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      if (stopped) return running
      stopped = true
      wake?.()
      await link?.close()
      await running
      setState({ state: 'stopped' })
    },
    state: () => state,
    samStatus: () => ask('samStatus'),
    async samId() {
      const result = await exchange?.request('samId', timeouts.statusMs)
      if (result === undefined) return { ok: false, fault: 'not-connected' }
      if (!result.ok) return { ok: false, fault: result.fault }
      const samId = samIdText(result.answer.data)
      return samId === undefined ? { ok: false, fault: 'refused', sw3: result.answer.sw3 } : { ok: true, samId }
    },
    resetSam: () => ask('resetSam'),
    async setMaxRfBytes(bytes) {
      const data = maxRfBytes(bytes)
      return data === undefined ? { ok: false, fault: 'out-of-range' } : ask('setMaxRfBytes', data)
    },
    async readAdditionalAddress() {
      return exchange === undefined ? { ok: false, fault: 'not-connected' } : readAddress(exchange, timeouts)
    },
    async readManagementNumber() {
      return exchange === undefined ? { ok: false, fault: 'not-connected' } : readManagementNumber(exchange, timeouts)
    },
    decodePhoto: (wlt) => decoder.decode(wlt),
  }
}

import type { Clock } from '../transport/clock.ts'
import { samIdText } from './answers.ts'
import type { Exchange, ReaderTimeouts } from './exchange.ts'
import type { ReaderLog } from './log.ts'
import { type CardExtras, type ReadOut, readCard } from './read-card.ts'
import type { CardFault, CardReaderEvent, CardReaderState } from './states.ts'
import { SW3_OK, sw3Text } from './status-words.ts'

/**
 * The life of one open wire: probe the module, then look for cards until the wire is lost or the module stays silent.
 * A find that is answered is also the sign of life; only when finds go unanswered the module is probed.
 */

/** From the start of one find to the start of the next; issue 2 allows 150. */
export const POLL_INTERVAL_MS = 120
/** Between two probes of a module that is silent, out of service or on a bad line (devices.md 8: 1/s). */
export const PROBE_INTERVAL_MS = 1_000
/** A card that could not be read and still lies there is tried again after this, without telling twice. */
export const FAULT_RETRY_MS = 1_000
/** One lost answer is an accident, two are silence. */
const MAX_SILENT_FINDS = 2
/** Then the wire is opened anew: some systems never tell that a port is gone (devices.md 8). */
const MAX_SILENT_PROBES = 3

/** Why it ended. `wasAlive` = the module answered at least once. */
export interface SessionEnd {
  readonly why: 'lost' | 'silent'
  readonly wasAlive: boolean
}

/** What the driver lends to a session. */
export interface SessionHost {
  readonly clock: Clock
  readonly log: ReaderLog
  readonly timeouts: ReaderTimeouts
  readonly pollIntervalMs: number
  readonly probeIntervalMs: number
  readonly faultRetryMs: number
  readonly epochMs: number
  readonly extras: CardExtras
  readonly newReadId: () => string
  readonly onEvent: (event: CardReaderEvent) => void
  readonly state: () => CardReaderState
  readonly setState: (state: CardReaderState) => void
  readonly stopped: () => boolean
  /** Ends early when the wire is lost or the driver stopped. */
  readonly pause: (delayMs: number) => Promise<void>
}

export async function runSession(over: Exchange, host: SessionHost): Promise<SessionEnd> {
  const { clock, log, timeouts, setState } = host
  let wasAlive = false
  let samId: string | null = null
  let probing = true
  let silentProbes = 0
  let silentFinds = 0
  /** False while the card that was handled last still lies there; faults are tried again at `rearmAtMs`. */
  let armed = true
  let rearmAtMs = Number.POSITIVE_INFINITY
  let toldFault: CardFault | undefined

  async function probe(): Promise<SessionEnd | undefined> {
    const result = await over.request('samStatus', wasAlive ? timeouts.probeMs : timeouts.statusMs)
    if (!result.ok) {
      if (result.fault === 'link-lost') return { why: 'lost', wasAlive }
      setState({ state: result.fault })
      silentProbes = result.fault === 'no-answer' ? silentProbes + 1 : 0
      return silentProbes >= MAX_SILENT_PROBES ? { why: 'silent', wasAlive } : undefined
    }
    wasAlive = true
    silentProbes = 0
    const { sw3 } = result.answer
    if (sw3 !== SW3_OK) {
      await outOfService(sw3)
      return undefined
    }
    const told = await over.request('samId', timeouts.probeMs)
    if (!told.ok && told.fault === 'link-lost') return { why: 'lost', wasAlive }
    samId = told.ok ? (samIdText(told.answer.data) ?? null) : null
    probing = false
    silentFinds = 0
    setState({ state: 'ready', samId })
    return undefined
  }

  async function outOfService(sw3: number): Promise<void> {
    const entering = host.state().state !== 'out-of-service'
    setState({ state: 'out-of-service', sw3: sw3Text(sw3) })
    probing = true
    // A reset may cure it, once; the probe tells.
    if (entering) await over.request('resetSam', timeouts.statusMs)
  }

  function tellFault(fault: CardFault, sw3: number | undefined, detail: string): void {
    armed = false
    rearmAtMs = clock.nowMs() + host.faultRetryMs
    if (toldFault === fault) return
    toldFault = fault
    const word = sw3 === undefined ? {} : { sw3: sw3Text(sw3) }
    const level = fault === 'reader-fault' ? 'error' : 'warn'
    log({ level, event: 'reader-card-fault', detail: { fault, detail, ...word } })
    host.onEvent({ event: 'card-fault', fault, ...word })
  }

  function cardGone(): void {
    armed = true
    rearmAtMs = Number.POSITIVE_INFINITY
    toldFault = undefined
  }

  function cardRead(outcome: ReadOut): void {
    armed = false
    rearmAtMs = Number.POSITIVE_INFINITY
    toldFault = undefined
    const { card, photo, fingerprint } = outcome
    const timing = { foundAtMs: host.epochMs + outcome.foundAtMs, fieldsAtMs: host.epochMs + clock.nowMs() }
    host.onEvent({
      event: 'card',
      readId: host.newReadId(),
      card,
      wlt: base64(photo),
      ...(fingerprint === undefined ? {} : { fingerprint: base64(fingerprint) }),
      timing,
    })
    const tookMs = Math.round((timing.fieldsAtMs - timing.foundAtMs) * 10) / 10
    log({ level: 'info', event: 'reader-card-read', detail: { cardType: card.cardType, tookMs } })
  }

  /** One find, and the reading when a card is there. Returns how long to wait, from its start. */
  async function poll(): Promise<number | SessionEnd> {
    if (clock.nowMs() >= rearmAtMs) armed = true
    const onFound = () => {
      // A card that failed and still lies there is tried again without a flicker on the screen.
      if (toldFault === undefined) setState({ state: 'reading' })
    }
    const outcome = await readCard({ exchange: over, timeouts, armed, extras: host.extras, onFound })
    if (host.stopped() || outcome.outcome === 'link-lost') return { why: 'lost', wasAlive }
    silentFinds = outcome.outcome === 'no-answer' ? silentFinds + 1 : 0
    switch (outcome.outcome) {
      case 'no-card':
        cardGone()
        break
      case 'still-there':
        break
      case 'card':
        cardRead(outcome)
        break
      case 'card-fault':
        tellFault(outcome.fault, outcome.sw3, outcome.detail)
        if (outcome.gone) cardGone()
        break
      case 'link-bad':
        if (outcome.cardSeen) tellFault('reader-link-bad', undefined, 'damaged even after resending')
        setState({ state: 'link-bad' })
        return host.probeIntervalMs
      case 'no-answer':
        if (outcome.cardSeen) tellFault('no-answer', undefined, 'silent while a card was being read')
        if (!outcome.cardSeen && silentFinds < MAX_SILENT_FINDS) return host.pollIntervalMs
        probing = true
        setState({ state: 'no-answer' })
        return 0
      case 'out-of-service':
        if (outcome.cardSeen) tellFault('reader-fault', outcome.sw3, 'the module reports a fault')
        await outOfService(outcome.sw3)
        return host.probeIntervalMs
    }
    setState({ state: 'ready', samId })
    return host.pollIntervalMs
  }

  for (;;) {
    const startedAtMs = clock.nowMs()
    const next = probing ? await probe() : await poll()
    if (host.stopped()) return { why: 'lost', wasAlive }
    if (typeof next === 'object') return next
    const waitMs = next ?? (probing ? host.probeIntervalMs : 0)
    await host.pause(startedAtMs + waitMs - clock.nowMs())
    if (host.stopped()) return { why: 'lost', wasAlive }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

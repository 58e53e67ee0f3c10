import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { forT0, MAX_ANSWER_BYTES } from './apdu.ts'
import type { SmartCardLog } from './log.ts'
import {
  BODY_BYTES,
  buildBegin,
  buildConnect,
  buildDisconnect,
  buildEnd,
  buildEstablish,
  buildRelease,
  buildTransmit,
  LEAVE_CARD,
  PROTOCOL_T0,
  RESET_CARD,
  readBegin,
  readConnect,
  readDisconnect,
  readEnd,
  readEstablish,
  readTransmit,
} from './protocol.ts'
import { meaningOf, RV_OK, RV_SHARING_VIOLATION, rvText } from './return-codes.ts'
import { openService, type Service } from './service.ts'
import type { SmartCardFault } from './states.ts'
import type { SmartCardTiming } from './timing.ts'

/**
 * One conversation with one card on a connection of its own, so that a command that never returns cannot hold up the
 * watch over the readers. Dropping the connection is always safe: the service then releases the card by itself.
 */

/** `look`: the wire to the card failed, and only the table of readers can say whether the card was lifted. */
export type CardTrouble = SmartCardFault | 'look'

export type CardReply =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly trouble: CardTrouble }

export interface CardSession {
  transmit(command: Uint8Array): Promise<CardReply>
  /** Resets the card, so that no application stays selected for whoever comes next, and lets it go. */
  end(): Promise<void>
  /** Ends whatever is under way at once; it then reports `no-service`, which the caller replaces by what it knows. */
  abort(): void
}

export type OpenCardResult =
  | { readonly ok: true; readonly session: CardSession }
  | { readonly ok: false; readonly trouble: CardTrouble }

export interface OpenCardOptions {
  readonly openSocket: OpenLink
  readonly path: string
  readonly clock: Clock
  readonly timing: SmartCardTiming
  readonly log: SmartCardLog
  readonly reader: string
  readonly share: 'exclusive' | 'shared'
  /** Given the way to end the opening early, as soon as there is one. */
  readonly onAbortable: (abort: () => void) => void
}

export async function openCard(options: OpenCardOptions): Promise<OpenCardResult> {
  const { timing, log } = options
  const opened = await openService(options)
  if (!opened.ok) {
    log({ event: 'smart-card.session-refused', why: opened.why })
    return { ok: false, trouble: 'no-service' }
  }
  const { service } = opened
  options.onAbortable(() => void service.close())

  async function give(trouble: CardTrouble): Promise<OpenCardResult> {
    await service.close()
    return { ok: false, trouble }
  }

  const established = await service.ask(buildEstablish(), BODY_BYTES.establishContext, timing.answerTimeoutMs)
  if (!established.ok) return give('no-service')
  const { context, rv: established_ } = readEstablish(established.bytes)
  if (established_ !== RV_OK) return give(meaningOf(established_))

  const connected = await connectCard(service, context, options)
  if (!connected.ok) return give(connected.trouble)
  const { card, protocol } = connected
  if (options.share === 'shared') {
    const begun = await service.ask(buildBegin(card), BODY_BYTES.beginTransaction, timing.connectTimeoutMs)
    // Another program keeps the card to itself for longer than we wait.
    if (!begun.ok) return give(begun.trouble === 'timed-out' ? 'in-use' : 'no-service')
    const { rv: begunRv } = readBegin(begun.bytes)
    if (begunRv !== RV_OK) return give(meaningOf(begunRv))
  }
  return {
    ok: true,
    session: {
      transmit: (command) => transmitOver(service, { card, protocol, timing, log }, command),
      end: () => endSession(service, { card, context, share: options.share, timing, log }),
      abort: () => void service.close(),
    },
  }
}

/** Other programs look at cards for moments at a time, so a card that is taken is asked for again for a while. */
async function connectCard(
  service: Service,
  context: number,
  { clock, timing, log, reader, share }: OpenCardOptions,
): Promise<{ ok: true; card: number; protocol: number } | { ok: false; trouble: CardTrouble }> {
  const giveUpAtMs = clock.nowMs() + timing.shareWaitMs
  for (;;) {
    const request = buildConnect(context, reader, share)
    const answered = await service.ask(request, BODY_BYTES.connect, timing.connectTimeoutMs)
    if (!answered.ok) return { ok: false, trouble: answered.trouble === 'timed-out' ? 'no-answer' : 'no-service' }
    const { card, protocol, rv } = readConnect(answered.bytes)
    if (rv === RV_OK) return { ok: true, card, protocol }
    if (rv !== RV_SHARING_VIOLATION || clock.nowMs() >= giveUpAtMs) {
      log({ event: 'smart-card.connect-refused', rv: rvText(rv) })
      return { ok: false, trouble: meaningOf(rv) }
    }
    await new Promise<void>((resolve) => {
      clock.after(timing.shareRetryMs, resolve)
    })
  }
}

async function transmitOver(
  service: Service,
  { card, protocol, timing, log }: { card: number; protocol: number; timing: SmartCardTiming; log: SmartCardLog },
  command: Uint8Array,
): Promise<CardReply> {
  const apdu = protocol === PROTOCOL_T0 ? forT0(command) : command
  const request = buildTransmit(card, protocol, apdu, MAX_ANSWER_BYTES)
  const head = await service.ask(request, BODY_BYTES.transmit, timing.transmitTimeoutMs)
  if (!head.ok) {
    await service.close()
    return { ok: false, trouble: head.trouble === 'timed-out' ? 'no-answer' : 'no-service' }
  }
  const { answerBytes, rv } = readTransmit(head.bytes)
  if (rv !== RV_OK) {
    log({ event: 'smart-card.transmit-failed', rv: rvText(rv) })
    return { ok: false, trouble: meaningOf(rv) }
  }
  // What vpcd gives when the card goes while it is asked; no card that is there answers with nothing at all.
  if (answerBytes === 0) return { ok: false, trouble: 'look' }
  if (answerBytes > MAX_ANSWER_BYTES) {
    service.condemn()
    return { ok: false, trouble: 'damaged-answer' }
  }
  const answer = await service.read(answerBytes, timing.answerTimeoutMs)
  if (answer.ok) return answer
  await service.close()
  return { ok: false, trouble: 'no-service' }
}

async function endSession(
  service: Service,
  end: { card: number; context: number; share: 'exclusive' | 'shared'; timing: SmartCardTiming; log: SmartCardLog },
): Promise<void> {
  const { card, context, timing } = end
  const steps: readonly (readonly [Uint8Array, number, (bytes: Uint8Array) => { rv: number }])[] = [
    ...(end.share === 'shared' ? [[buildEnd(card, LEAVE_CARD), BODY_BYTES.endTransaction, readEnd] as const] : []),
    [buildDisconnect(card, RESET_CARD), BODY_BYTES.disconnect, readDisconnect],
    [buildRelease(context), BODY_BYTES.releaseContext, readBegin],
  ]
  for (const [request, bytes, read] of steps) {
    const answered = await service.ask(request, bytes, timing.connectTimeoutMs)
    // What the service did not do when asked it does when the connection ends.
    if (!answered.ok) break
    const { rv } = read(answered.bytes)
    if (rv !== RV_OK) end.log({ event: 'smart-card.release-refused', rv: rvText(rv) })
  }
  await service.close()
}

import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { PrintResult } from '../drivers/receipt-printer/states.ts'
import { newSlip, openDraft, sealDraft, slipKeys } from '../sync/envelope/handover.ts'
import type { SigningKey, Suite } from '../sync/envelope/suite.ts'
import type { HandoverEndFacts, HandoverPutFacts } from '../sync/hub-client/answers.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import {
  HANDOVER_LIFE_MS,
  type HandoverDraft,
  type HandoverTakeClaim,
  MAX_DRAFT_BYTES,
  readSlip,
  type Slip,
  slipText,
} from '../sync/protocol/handover.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import type { HandOverAnswer, NotHandedOver, NotOpened, OpenAnswer } from './bridge/handover.contract.ts'
import type { CardSession } from './card-session.ts'
import type { Log } from './events.ts'
import type { SlipFacts } from './handover-paper.ts'
import { handoverPaper } from './handover-paper.ts'
import type { Trust } from './trust.ts'

/** A hub that did not hear that something is over is told again after these; then its own day ends it. */
const TELL_AGAIN_MS = [0, 30_000, 300_000] as const

/**
 * Half-filled forms leave this terminal sealed under a slip that the citizen carries, and come back by it. Nothing of
 * them is ever on this disk: not the form, not the secret, not which slips there are.
 */
export interface HandoverDesk {
  /** Nothing is printed before the hub has it; a slip that did not come out whole is worth nothing. */
  handOver(draft: HandoverDraft): Promise<HandOverAnswer>
  open(code: string): Promise<OpenAnswer>
  /** The page has what was opened last. False when there is nothing: said before, or the visit is over. */
  held(): boolean
  /** What was opened and never said to be held stays at the hub, for this terminal. */
  visitOver(): void
  stop(): void
}

export interface HandoverDeskOptions {
  readonly terminalId: string
  readonly hub: Pick<HubClient, 'putHandover' | 'takeHandover' | 'endHandover'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet' | 'enrolled'>
  readonly session: Pick<CardSession, 'applicant' | 'visit'>
  readonly isConnected: () => boolean
  readonly host: Pick<DeviceHost, 'call'>
  readonly hasPrinter: () => boolean
  /** Who helps at this terminal now, by number. */
  readonly staffHere: () => string | undefined
  readonly slipAbout: (draft: HandoverDraft) => Omit<SlipFacts, 'until' | 'qr' | 'isElder'>
  readonly nowUnixMs: () => number
  readonly inWords: (iso: string) => string
  readonly clock: { after(delayMs: number, run: () => void): () => void }
  readonly suite: Suite
  readonly log: Log
}

interface Held {
  readonly handoverId: string
  readonly verifier: string
}

export function createHandoverDesk(options: HandoverDeskOptions): HandoverDesk {
  const { terminalId, hub, trust, session, suite, log } = options
  let opened: Held | undefined
  const timers = new Set<() => void>()

  const notHandedOver = (why: NotHandedOver): HandOverAnswer => {
    log('handover-not-made', { why })
    return { outcome: 'not-handed-over', why }
  }
  const notOpened = (why: NotOpened): OpenAnswer => {
    log('handover-not-opened', { why })
    return { outcome: 'not-opened', why }
  }
  const keysNow = (): { readonly deviceKey: SigningKey; readonly keySet: KeySet } | undefined => {
    const keySet = trust.keySet()
    return keySet === undefined || !trust.enrolled() ? undefined : { deviceKey: trust.deviceKey, keySet }
  }

  /** Tells the hub that it is over, now and again until it has heard it. */
  function end(facts: HandoverEndFacts, turn = 0): void {
    const delayMs = TELL_AGAIN_MS[turn]
    if (delayMs === undefined) {
      log('handover-left', { why: facts.why })
      return
    }
    const cancel = options.clock.after(delayMs, () => {
      timers.delete(cancel)
      void tell(facts, turn)
    })
    timers.add(cancel)
  }
  async function tell(facts: HandoverEndFacts, turn: number): Promise<void> {
    const keys = keysNow()
    const answer = keys === undefined ? undefined : await hub.endHandover(facts, keys.deviceKey, keys.keySet)
    if (answer?.outcome === 'answered') log('handover-ended', { why: facts.why })
    else end(facts, turn + 1)
  }

  /** Sent twice when the first answer is lost: the hub bears it. */
  async function put(facts: HandoverPutFacts, keys: NonNullable<ReturnType<typeof keysNow>>) {
    const first = await hub.putHandover(facts, keys.deviceKey, keys.keySet)
    return first.outcome === 'failed' ? hub.putHandover(facts, keys.deviceKey, keys.keySet) : first
  }

  async function handOver(draft: HandoverDraft): Promise<HandOverAnswer> {
    const owner = session.applicant()
    const visit = session.visit()
    if (owner === undefined) return notHandedOver('no-card')
    if (!options.isConnected()) return notHandedOver('offline')
    if (!options.hasPrinter()) return notHandedOver('no-printer')
    const trusted = keysNow()
    if (trusted === undefined) return notHandedOver('no-trust')
    if (Buffer.byteLength(JSON.stringify(draft)) > MAX_DRAFT_BYTES) return notHandedOver('too-large')

    const slip = newSlip(suite)
    const { handoverId } = slip
    const keys = slipKeys(slip)
    const expiresAt = new Date(options.nowUnixMs() + HANDOVER_LIFE_MS).toISOString()
    const place = { handoverId, terminalId, expiresAt }
    const sealed = await sealDraft({ ...draft, ownerNumber: owner.idNumber }, keys, place, suite)
    const verifierSha256 = suite.sha256Hex(keys.verifier)
    const cardProofSha256 = suite.sha256Hex(keys.cardProof(owner.idNumber))
    const withdraw = () => end({ terminalId, handoverId, verifier: keys.verifier, why: 'withdrawn' })

    const kept = await put({ ...place, sealed, verifierSha256, cardProofSha256 }, trusted)
    if (kept.outcome === 'claim-refused') return notHandedOver('no-trust')
    if (kept.outcome === 'failed') {
      // Its answer may have been lost on the way back.
      withdraw()
      return notHandedOver('offline')
    }
    const { result: hubSaid } = kept.answer
    if (hubSaid.outcome === 'refused') return notHandedOver('clock')
    if (hubSaid.outcome === 'too-many') {
      log('handover-not-made', { why: 'too-many' })
      return { outcome: 'too-many', retryAfterMs: hubSaid.retryAfterMs }
    }
    if (visit !== session.visit()) {
      withdraw()
      return notHandedOver('visit-over')
    }
    const result = await print(slip, draft, expiresAt)
    if (!result.ok) {
      withdraw()
      log('handover-not-printed', { fault: result.fault, paper: result.paper })
      return { outcome: 'not-printed', result }
    }
    log('handover-made', { handoverId })
    return { outcome: 'handed-over', expiresAt }
  }

  function print(slip: Slip, draft: HandoverDraft, expiresAt: string): Promise<PrintResult> {
    const document = handoverPaper({
      ...options.slipAbout(draft),
      until: options.inWords(expiresAt),
      qr: slipText(slip),
      isElder: draft.mode === 'elder',
    })
    return options.host.call('receipt-printer', 'print', { jobId: `handover/${slip.handoverId}`, document })
  }

  async function open(code: string): Promise<OpenAnswer> {
    const slip = readSlip(code)
    if (slip === undefined) return notOpened('unknown')
    const visit = session.visit()
    const keys = slipKeys(slip)
    const by = byWhom(keys.cardProof)
    if (by === undefined) return notOpened('needs-card')
    const trusted = keysNow()
    if (trusted === undefined) return notOpened('no-trust')
    const { handoverId } = slip
    const { verifier } = keys
    const asked = { terminalId, handoverId, verifier, by }
    const taken = await hub.takeHandover(asked, trusted.deviceKey, trusted.keySet)
    if (taken.outcome === 'failed') return notOpened('offline')
    if (taken.outcome === 'claim-refused') return notOpened('no-trust')
    const { result } = taken.answer
    switch (result.outcome) {
      case 'wrong-card':
        log('handover-not-opened', { why: 'wrong-card', triesLeft: result.triesLeft })
        return { outcome: 'wrong-card', triesLeft: result.triesLeft }
      case 'ended':
        log('handover-not-opened', { why: result.why })
        return { outcome: 'ended', why: result.why }
      case 'opened':
        break
      default:
        return notOpened(result.outcome)
    }
    const place = { handoverId, terminalId: result.sealedBy, expiresAt: result.expiresAt }
    const draft = await openDraft(result.sealed, keys, place, suite)
    if (draft === undefined) return notOpened('damaged')
    // Whoever asked has gone: it stays at the hub, for this terminal.
    if (visit !== session.visit()) return notOpened('needs-card')
    opened = { handoverId, verifier }
    log('handover-opened', { handoverId, by: by.who })
    return { outcome: 'opened', draft, by: by.who }
  }

  /** A window is open while staff helps; else it is the card that is in the visit. */
  function byWhom(cardProof: (idNumber: string) => string): HandoverTakeClaim['by'] | undefined {
    const staffId = options.staffHere()
    if (staffId !== undefined) return { who: 'staff', staffId }
    const owner = session.applicant()
    return owner === undefined ? undefined : { who: 'card', cardProof: cardProof(owner.idNumber) }
  }

  return {
    handOver,
    open,
    held() {
      if (opened === undefined) return false
      end({ terminalId, ...opened, why: 'done' })
      opened = undefined
      return true
    },
    visitOver() {
      opened = undefined
    },
    stop() {
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}

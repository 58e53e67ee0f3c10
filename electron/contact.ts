import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { ContactAnswer, Mark } from '../sync/protocol/contact.ts'
import type { HubStand } from '../sync/protocol/hub-api.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'

/** What the hub last said of itself, signed. */
export interface HubStandSeen {
  readonly hubEpoch: string
  readonly hubSequence: number
  readonly backedUpThrough: number | null
}

/** While nothing changes one contact in this time is enough: pings say that the hub is there. */
export const CONTACT_EVERY_MS = 60_000
/** A clock further off than this is worth a maintainer's look (certificates and dates on paper follow it). */
export const CLOCK_OFF_MS = 10 * 60_000

export interface ContactParts {
  readonly terminalId: string
  readonly version: string
  readonly journal: Pick<Journal, 'append' | 'read'>
  readonly ledger: Ledger
  readonly hub: Pick<HubClient, 'contact'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet' | 'enrolled'>
  readonly clock: { now(): number; monotonic(): number }
  readonly freeBytes: () => number | null
  readonly log: Log
}

export type ContactOutcome =
  /** `epochChanged`: all that is retained has to be offered again. */
  | { readonly outcome: 'answered'; readonly answer: ContactAnswer; readonly epochChanged: boolean }
  | { readonly outcome: 'not-due' }
  | { readonly outcome: 'no-answer' }

/**
 * How both sides stand (design.md section 4): the terminal says how far the hub had confirmed, the hub says whether it
 * knows that. Either of them going backwards is a frame `epoch-seen`, written before anything else follows from it.
 */
export interface Contact {
  readonly stand: Cell<HubStandSeen | null>
  /** The hub's clock now, as of its last signed answer (milliseconds since 1970); null before the first. */
  hubNowUnixMs(): number | null
  /** An unsigned word of the hub: worth asking at once when it is strange. */
  noticed(stand: HubStand): void
  /** The next call asks, however short ago the last one was. */
  hasten(): void
  /** One exchange when it is due. Throws only for bugs; never called twice at once. */
  make(): Promise<ContactOutcome>
}

export function createContact(parts: ContactParts): Contact {
  const { journal, ledger, hub, trust, clock, log } = parts
  const stand = createCell<HubStandSeen | null>(null)
  let dueAtMs = Number.NEGATIVE_INFINITY
  let clockSaidMs = 0
  let refusedSaid = ''
  let heard: { readonly hubUnixMs: number; readonly atMs: number } | undefined

  /** The receipt's text that the mark names, read back from the journal. */
  async function proofOf(mark: Mark): Promise<string | undefined> {
    let from = ledger.epochSeenSequence + 1
    for (const item of ledger.items()) {
      if (item.receiptSha256 === mark.receiptSha256 && item.receivedSequence !== null) from = item.receivedSequence
    }
    for await (const entry of journal.read(from)) {
      if (!entry.known || entry.receipt?.sha256 !== mark.receiptSha256) continue
      const { frame } = entry
      if (frame.type === 'received' || frame.type === 'batch-received') return frame.receipt
    }
    return undefined
  }

  async function ask(mark: Mark | null, proof?: string): Promise<ContactAnswer | undefined> {
    const keySet = trust.keySet()
    if (keySet === undefined || !trust.enrolled()) return undefined
    const facts = {
      terminalId: parts.terminalId,
      mark,
      lastDeviceSequence: ledger.nextDeviceSequence - 1,
      waiting: ledger.waiting,
      quarantined: ledger.quarantined,
      oldestWaitingAt: ledger.oldestWaiting()?.acceptedAt ?? null,
      damage: ledger.damage.length,
      freeBytes: parts.freeBytes(),
      version: parts.version.slice(0, 40),
    }
    const answered = await hub.contact(facts, trust.deviceKey, keySet, proof)
    const refused = answered.outcome === 'claim-refused' ? answered.detail : ''
    if (refused !== '' && refused !== refusedSaid) log('contact-refused', { detail: refused })
    refusedSaid = refused
    return answered.outcome === 'answered' ? answered.answer : undefined
  }

  /** The hub may know nothing of our mark: shown its own receipt, it opens a new epoch and says so. */
  async function exchange(): Promise<{ answer: ContactAnswer; mark: Mark | null } | undefined> {
    const { mark } = ledger
    const answer = await ask(mark)
    if (answer === undefined || !answer.proofWanted || mark === null) return answer && { answer, mark }
    const proof = await proofOf(mark)
    log('hub-forgot', { hubSequence: mark.hubSequence, proof: proof !== undefined })
    // Without the receipt nothing can be shown, but what the hub forgot must be offered again all the same.
    const second = proof === undefined ? answer : await ask(mark, proof)
    return second && { answer: second, mark }
  }

  /** Why all that is retained must be offered again, or undefined. */
  function changeOf(answer: ContactAnswer, mark: Mark | null): 'first' | 'changed' | 'went-back' | undefined {
    if (ledger.hubEpoch === null) return 'first'
    if (answer.hubEpoch !== ledger.hubEpoch) return 'changed'
    // A hub that knows the very row of our mark has forgotten nothing, however low its settled sequence is at the moment.
    const isForgotten = mark !== null && mark.hubEpoch === answer.hubEpoch && answer.proofWanted
    return isForgotten ? 'went-back' : undefined
  }

  function checkClock(at: string): void {
    const offsetMs = Date.parse(at) - clock.now()
    const isNews = Math.abs(offsetMs - clockSaidMs) > CLOCK_OFF_MS
    if (Math.abs(offsetMs) > CLOCK_OFF_MS && isNews) log('clock-off', { offsetMs })
    if (isNews) clockSaidMs = offsetMs
  }

  return {
    stand,
    hubNowUnixMs: () => (heard === undefined ? null : heard.hubUnixMs + (clock.monotonic() - heard.atMs)),
    noticed({ hubEpoch, hubSequence }) {
      const known = stand.get()
      const isStrange = known !== null && (known.hubEpoch !== hubEpoch || hubSequence < known.hubSequence)
      if (isStrange) dueAtMs = Number.NEGATIVE_INFINITY
    },
    hasten() {
      dueAtMs = Number.NEGATIVE_INFINITY
    },
    async make() {
      if (clock.monotonic() < dueAtMs) return { outcome: 'not-due' }
      const exchanged = await exchange()
      if (exchanged === undefined) return { outcome: 'no-answer' }
      const { answer, mark } = exchanged
      heard = { hubUnixMs: Date.parse(answer.at), atMs: clock.monotonic() }
      checkClock(answer.at)
      const why = changeOf(answer, mark)
      const { hubEpoch, hubSequence, backedUpThrough } = answer
      if (why !== undefined) {
        const at = new Date(clock.now()).toISOString()
        // Without the frame nothing follows: the next contact finds the same again.
        if (!(await journal.append({ type: 'epoch-seen', at, hubEpoch, why })).ok) return { outcome: 'no-answer' }
        log('epoch-seen', { hubEpoch, why })
      }
      stand.set({ hubEpoch, hubSequence, backedUpThrough })
      dueAtMs = clock.monotonic() + CONTACT_EVERY_MS
      return { outcome: 'answered', answer, epochChanged: why === 'changed' || why === 'went-back' }
    },
  }
}

import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { QuarantineReason } from '../sync/protocol/frames.ts'
import type { SendHint } from '../sync/protocol/worker-port.ts'
import type { ConnectionWatch } from './connection.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'

/** At most this many envelopes are on their way at once, however many calls asked for them. */
const MAX_IN_FLIGHT = 4

/**
 * Delivery of single submissions, at most one flight each, whoever asks: the worker's drain or main's own. What came
 * of it is a journal frame; callers get hints (design.md section 2).
 */
export interface Flights {
  /** A hint for each submission that was named, once each; never rejects. */
  send(submissionIds: readonly string[]): Promise<SendHint[]>
}

export interface FlightsOptions {
  readonly terminalId: string
  readonly journal: Journal
  readonly ledger: Ledger
  readonly hub: HubClient
  readonly trust: Trust
  readonly connection: ConnectionWatch
  readonly nowIso: () => string
  readonly log: Log
}

export function createFlights(options: FlightsOptions): Flights {
  const { journal, ledger, hub, trust, connection, log } = options
  const flying = new Map<string, Promise<SendHint>>()
  const lanes = createLanes(MAX_IN_FLIGHT)

  async function fly(submissionId: string): Promise<SendHint> {
    const entry = ledger.bySubmission(submissionId)
    if (entry === undefined) return { submissionId, outcome: 'unknown-submission' }
    if (entry.state === 'received') return { submissionId, outcome: 'received' }
    if (entry.state === 'quarantined') return { submissionId, outcome: 'quarantined' }
    const keySet = trust.keySet()
    if (keySet === undefined || !trust.enrolled()) {
      return { submissionId, outcome: 'failed', hubWide: true, retryAfterMs: null }
    }
    const read = await journal.readAccepted(submissionId)
    if (!read.ok) throw new Error(`the journal cannot give ${submissionId} back: ${read.fault}`)
    const { frame } = read
    const outcome = await hub.putSubmission(
      {
        submissionId,
        sha256: frame.envelopeSha256,
        envelope: frame.envelope,
        terminalId: options.terminalId,
        deviceSequence: entry.deviceSequence,
      },
      keySet,
    )
    if (outcome.outcome === 'failed') {
      log('flight-failed', {
        submissionId,
        why: outcome.why,
        // The hub client's words: status and code, never content.
        detail: outcome.detail,
        hubWide: outcome.hubWide,
        retryAfterMs: outcome.retryAfterMs,
      })
      connection.doubt()
      return { submissionId, outcome: 'failed', hubWide: outcome.hubWide, retryAfterMs: outcome.retryAfterMs }
    }
    connection.proven()
    return outcome.outcome === 'received' ? receive(submissionId, outcome) : quarantine(submissionId, outcome)
  }

  /** "Delivered" is this frame, not the hub's answer: a receipt that could not be stored is fetched again. */
  async function receive(
    submissionId: string,
    { receipt, hubEpoch, hubSequence }: { receipt: string; hubEpoch: string; hubSequence: number },
  ): Promise<SendHint> {
    const written = await journal.append({
      type: 'received',
      at: options.nowIso(),
      submissionId,
      receipt,
      hubEpoch,
      hubSequence,
    })
    if (!written.ok) return { submissionId, outcome: 'failed', hubWide: false, retryAfterMs: null }
    log('submission-received', { submissionId, hubSequence })
    return { submissionId, outcome: 'received' }
  }

  async function quarantine(
    submissionId: string,
    { reason, detail }: { reason: QuarantineReason; detail: string },
  ): Promise<SendHint> {
    const written = await journal.append({ type: 'quarantined', at: options.nowIso(), submissionId, reason, detail })
    if (!written.ok) return { submissionId, outcome: 'failed', hubWide: false, retryAfterMs: null }
    log('submission-quarantined', { submissionId, reason, detail })
    return { submissionId, outcome: 'quarantined' }
  }

  /**
   * One flight's misfortune is its own: what it throws is logged and becomes "try again", so that the others keep their
   * hints and main lives. A frame that cannot be read back is tried again too: the disk may have had a bad moment, and
   * the log says it loudly each time.
   */
  async function guarded(submissionId: string): Promise<SendHint> {
    try {
      return await fly(submissionId)
    } catch (error) {
      log('flight-fault', {
        submissionId,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      return { submissionId, outcome: 'failed', hubWide: false, retryAfterMs: null }
    }
  }

  function one(submissionId: string): Promise<SendHint> {
    const already = flying.get(submissionId)
    if (already !== undefined) return already
    const flight = lanes(() => guarded(submissionId)).finally(() => flying.delete(submissionId))
    flying.set(submissionId, flight)
    return flight
  }

  return {
    send: (submissionIds) => Promise.all([...new Set(submissionIds)].map(one)),
  }
}

/** Runs at most `limit` at once, the others in the order they came. */
function createLanes(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (run) => {
    if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await run()
    } finally {
      // The lane goes to the next in line, or is free.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

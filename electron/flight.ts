import type { BatchAnswer, PutResult, Received } from '../sync/hub-client/answers.ts'
import type { Failed } from '../sync/hub-client/call-failure.ts'
import type { AcceptedFrame, Frame } from '../sync/protocol/frames.ts'
import type { HubStand } from '../sync/protocol/hub-api.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { sendChunks } from './chunk-sending.ts'
import type { FlightParts } from './flight-parts.ts'
import { type Loaded, quarantine } from './flight-reading.ts'

/** Told of each batch, so that the next ones fit the line. */
export interface Pace {
  arrived(): void
  /** It did not get through in the time that a call has. */
  tooSlow(): void
}

/** Items that fail one by one after their batch failed: so many in a row, and the rest waits for another try. */
const MAX_FAILURES_IN_A_ROW = 3
/** The hub may have lost its chunks between the last of them and the envelope: so many rounds in one flight. */
const CHUNK_ROUNDS = 2

/**
 * Takes one small group of submissions to the hub, in as few calls as it can, and writes what came of it into the
 * journal: one frame for each receipt, however many it covers. What became of each is in the hints. Throws only for bugs.
 */
export async function fly({ frames, hints }: Loaded, parts: FlightParts, pace: Pace): Promise<void> {
  const { journal, hub, trust, connection, log } = parts
  const keySet = trust.keySet()
  if (keySet === undefined) {
    for (const { submissionId } of frames) hints.again(submissionId, true)
    return
  }

  const plain = frames.filter((frame) => (frame.chunks ?? []).length === 0)
  if (plain.length > 1) await batch(plain, keySet)
  else for (const frame of plain) await single(frame, keySet)
  // The small ones went first: one with attachments can keep a slow line busy for long.
  for (const frame of frames) if (!plain.includes(frame)) await withChunks(frame, keySet)

  async function batch(group: readonly AcceptedFrame[], keys: KeySet): Promise<void> {
    const answer = await hub.putBatch(group.map(submissionOf), keys)
    if (answer.outcome === 'answered') {
      pace.arrived()
      answered(answer.unprovenStand)
      await settle(answer.results)
    } else if (answer.hubWide) {
      if (answer.why === 'timed-out' || answer.why === 'cut-off') pace.tooSlow()
      failed(group, answer)
    } else {
      // The hub is there but does not take this batch (a proxy's limit, an older hub): one by one.
      log('flight-failed', { submissions: group.length, ...said(answer) })
      await oneByOne(group, keys)
    }
  }

  async function oneByOne(group: readonly AcceptedFrame[], keys: KeySet): Promise<void> {
    let failures = 0
    for (const [index, frame] of group.entries()) {
      const { ok, hubWide } = await single(frame, keys)
      failures = ok ? 0 : failures + 1
      if (!hubWide && failures < MAX_FAILURES_IN_A_ROW) continue
      for (const { submissionId } of group.slice(index + 1)) hints.again(submissionId, hubWide)
      return
    }
  }

  async function single(frame: AcceptedFrame, keys: KeySet): Promise<{ ok: boolean; hubWide: boolean }> {
    return conclude(frame, await hub.putSubmission(submissionOf(frame), keys))
  }

  async function withChunks(frame: AcceptedFrame, keys: KeySet): Promise<void> {
    const { submissionId, chunks = [] } = frame
    const { terminalId, attachments } = parts
    for (let round = 1; round <= CHUNK_ROUNDS; round++) {
      const sent = await sendChunks(submissionId, chunks, { hub, attachments, terminalId, deviceKey: trust.deviceKey })
      if (sent.outcome === 'unreadable') {
        log('flight-fault', { submissionId, error: sent.detail })
        return hints.again(submissionId)
      }
      if (sent.outcome !== 'sent') return void (await conclude(frame, sent))
      const put = await hub.putSubmission(submissionOf(frame), keys)
      if (put.outcome !== 'chunks-missing' || round === CHUNK_ROUNDS) return void (await conclude(frame, put))
    }
  }

  async function conclude(frame: AcceptedFrame, result: PutResult): Promise<{ ok: boolean; hubWide: boolean }> {
    if (result.outcome === 'failed') {
      failed([frame], result)
      return { ok: false, hubWide: result.hubWide }
    }
    answered(result.outcome === 'received' ? result.unprovenStand : undefined)
    await settle(new Map([[frame.submissionId, result]]))
    return { ok: true, hubWide: false }
  }

  function answered(stand: HubStand | undefined): void {
    connection.proven()
    if (stand !== undefined) parts.noticed(stand)
  }

  function failed(group: readonly AcceptedFrame[], failure: Failed): void {
    const [first] = group
    const who = group.length === 1 && first !== undefined ? { submissionId: first.submissionId } : {}
    log('flight-failed', { ...who, submissions: group.length, ...said(failure) })
    if (failure.why === 'bad-receipt') parts.keysDoubted()
    connection.doubt()
    for (const { submissionId } of group) hints.again(submissionId, failure.hubWide, failure.retryAfterMs)
  }

  /** "Delivered" is a frame, not the hub's answer: a receipt that could not be stored is fetched again. */
  async function settle(results: Extract<BatchAnswer, { outcome: 'answered' }>['results']): Promise<void> {
    const byReceipt = new Map<string, (Received & { submissionId: string })[]>()
    for (const [submissionId, result] of results) {
      if (result.outcome === 'received') {
        const covered = byReceipt.get(result.receipt) ?? []
        covered.push({ ...result, submissionId })
        byReceipt.set(result.receipt, covered)
      } else if (result.outcome === 'quarantined') {
        await quarantine(submissionId, result.reason, result.detail, parts, hints)
      } else if (result.outcome === 'chunks-missing') {
        // It has none, or the hub had them a moment ago.
        log('flight-fault', { submissionId, error: `the hub misses ${result.missing.length} chunks` })
        hints.again(submissionId)
      } else {
        failed(
          frames.filter((frame) => frame.submissionId === submissionId),
          result,
        )
      }
    }
    for (const covered of byReceipt.values()) await receive(covered)
  }

  async function receive(covered: readonly (Received & { submissionId: string })[]): Promise<void> {
    const [first] = covered
    if (first === undefined) return
    const written = await journal.append(receivedFrame(first, covered, parts.nowIso()))
    for (const { submissionId } of covered) {
      if (written.ok) hints.is(submissionId, 'received')
      else hints.again(submissionId)
    }
    if (!written.ok) return
    const { submissionId, hubSequence } = first
    if (covered.length === 1) log('submission-received', { submissionId, hubSequence })
    else log('batch-received', { submissions: covered.length, fromHubSequence: hubSequence })
  }

  function submissionOf({ submissionId, envelopeSha256, envelope, deviceSequence }: AcceptedFrame) {
    return { submissionId, sha256: envelopeSha256, envelope, terminalId: parts.terminalId, deviceSequence }
  }
}

function receivedFrame(
  { receipt, hubEpoch, submissionId, hubSequence }: Received & { submissionId: string },
  covered: readonly (Received & { submissionId: string })[],
  at: string,
): Frame {
  if (covered.length === 1) return { type: 'received', at, submissionId, receipt, hubEpoch, hubSequence }
  const items = covered.map((each) => ({ submissionId: each.submissionId, hubSequence: each.hubSequence }))
  return { type: 'batch-received', at, receipt, hubEpoch, items }
}

/** The hub client's words: status and code, never content. */
function said({ why, detail, hubWide, retryAfterMs }: Failed) {
  return { why, detail, hubWide, retryAfterMs }
}

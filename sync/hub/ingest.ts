import { signReceipt } from '../envelope/receipt.ts'
import type { Suite } from '../envelope/suite.ts'
import { makeDeviceKeys } from './device-keys.ts'
import type { OnHubEvent } from './hub-events.ts'
import {
  type Checked,
  checkEnvelope,
  type HandedIn,
  type IngestRefusal,
  revokedWords,
  wrongBytes,
} from './ingest-check.ts'
import type { KeyRing } from './key-ring.ts'
import { type HubSources, instant } from './sources.ts'
import type { ArrivalFacts, Held, HubReads, HubStore, HubTx, SubmissionRow } from './store.ts'

/**
 * Ingest (design.md section 4, step 7): takes in whatever is well-formed, device-signed and complete, and answers with
 * a receipt. It is given no key that could open an envelope, so it cannot judge content; the opener does that later
 * and changes the case, never the receipt.
 */

export interface IngestParts {
  readonly store: HubStore
  readonly keys: Pick<KeyRing, 'current'>
  readonly sources: HubSources
  readonly suite: Suite
  readonly onEvent?: OnHubEvent
}

export type Stored = {
  readonly ok: true
  readonly receipt: string
  readonly receiptSha256: string
  readonly hubSequence: number
  /** False when it was held before. */
  readonly isNew: boolean
  /** The receipt was signed for this call: the submission is new, or its stored receipt was of another epoch. */
  readonly signedNow: boolean
}
export type IngestResult = Stored | IngestRefusal
export type BatchResult =
  | { readonly ok: true; readonly receipt: string | null; readonly results: readonly IngestResult[] }
  | { readonly ok: false; readonly fault: 'bad-batch'; readonly why: string }

export interface Ingest {
  single(handedIn: HandedIn): Promise<IngestResult>
  /**
   * One transaction and one receipt over all that are new, and over those that are held by a receipt of another epoch: a
   * terminal purges only by a receipt of this one. Results in the order of what was handed in.
   */
  batch(handedIn: readonly HandedIn[]): Promise<BatchResult>
}

export function makeIngest(parts: IngestParts): Ingest {
  const deviceKeys = makeDeviceKeys(parts.store)
  const { store, suite } = parts

  const batch = async (handedIn: readonly HandedIn[]): Promise<BatchResult> => {
    if (new Set(handedIn.map((item) => item.submissionId)).size !== handedIn.length) {
      return { ok: false, fault: 'bad-batch', why: 'it lists a submission twice' }
    }
    const refusals = handedIn.map((item) => wrongBytes(item, suite))
    const wellSent = handedIn.filter((_, index) => refusals[index] === undefined)
    // Sent again because the answer was lost: the same bytes were checked when they came first.
    const held = await heldAmong(store, wellSent)
    const hubEpoch = held.size === 0 ? '' : (await store.stand()).hubEpoch
    const known = await Promise.all(
      handedIn.map((item, index) => {
        const refusal = refusals[index]
        if (refusal !== undefined) return refusal
        const before = held.get(item.submissionId)
        if (before?.sha256 !== item.sha256) return checkEnvelope(item, deviceKeys, suite)
        return before.hubEpoch === hubEpoch ? again(before) : { ok: true as const, ...item }
      }),
    )
    const checked = known.filter((each): each is Checked => each.ok && 'summary' in each)
    const outdated = known.filter((each): each is Outdated => each.ok && 'envelope' in each && !('summary' in each))
    const terminals = new Set(checked.map((each) => each.summary.terminalId))
    for (const item of handedIn) {
      const before = held.get(item.submissionId)
      if (before?.sha256 === item.sha256) terminals.add(before.terminalId)
    }
    if (terminals.size > 1) return { ok: false, fault: 'bad-batch', why: 'it holds submissions of several terminals' }
    const [terminalId] = terminals
    const isNothingNew = checked.length + outdated.length === 0 || terminalId === undefined
    const committed = isNothingNew ? NOTHING_NEW : await commit(parts, terminalId, checked, outdated)
    const results = known.map((each) => {
      if (!each.ok || !('envelope' in each)) return each
      const result = committed.results.get(each.submissionId)
      if (result === undefined) throw new Error('ingest: a checked submission has no result')
      return result
    })
    return { ok: true, receipt: committed.receipt, results }
  }

  return {
    batch,
    async single(handedIn) {
      const result = await batch([handedIn])
      if (!result.ok || result.results[0] === undefined) throw new Error('ingest: one submission has one result')
      return result.results[0]
    },
  }
}

/** Held by a receipt of another epoch than the hub's. */
type Outdated = HandedIn & { readonly ok: true }

interface Committed {
  readonly receipt: string | null
  readonly results: ReadonlyMap<string, IngestResult>
}
const NOTHING_NEW: Committed = { receipt: null, results: new Map() }

async function heldAmong(store: HubReads, items: readonly HandedIn[]): Promise<ReadonlyMap<string, Held>> {
  return items.length === 0 ? new Map() : store.held(items.map((item) => item.submissionId))
}

function again(held: Held): Stored {
  const { receipt, receiptSha256, hubSequence } = held
  return { ok: true, receipt, receiptSha256, hubSequence, isNew: false, signedNow: false }
}

/**
 * One transaction: look for the ids, keys and chunks, then write rows, receipt, chain and cases, and the new receipt of
 * what was outdated. Transactions take
 * turns, so hub sequences have no gaps, receipts of a terminal are a chain, and of two workers with one id one writes
 * and the other reads what was written; the unique key stands behind it.
 */
function commit(
  parts: IngestParts,
  terminalId: string,
  checked: readonly Checked[],
  outdated: readonly Outdated[],
): Promise<Committed> {
  return parts.store.transaction(async (tx): Promise<Committed> => {
    const results = new Map<string, IngestResult>()
    const facts = await tx.arrivalFacts({
      terminalId,
      submissionIds: [...checked, ...outdated].map((each) => each.submissionId),
      deviceSequences: checked.map((each) => each.summary.deviceSequence),
      kids: [...new Set(checked.map((each) => each.deviceKid))],
    })
    const wanted = await refuseInTurn(tx, checked, facts, results)
    const renewed = heldByOldReceipt(tx, [...checked, ...outdated], facts.held, results)
    if (wanted.length + renewed.length === 0) return { receipt: null, results }
    wanted.sort((a, b) => a.summary.deviceSequence - b.summary.deviceSequence)
    const cloned = repeatedNumbers(facts.usedDeviceSequences, wanted)
    if (cloned.size > 0) {
      const deviceSequences = wanted.filter((each) => cloned.has(each)).map((each) => each.summary.deviceSequence)
      parts.onEvent?.({ event: 'terminal.cloned-sequence', level: 'warn', terminalId, deviceSequences })
    }
    const receivedAt = instant(parts.sources)
    const rows = wanted.map((each, index) =>
      rowOf(
        each,
        { receivedAt, hubEpoch: tx.hub.epoch, hubSequence: tx.hub.lastSequence + 1 + index },
        cloned.has(each),
      ),
    )
    const receipt = await signReceipt(
      {
        kind: 'hub-receipt',
        v: 1,
        terminalId,
        hubEpoch: tx.hub.epoch,
        receivedAt,
        previousReceiptSha256: facts.chainHead,
        items: [...renewed, ...rows].map(({ submissionId, sha256, deviceSequence, hubSequence }) => ({
          submissionId,
          sha256,
          deviceSequence,
          hubSequence,
        })),
      },
      parts.keys.current().signing.receipt,
    )
    const receiptSha256 = parts.suite.sha256Hex(receipt)
    const chunkSha256s = [...new Set(wanted.flatMap((each) => each.chunks.map((chunk) => chunk.sha256)))]
    await tx.insertSubmissions({
      terminalId,
      rows,
      renewed: { hubEpoch: tx.hub.epoch, submissionIds: renewed.map((each) => each.submissionId) },
      receipt: { sha256: receiptSha256, jws: receipt },
      chunkSha256s,
    })
    const signed = { ok: true, receipt, receiptSha256, signedNow: true } as const
    for (const { submissionId, hubSequence } of rows) results.set(submissionId, { ...signed, hubSequence, isNew: true })
    for (const { submissionId, hubSequence } of renewed) {
      results.set(submissionId, { ...signed, hubSequence, isNew: false })
    }
    return { receipt, results }
  })
}

/** What others stored meanwhile, revoked keys, chunks that are not here: noted in `results`. Returns what is to be stored. */
async function refuseInTurn(
  tx: HubTx,
  checked: readonly Checked[],
  { held, revokedAt }: ArrivalFacts,
  results: Map<string, IngestResult>,
): Promise<Checked[]> {
  const listed = [...new Set(checked.flatMap((each) => each.chunks.map((chunk) => chunk.sha256)))]
  const sizes = listed.length === 0 ? new Map<string, number>() : await tx.chunkSizes(listed)
  return checked.filter((each) => {
    const refusal = refusalOf(each, held.get(each.submissionId), revokedAt.get(each.deviceKid) ?? null, sizes)
    if (refusal !== undefined) results.set(each.submissionId, refusal)
    return refusal === undefined
  })
}

/**
 * Those that are held by a receipt of another epoch, in hub order; what another worker renewed meanwhile is noted in
 * `results`. Nothing is checked again: the hash says that these are the bytes that were checked when they came.
 */
function heldByOldReceipt(
  tx: HubTx,
  items: readonly HandedIn[],
  held: ReadonlyMap<string, Held>,
  results: Map<string, IngestResult>,
): readonly (Held & { readonly submissionId: string })[] {
  const old: (Held & { readonly submissionId: string })[] = []
  for (const { submissionId, sha256 } of items) {
    const before = held.get(submissionId)
    if (before?.sha256 !== sha256) continue
    if (before.hubEpoch === tx.hub.epoch) results.set(submissionId, again(before))
    else old.push({ submissionId, ...before })
  }
  return old.sort((a, b) => a.hubSequence - b.hubSequence)
}

function refusalOf(
  { sha256, chunks }: Checked,
  held: Held | undefined,
  revokedAt: string | null,
  sizes: ReadonlyMap<string, number>,
): IngestResult | undefined {
  if (held !== undefined) {
    return held.sha256 === sha256 ? again(held) : { ok: false, fault: 'hash-conflict', held: held.sha256 }
  }
  if (revokedAt !== null) return { ok: false, fault: 'key-unknown', why: revokedWords(revokedAt) }
  const missing = new Set<string>()
  for (const { sha256: chunkSha256, bytes } of chunks) {
    const size = sizes.get(chunkSha256)
    if (size === undefined) missing.add(chunkSha256)
    // The hash is right, so the size that the device signed for can never come true.
    else if (size !== bytes) return { ok: false, fault: 'bad-envelope', why: 'it lists a chunk with a size it has not' }
  }
  return missing.size === 0 ? undefined : { ok: false, fault: 'chunks-missing', missing: [...missing] }
}

/** Those whose device sequence is in use under another id: a copy of the terminal may be running. Flagged, not refused. */
function repeatedNumbers(usedBefore: ReadonlySet<number>, wanted: readonly Checked[]): ReadonlySet<Checked> {
  const used = new Set(usedBefore)
  const repeated = new Set<Checked>()
  for (const each of wanted) {
    if (used.has(each.summary.deviceSequence)) repeated.add(each)
    used.add(each.summary.deviceSequence)
  }
  return repeated
}

function rowOf(
  { submissionId, sha256, envelope, summary, deviceKid }: Checked,
  taken: Pick<SubmissionRow, 'receivedAt' | 'hubEpoch' | 'hubSequence'>,
  cloned: boolean,
): SubmissionRow {
  return {
    submissionId,
    sha256,
    terminalId: summary.terminalId,
    deviceKid,
    deviceSequence: summary.deviceSequence,
    kind: summary.kind,
    itemId: summary.item.id,
    itemCode: summary.item.code,
    itemVersion: summary.item.version,
    ticket: summary.ticket,
    secretSha256: summary.secretSha256,
    acceptedAt: summary.acceptedAt,
    envelope,
    ...taken,
    cloned,
  }
}

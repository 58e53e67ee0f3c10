import type { JournalFrame } from './journal-bytes.ts'

/** What a citizen was told is safe, noted the moment the answer came. */
export interface Promise_ {
  readonly id: string
  readonly ticket: string
  /** Of the envelope, as it lay in the journal at that moment; empty when it did not lie there. */
  readonly sha256: string
  readonly draftId: string
  readonly episode: number
}

export interface HubRow {
  readonly submission_id: string
  readonly sha256: string
  readonly ticket: string
  readonly hub_sequence: number
}

export interface Findings {
  /** Promised and not in the hub with that id, hash and ticket. */
  readonly lost: readonly Promise_[]
  /** Rows of the hub beyond the first for one promise, and rows that nobody was promised. */
  readonly duplicated: readonly HubRow[]
  /** The answer said "safe" and the frame was not on disk. */
  readonly promisedAheadOfJournal: readonly string[]
  /** Promised twice under two ids: a draft is one submission for ever. */
  readonly draftsTwice: readonly string[]
  /** Promised, and the journal holds no receipt over that id and hash which the hub's keys signed. */
  readonly unproven: readonly Promise_[]
  /** Set aside without a reason, or neither delivered nor set aside nor waiting. */
  readonly hiddenRefusals: readonly string[]
  /** Set aside at the end, by reason: visible, and waiting for a maintainer. */
  readonly quarantined: Readonly<Record<string, number>>
}

export interface OracleInput {
  readonly promised: readonly Promise_[]
  readonly hubRows: readonly HubRow[]
  readonly journal: readonly JournalFrame[]
  /** `id sha256` of everything that a verified receipt in the journal covers. */
  readonly proven: ReadonlySet<string>
  /** Ids of answers that came before their frame, as found while it ran. */
  readonly ahead: readonly string[]
}

/** Counts again, from records alone. Pure. */
export function judge(input: OracleInput): Findings {
  const { promised, hubRows, journal } = input
  // A promise asked for again (a page that came back) is the same promise.
  const byId = new Map(promised.map((promise) => [promise.id, promise]))
  const lost = [...byId.values()].filter(
    ({ id, sha256, ticket }) =>
      !hubRows.some((row) => row.submission_id === id && row.sha256 === sha256 && row.ticket === ticket),
  )
  const seen = new Set<string>()
  const duplicated = hubRows.filter((row) => {
    const promise = byId.get(row.submission_id)
    const isFirst = promise !== undefined && row.sha256 === promise.sha256 && !seen.has(row.submission_id)
    seen.add(row.submission_id)
    return !isFirst
  })
  const idsOfDraft = new Map<string, Set<string>>()
  for (const { draftId, id } of promised) idsOfDraft.set(draftId, (idsOfDraft.get(draftId) ?? new Set()).add(id))
  const quarantine = quarantineOf(journal)
  return {
    lost,
    duplicated,
    promisedAheadOfJournal: [...new Set(input.ahead)],
    draftsTwice: [...idsOfDraft].filter(([, ids]) => ids.size > 1).map(([draftId]) => draftId),
    unproven: [...byId.values()].filter(
      ({ id, sha256 }) => !input.proven.has(`${id} ${sha256}`) && !quarantine.has(id),
    ),
    hiddenRefusals: [...quarantine].filter(([, reason]) => reason === '').map(([id]) => id),
    quarantined: countBy([...quarantine.values()]),
  }
}

/** Promised, with neither a receipt nor a place in quarantine after its last frame. */
export function openIds(frames: readonly JournalFrame[], promised: readonly Promise_[]): ReadonlySet<string> {
  const open = new Set(promised.map(({ id }) => id))
  for (const frame of frames) {
    if (frame.type === 'received') open.delete(String(frame.submissionId))
    if (frame.type === 'batch-received') {
      for (const { submissionId } of frame.items as { submissionId: string }[]) open.delete(submissionId)
    }
    if (frame.type === 'requeued') open.add(String(frame.submissionId))
  }
  for (const id of quarantineOf(frames).keys()) open.delete(id)
  return open
}

/** Who is set aside after the last frame, and why. */
export function quarantineOf(journal: readonly JournalFrame[]): ReadonlyMap<string, string> {
  const aside = new Map<string, string>()
  for (const frame of journal) {
    const id = typeof frame.submissionId === 'string' ? frame.submissionId : ''
    if (frame.type === 'quarantined') {
      const hasWords = typeof frame.detail === 'string' && frame.detail !== ''
      aside.set(id, hasWords && typeof frame.reason === 'string' ? frame.reason : '')
    } else if (frame.type === 'requeued' || frame.type === 'received') {
      aside.delete(id)
    } else if (frame.type === 'batch-received' && Array.isArray(frame.items)) {
      for (const item of frame.items as { submissionId: string }[]) aside.delete(item.submissionId)
    }
  }
  return aside
}

/** `id sha256` of all that these receipts cover, read by `verify`, which gives nothing for one that is not the hub's. */
export async function provenBy(
  journal: readonly JournalFrame[],
  verify: (receipt: string) => Promise<readonly { readonly submissionId: string; readonly sha256: string }[]>,
): Promise<{ readonly proven: ReadonlySet<string>; readonly receipts: number; readonly bad: number }> {
  const texts = new Set<string>()
  for (const frame of journal) {
    if ((frame.type === 'received' || frame.type === 'batch-received') && typeof frame.receipt === 'string') {
      texts.add(frame.receipt)
    }
  }
  const proven = new Set<string>()
  let bad = 0
  for (const text of texts) {
    const items = await verify(text)
    if (items.length === 0) bad++
    for (const { submissionId, sha256 } of items) proven.add(`${submissionId} ${sha256}`)
  }
  return { proven, receipts: texts.size, bad }
}

function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

import type { Journal, SegmentInfo } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import { type PurgePlan, planPurge } from '../sync/journal/purge-plan.ts'
import type { ChunkStore } from './chunk-sending.ts'
import type { HubStandSeen } from './contact.ts'
import type { Log } from './events.ts'

/** A hub that names no backup for so long, while payloads wait for one, is an alarm. */
export const STUCK_AFTER_MS = 7 * 24 * 60 * 60_000
const SAY_STUCK_EVERY_MS = 24 * 60 * 60_000
/** A segment that is still written to is closed early for the sake of a purge: when it is this large, or once a day. */
const ROTATE_BYTES = 1 << 20
const ROTATE_EVERY_MS = 24 * 60 * 60_000

export interface PurgingParts {
  readonly journal: Pick<Journal, 'segments' | 'rotate' | 'purge'>
  readonly ledger: Ledger
  readonly attachments: Pick<ChunkStore, 'remove'>
  /** What the hub last signed, and what its clock shows now; null before it was heard. */
  readonly stand: () => HubStandSeen | null
  readonly hubNowUnixMs: () => number | null
  /** By the hub's settings; undefined when they say nothing. */
  readonly minimumRetentionMs: () => number | undefined
  readonly clock: { now(): number; monotonic(): number }
  /** Asks the hub whether it holds all of these now (confirming.ts). */
  readonly confirm: (items: readonly LedgerItem[]) => Promise<boolean>
  readonly log: Log
}

/**
 * Gives up payloads that the hub has in a backup (design.md section 4, step 8), a segment at a time, and says loudly when
 * that does not get on. What may go is for planPurge to say.
 */
export interface Purging {
  /** One turn. Throws only for bugs and for a disk that does not remove what it should. */
  purge(): Promise<void>
}

export function createPurging(parts: PurgingParts): Purging {
  const { journal, ledger, attachments, clock, log } = parts
  let rotatedAtMs = Number.NEGATIVE_INFINITY
  let saidStuckAtMs = Number.NEGATIVE_INFINITY

  function plan(segments: readonly SegmentInfo[] = journal.segments()): PurgePlan {
    const stand = parts.stand()
    const minimumRetentionMs = parts.minimumRetentionMs()
    return planPurge({
      segments,
      ledger,
      backedUpThrough: stand?.backedUpThrough ?? null,
      hubEpoch: stand?.hubEpoch ?? null,
      hubNowUnixMs: parts.hubNowUnixMs(),
      nowUnixMs: clock.now(),
      ...(minimumRetentionMs === undefined ? {} : { minimumRetentionMs }),
    })
  }

  async function rotateIfWorthIt(): Promise<void> {
    const active = journal.segments().find((segment) => !segment.closed)
    const isDue = clock.monotonic() - rotatedAtMs >= ROTATE_EVERY_MS
    if (active === undefined || (active.bytes < ROTATE_BYTES && !isDue)) return
    rotatedAtMs = clock.monotonic()
    await journal.rotate()
  }

  async function isConfirmed({ submissionIds }: SegmentInfo): Promise<boolean> {
    const items = submissionIds.map((id) => ledger.bySubmission(id)).filter((item) => item !== undefined)
    return parts.confirm(items.filter((item) => !item.purged))
  }

  async function purgeOne(info: SegmentInfo): Promise<void> {
    const segment = info.number
    // The hub may have told of another epoch while its answer, or the disk, was waited for.
    const stillMay = () => plan([info]).purgeable.length > 0
    const purged = await journal.purge(segment, new Date(clock.now()).toISOString(), stillMay)
    if (!purged.ok) {
      log('journal-note', { journal: 'purge-refused', segment, fault: purged.fault, detail: purged.detail })
      return
    }
    if (purged.chunks.length > 0) await attachments.remove(purged.chunks)
    const { submissions, freedBytes, chunks } = purged
    log('purged', { segment, submissions, freedBytes, chunks: chunks.length })
  }

  function sayIfStuck({ held }: PurgePlan): void {
    const hubNowMs = parts.hubNowUnixMs()
    if (hubNowMs === null || clock.monotonic() - saidStuckAtMs < SAY_STUCK_EVERY_MS) return
    const waiting = new Set(held.filter(isForBackup).map(({ segment }) => segment))
    let oldestMs = hubNowMs
    let submissions = 0
    for (const segment of journal.segments()) {
      if (!waiting.has(segment.number)) continue
      for (const submissionId of segment.submissionIds) {
        const item = ledger.bySubmission(submissionId)
        if (item === undefined || item.purged || item.hubReceivedUnixMs === null) continue
        if (hubNowMs - item.hubReceivedUnixMs >= STUCK_AFTER_MS) submissions++
        oldestMs = Math.min(oldestMs, item.hubReceivedUnixMs)
      }
    }
    if (submissions === 0) return
    saidStuckAtMs = clock.monotonic()
    const backedUpThrough = parts.stand()?.backedUpThrough ?? null
    log('purge-stuck', { submissions, oldestAgeMs: hubNowMs - oldestMs, backedUpThrough })
  }

  return {
    async purge() {
      if (plan().rotateHelps) await rotateIfWorthIt()
      const segments = journal.segments()
      const now = plan(segments)
      const purgeable = segments.filter((segment) => now.purgeable.includes(segment.number))
      for (const segment of purgeable) if (await isConfirmed(segment)) await purgeOne(segment)
      sayIfStuck(now)
    },
  }
}

function isForBackup({ because }: PurgePlan['held'][number]): boolean {
  return because === 'not-backed-up' || because === 'hub-silent'
}

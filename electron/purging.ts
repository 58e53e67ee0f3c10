import type { Journal, SegmentInfo } from '../sync/journal/journal.ts'
import type { Ledger, LedgerItem } from '../sync/journal/ledger.ts'
import { type HeldBecause, type PurgePlan, type PurgeQuestion, planPurge, whyKept } from '../sync/journal/purge-plan.ts'
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

  function question(segments: readonly SegmentInfo[]): PurgeQuestion {
    const stand = parts.stand()
    const minimumRetentionMs = parts.minimumRetentionMs()
    return {
      segments,
      ledger,
      backedUpThrough: stand?.backedUpThrough ?? null,
      hubEpoch: stand?.hubEpoch ?? null,
      hubNowUnixMs: parts.hubNowUnixMs(),
      nowUnixMs: clock.now(),
      ...(minimumRetentionMs === undefined ? {} : { minimumRetentionMs }),
    }
  }
  const plan = (segments = journal.segments()): PurgePlan => planPurge(question(segments))

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
    const now = question(journal.segments())
    const heldNow = new Set(held.filter(({ because }) => STUCK_BY.has(because)).map(({ segment }) => segment))
    let oldestAgeMs = 0
    const because = { backup: 0, epoch: 0, quarantined: 0 }
    for (const segment of now.segments) {
      if (!heldNow.has(segment.number)) continue
      for (const submissionId of segment.submissionIds) {
        const item = ledger.bySubmission(submissionId)
        const why = item === undefined ? undefined : whyStuck(item, now)
        if (item === undefined || why === undefined) continue
        const ageMs = item.hubReceivedUnixMs === null ? ageHere(item, now) : hubNowMs - item.hubReceivedUnixMs
        if (ageMs < STUCK_AFTER_MS) continue
        because[why] += 1
        oldestAgeMs = Math.max(oldestAgeMs, ageMs)
      }
    }
    const submissions = because.backup + because.epoch + because.quarantined
    if (submissions === 0) return
    saidStuckAtMs = clock.monotonic()
    log('purge-stuck', { submissions, oldestAgeMs, ...because, backedUpThrough: now.backedUpThrough })
  }

  return {
    async purge() {
      const { rotateHelps, rotateIsDue } = plan()
      if (rotateHelps || rotateIsDue) await rotateIfWorthIt()
      const segments = journal.segments()
      const now = plan(segments)
      const purgeable = segments.filter((segment) => now.purgeable.includes(segment.number))
      for (const segment of purgeable) if (await isConfirmed(segment)) await purgeOne(segment)
      sayIfStuck(now)
    },
  }
}

const STUCK_BY: ReadonlySet<HeldBecause> = new Set(['not-backed-up', 'hub-silent', 'epoch', 'not-received'])

/** What keeps a payload that ought to go by now; undefined for one that waits its turn, or only for the way to the hub. */
function whyStuck(item: LedgerItem, now: PurgeQuestion): 'backup' | 'epoch' | 'quarantined' | undefined {
  switch (whyKept(item, now)) {
    case 'not-backed-up':
    case 'hub-silent':
      return 'backup'
    case 'epoch':
      return 'epoch'
    case 'not-received':
      return item.state === 'quarantined' ? 'quarantined' : undefined
    default:
      return undefined
  }
}

/** Of what has no receipt, or one that does not tell its time. */
function ageHere(item: LedgerItem, { nowUnixMs }: PurgeQuestion): number {
  return nowUnixMs - Date.parse(item.receivedAt ?? item.acceptedAt)
}

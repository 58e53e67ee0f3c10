import { z } from 'zod'
import { type SignedStaffList, type VerifiedStaffList, verifyStaffList } from '../sync/envelope/staff-list.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { STAFF_LIST_LIFE_MS, type StaffMember } from '../sync/protocol/staff.ts'
import type { Log } from './events.ts'
import { openLatestTime } from './latest-time.ts'
import { jsonOrUndefined, type SmallFiles } from './small-files.ts'

/** A clock that is so far before the list's birth is wrong, and then nobody can say whether the list has expired. */
const CLOCK_SLACK_MS = 10 * 60_000
/** How often the clock is looked at while nobody shows a badge: so much, and no more, is forgotten by a power cut. */
const LOOK_EVERY_MS = 300_000

const FILE = 'staff.json'
const StoredSchema = z.object({ manifest: z.string(), content: z.string() })

/** Whom this terminal knows now. */
export type StaffKnown =
  | { readonly state: 'valid'; readonly members: readonly StaffMember[]; readonly expiresAt: string }
  | { readonly state: 'none' | 'expired' | 'clock-wrong' }

/**
 * This terminal's staff list beside the signed packages: taken only when it verifies, names this terminal and is newer,
 * written by fsync + rename, and there again after a start without network. Nobody gets in by one that has expired; a clock
 * that was set back makes none young again: it opens nothing until it is past the latest time seen, or the hub gives a new list.
 */
export interface StaffListKeeper {
  have(): { readonly version: number; readonly hubEpoch: string } | null
  /**
   * Takes over what was verified, on disk before it counts. False when it is older than what is held: a lower version
   * counts as newer only in the epoch that the hub says it is in now. Throws what the disk throws.
   */
  take(verified: VerifiedStaffList & { readonly signed: SignedStaffList }, hubEpochNow: string): Promise<boolean>
  known(): StaffKnown
  stop(): void
}

export interface StaffListOptions {
  readonly files: SmallFiles
  readonly terminalId: string
  /** Without the hub's keys nothing on disk is believed. */
  readonly keySet: KeySet | undefined
  readonly clock: { now(): number; monotonic(): number; after(delayMs: number, run: () => void): () => void }
  readonly log: Log
}

type Held = VerifiedStaffList & { /** Monotonic, of this run. */ readonly heldSinceMs: number }

export async function openStaffList(options: StaffListOptions): Promise<StaffListKeeper> {
  const { files, terminalId, keySet, clock, log } = options
  let held: Held | undefined

  const text = await files.read(FILE)
  if (text !== undefined && keySet !== undefined) {
    const stored = StoredSchema.safeParse(jsonOrUndefined(text))
    const verified = stored.success
      ? await verifyStaffList(stored.data, terminalId, keySet)
      : ({ ok: false, fault: 'bad-content', detail: 'not a staff file' } as const)
    if (verified.ok) {
      held = { manifest: verified.manifest, list: verified.list, heldSinceMs: clock.monotonic() }
      log('staff-list-taken', { source: 'disk', version: verified.manifest.version })
    } else {
      log('staff-list-refused', { source: 'disk', fault: verified.fault, detail: verified.detail })
    }
  }

  const latest = await openLatestTime({ files, log })
  let cancel: () => void = () => undefined
  const look = () => {
    latest.see(clock.now())
    cancel = clock.after(LOOK_EVERY_MS, look)
  }
  look()

  return {
    have: () => held?.manifest ?? null,
    async take({ manifest, list, signed }, hubEpochNow) {
      const before = held?.manifest
      const isNewer =
        before === undefined ||
        manifest.version > before.version ||
        (manifest.hubEpoch !== before.hubEpoch && manifest.hubEpoch === hubEpochNow)
      if (!isNewer) {
        log('staff-list-refused', { source: 'hub', fault: 'older', offered: manifest.version })
        return false
      }
      await files.write(FILE, JSON.stringify(signed))
      // The hub knows what time it was; a clock that had run ahead, and was put right, is forgiven.
      await latest.setTo(Date.parse(list.issuedAt))
      held = { manifest, list, heldSinceMs: clock.monotonic() }
      log('staff-list-taken', { source: 'hub', version: manifest.version, members: list.members.length })
      return true
    },
    known() {
      if (held === undefined) return { state: 'none' }
      const { issuedAt, expiresAt, members } = held.list
      const nowMs = clock.now()
      latest.see(nowMs)
      // A wall clock that stands still or goes back does not keep a list alive in a run.
      const isOldInThisRun = clock.monotonic() - held.heldSinceMs >= STAFF_LIST_LIFE_MS
      if (nowMs >= Date.parse(expiresAt) || isOldInThisRun) return { state: 'expired' }
      if (latest.isSetBack(nowMs) || nowMs < Date.parse(issuedAt) - CLOCK_SLACK_MS) return { state: 'clock-wrong' }
      return { state: 'valid', members, expiresAt }
    },
    stop() {
      cancel()
    },
  }
}

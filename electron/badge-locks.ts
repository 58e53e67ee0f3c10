import type { Journal } from '../sync/journal/journal.ts'
import type { LastLockout } from './staff-door.ts'

/** So many wrong PINs in a row are slips; from then on each locks the badge. */
export const FREE_TRIES = 3
/** The first lock; each further wrong PIN doubles it. */
export const FIRST_LOCK_MS = 60_000
/** The longest: a day, and then the hub has heard of a lost badge. */
export const LONGEST_LOCK_MS = 24 * 60 * 60_000

/**
 * How long a badge is locked after so many wrong PINs in a row. A stolen badge gets about 13 guesses in the first day and
 * one a day from then on, of a million PINs.
 */
export function lockMsAfter(failures: number): number {
  if (failures < FREE_TRIES) return 0
  return Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_TRIES))
}

/** Wrong PINs per badge. Each is a frame, so that pulling the plug gives no new tries. */
export interface BadgeLocks {
  /** Until when the badge is locked (unix ms), or undefined. */
  lockedUntil(badgeId: string): number | undefined
  /** Counts a wrong PIN; answers how many in a row. The lock counts also when the journal cannot be written. */
  failed(badgeId: string): Promise<number>
  /** Gives the tries back. */
  succeeded(badgeId: string): Promise<void>
}

export interface BadgeLocksOptions {
  /** As the journal's newest frame of each badge says. */
  readonly lockouts: ReadonlyMap<string, LastLockout>
  readonly journal: Pick<Journal, 'append'>
  readonly clock: { now(): number; monotonic(): number }
}

interface Count {
  readonly failures: number
  /** Monotonic. */
  readonly lockedUntilMs: number
}

export function createBadgeLocks({ lockouts, journal, clock }: BadgeLocksOptions): BadgeLocks {
  const startMs = clock.monotonic()
  const counts = new Map<string, Count>()
  for (const [badgeId, { failures, untilUnixMs }] of lockouts) {
    // Over a restart only the wall clock is left; it is believed up to the lock that this count can have.
    const leftMs = Math.min(lockMsAfter(failures), untilUnixMs - clock.now())
    counts.set(badgeId, { failures, lockedUntilMs: startMs + Math.max(0, leftMs) })
  }

  async function note(badgeId: string, failures: number, untilUnixMs: number): Promise<void> {
    const at = new Date(clock.now()).toISOString()
    // A clock before 1970 must not make a frame that is none.
    await journal.append({ type: 'staff-lockout', at, badgeId, failures, untilUnixMs: Math.max(0, untilUnixMs) })
  }

  return {
    lockedUntil(badgeId) {
      const leftMs = (counts.get(badgeId)?.lockedUntilMs ?? 0) - clock.monotonic()
      return leftMs > 0 ? Math.round(clock.now() + leftMs) : undefined
    },
    async failed(badgeId) {
      const failures = (counts.get(badgeId)?.failures ?? 0) + 1
      const lockMs = lockMsAfter(failures)
      counts.set(badgeId, { failures, lockedUntilMs: clock.monotonic() + lockMs })
      await note(badgeId, failures, lockMs === 0 ? 0 : Math.round(clock.now() + lockMs))
      return failures
    },
    async succeeded(badgeId) {
      if ((counts.get(badgeId)?.failures ?? 0) === 0) return
      counts.delete(badgeId)
      await note(badgeId, 0, 0)
    },
  }
}

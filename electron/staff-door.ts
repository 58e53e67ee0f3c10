import type { Journal } from '../sync/journal/journal.ts'
import type { UnlockAnswer } from './bridge/maintenance.contract.ts'
import type { Log } from './events.ts'

/** So many wrong PINs, then the door stays shut. */
export const TRIES = 5
export const LOCKOUT_MS = 15 * 60_000
/** A maintainer who walked away leaves no open door behind. */
export const IDLE_MS = 10 * 60_000

/**
 * The maintainers' door (issue 3, maintenance.contract.ts). Wrong PINs are counted over all visits; the lock is a frame,
 * so that pulling the plug does not open it.
 */
export interface StaffDoor {
  unlock(pin: string): Promise<UnlockAnswer>
  /** True while this visit is open; using it keeps it open. */
  isOpen(token: string): boolean
  lock(token: string): void
}

/** As the journal's newest staff-lockout frame says, or null. */
export interface LastLockout {
  readonly failures: number
  readonly untilUnixMs: number
}

export interface StaffDoorOptions {
  /** Undefined when the settings name no PIN. */
  readonly checkPin: ((pin: string) => Promise<boolean>) | undefined
  readonly lastLockout: LastLockout | null
  readonly journal: Pick<Journal, 'append'>
  readonly clock: { now(): number; monotonic(): number }
  readonly newToken: () => string
  readonly log: Log
}

export function createStaffDoor({ checkPin, lastLockout, journal, clock, newToken, log }: StaffDoorOptions): StaffDoor {
  // A restart gives no new tries: every wrong PIN is journalled.
  let failures = lastLockout === null || lastLockout.failures >= TRIES ? 0 : lastLockout.failures
  let visit: { readonly token: string; readonly untilMs: number } | undefined
  // In a run the monotonic clock decides. Over a restart only the wall clock is left: what it says is believed up to the
  // longest lock that there is, so that a jump of the clock cannot shut the door for ever.
  const leftMs = lastLockout === null ? 0 : Math.min(LOCKOUT_MS, lastLockout.untilUnixMs - clock.now())
  let lockedUntilMs = clock.monotonic() + Math.max(0, leftMs)
  // One guess after the other: many at once would all be the fifth.
  let last: Promise<unknown> = Promise.resolve()

  const lockedOut = (): UnlockAnswer | undefined => {
    const waitMs = lockedUntilMs - clock.monotonic()
    return waitMs > 0 ? { outcome: 'locked-out', untilUnixMs: Math.round(clock.now() + waitMs) } : undefined
  }

  async function guess(pin: string, check: (pin: string) => Promise<boolean>): Promise<UnlockAnswer> {
    const shut = lockedOut()
    if (shut !== undefined) return shut
    if (await check(pin)) {
      if (failures > 0) await note({ failures: 0, untilUnixMs: 0 })
      failures = 0
      const token = newToken()
      visit = { token, untilMs: clock.monotonic() + IDLE_MS }
      log('staff-unlocked')
      return { outcome: 'open', token }
    }
    failures++
    log('staff-pin-wrong', { failures })
    if (failures < TRIES) {
      await note({ failures, untilUnixMs: 0 })
      return { outcome: 'wrong-pin', triesLeft: TRIES - failures }
    }
    const untilUnixMs = Math.round(clock.now() + LOCKOUT_MS)
    lockedUntilMs = clock.monotonic() + LOCKOUT_MS
    // A clock before 1970 must not make a frame that is none.
    const frame = { failures, untilUnixMs: Math.max(0, untilUnixMs) }
    failures = 0
    await note(frame)
    log('staff-locked-out', { untilUnixMs })
    return { outcome: 'locked-out', untilUnixMs }
  }

  /** A journal that cannot be written leaves the count and the lock of this run. */
  async function note(frame: LastLockout): Promise<void> {
    await journal.append({ type: 'staff-lockout', at: new Date(clock.now()).toISOString(), ...frame })
  }

  return {
    unlock(pin) {
      if (checkPin === undefined) return Promise.resolve({ outcome: 'no-pin-set' })
      const answer = last.then(() => guess(pin, checkPin))
      last = answer.then(
        () => undefined,
        () => undefined,
      )
      return answer
    },
    isOpen(token) {
      const nowMs = clock.monotonic()
      if (visit === undefined || visit.token !== token || nowMs >= visit.untilMs) return false
      visit = { token, untilMs: nowMs + IDLE_MS }
      return true
    },
    lock(token) {
      if (visit?.token === token) visit = undefined
    },
  }
}

import { isVerified } from '../sync/envelope/scrypt.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { createBadgeLocks } from './badge-locks.ts'
import type { Log } from './events.ts'
import type { SmallFiles } from './small-files.ts'
import { createStaffDesk, PIN_LIMITS, type StaffDesk } from './staff-desk.ts'
import { openStaffList, type StaffListKeeper } from './staff-list.ts'
import { createTryRation } from './try-ration.ts'

export interface StaffParts {
  readonly list: StaffListKeeper
  readonly desk: StaffDesk
}

export interface StaffOptions {
  readonly files: SmallFiles
  readonly terminalId: string
  readonly keySet: KeySet | undefined
  readonly journal: Pick<Journal, 'append'>
  readonly ledger: Pick<Ledger, 'badgeLockouts'>
  readonly clock: { now(): number; monotonic(): number; after(delayMs: number, run: () => void): () => void }
  readonly beep: () => Promise<boolean>
  readonly nowIso: () => string
  readonly log: Log
}

/** Staff at this terminal, put together: the list that the hub gives, the locks of the journal, the desk. */
export async function openStaff(options: StaffOptions): Promise<StaffParts> {
  const { files, terminalId, keySet, journal, ledger, clock, beep, nowIso, log } = options
  const list = await openStaffList({ files, terminalId, keySet, clock, log })
  const desk = createStaffDesk({
    known: list.known,
    locks: createBadgeLocks({ lockouts: ledger.badgeLockouts, journal, clock }),
    verify: (pin, badge, member) => isVerified(pin, badge, member.verifier),
    tries: createTryRation(PIN_LIMITS, clock.monotonic),
    ...{ beep, nowIso, clock, log },
  })
  return { list, desk }
}

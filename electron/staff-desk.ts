import { type Badge, type Helper, readBadge, type StaffMember } from '../sync/protocol/staff.ts'
import type { BadgeLocks } from './badge-locks.ts'
import type { BadgeRefusal, Call, PinAnswer, StaffView } from './bridge/staff.contract.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import type { StaffKnown } from './staff-list.ts'
import type { TryLimit, TryRation } from './try-ration.ts'

/** A badge that was read waits so long for its PIN; a refusal is shown so long. */
export const PIN_WITHIN_MS = 60_000
export const REFUSAL_SHOWN_MS = 20_000
/** Over all badges: each guess costs a tenth of a second and 32 MiB, whoever asks. */
export const PIN_LIMITS: readonly TryLimit[] = [
  { tries: 10, withinMs: 60_000 },
  { tries: 60, withinMs: 60 * 60_000 },
]
/** A call that nobody answered is no call any more: whoever made it has gone. */
export const CALL_STANDS_MS = 15 * 60_000
/** As the payload's schema has it. */
const MAX_HELPERS = 8

/**
 * Staff at this terminal: called, joined by badge and PIN, gone again. Everything belongs to one visit and lives in memory
 * only; what must outlive a restart is in the journal (badge-locks.ts). While somebody helps, main takes no signature, no
 * rating and no look-up from this page.
 */
export interface StaffDesk {
  readonly view: Cell<StaffView>
  call(): Promise<Call>
  /** A code of any scanner. True when it is a badge: then nobody else gets it. */
  takeCode(text: string): boolean
  pin(pin: string): Promise<PinAnswer>
  leave(what: 'pin' | 'assist'): void
  isHelping(): boolean
  /** Who helped with what is being filled in: since the last submission of this visit, or its beginning. */
  helpers(): readonly Helper[]
  /** A submission was taken in: whoever has left by now did not help with the next. */
  submitted(): void
  /** A new document: whoever stands there now shows the badge again. */
  newPage(): void
  /** Everything of this visit goes. */
  visitOver(): void
}

export interface StaffDeskOptions {
  readonly known: () => StaffKnown
  readonly locks: BadgeLocks
  readonly verify: (pin: string, badge: Badge, member: StaffMember) => Promise<boolean>
  readonly tries: TryRation
  /** Sounds at the machine; false when it cannot. */
  readonly beep: () => Promise<boolean>
  readonly nowIso: () => string
  readonly clock: { after(delayMs: number, run: () => void): () => void }
  readonly log: Log
}

type Refused = { readonly why: BadgeRefusal; readonly untilUnixMs: number | null }

export function createStaffDesk(options: StaffDeskOptions): StaffDesk {
  const { known, locks, tries, nowIso, clock, log } = options
  const view = createCell<StaffView>({ call: null, pin: null, assist: null })
  let shown: Badge | undefined
  let helpers: readonly Helper[] = []
  /** Another one after each visit and document: an answer that comes late belongs to nobody. */
  let visit = 0
  let cancelPin: (() => void) | undefined
  let cancelCall: (() => void) | undefined
  // One guess after the other: many at once would all be the last free one.
  let last: Promise<unknown> = Promise.resolve()

  const change = (changes: Partial<StaffView>) => view.set({ ...view.get(), ...changes })

  function closePin(): void {
    cancelPin?.()
    shown = undefined
    if (view.get().pin !== null) change({ pin: null })
  }

  function endAssist(why: 'left' | 'other-staff' | 'new-page' | 'visit-over'): void {
    const { assist } = view.get()
    if (assist === null) return
    log('assist-ended', { staff: assist.id, why })
    change({ assist: null })
  }

  /** Who has this badge, or why it lets nobody in. */
  function look(badge: Badge): { readonly member: StaffMember } | Refused {
    const list = known()
    if (list.state !== 'valid') {
      const why = { none: 'no-list', expired: 'list-expired', 'clock-wrong': 'clock-wrong' } as const
      return { why: why[list.state], untilUnixMs: null }
    }
    const member = list.members.find(({ badgeId }) => badgeId === badge.badgeId)
    if (member === undefined) return { why: 'unknown-badge', untilUnixMs: null }
    const untilUnixMs = locks.lockedUntil(badge.badgeId)
    return untilUnixMs === undefined ? { member } : { why: 'locked-out', untilUnixMs }
  }

  function refuse(refused: Refused): void {
    cancelPin?.()
    shown = undefined
    log('badge-refused', { why: refused.why })
    change({ pin: { stage: 'refused', ...refused } })
    cancelPin = clock.after(REFUSAL_SHOWN_MS, closePin)
  }

  function askPin(badge: Badge, wrongBefore: number): void {
    cancelPin?.()
    shown = badge
    change({ pin: { stage: 'asking', wrongBefore } })
    cancelPin = clock.after(PIN_WITHIN_MS, closePin)
  }

  async function guess(pin: string): Promise<PinAnswer> {
    const badge = shown
    const mine = visit
    if (badge === undefined) return { outcome: 'no-badge' }
    const found = look(badge)
    if (!('member' in found)) {
      refuse(found)
      return { outcome: 'refused', ...found }
    }
    const retryAfterMs = tries()
    if (retryAfterMs > 0) return { outcome: 'too-many-tries', retryAfterMs }
    const { member } = found
    const isRight = await options.verify(pin, badge, member)
    if (!isRight) {
      const wrongBefore = await locks.failed(badge.badgeId)
      log('assist-pin-wrong', { failures: wrongBefore })
      const untilUnixMs = locks.lockedUntil(badge.badgeId)
      if (untilUnixMs === undefined) {
        if (shown === badge) askPin(badge, wrongBefore)
        return { outcome: 'wrong-pin', wrongBefore }
      }
      log('assist-locked-out', { untilUnixMs })
      if (shown === badge) refuse({ why: 'locked-out', untilUnixMs })
      return { outcome: 'refused', why: 'locked-out', untilUnixMs }
    }
    await locks.succeeded(badge.badgeId)
    // The visit ended, or the page was left, while scrypt ran.
    if (mine !== visit || shown !== badge) return { outcome: 'no-badge' }
    return join(member)
  }

  function join({ id, name }: StaffMember): PinAnswer {
    endAssist('other-staff')
    closePin()
    const since = nowIso()
    const assist = { id, name, since }
    helpers = [...helpers.filter((helper) => helper.id !== id), { id, name }].slice(-MAX_HELPERS)
    cancelCall?.()
    const { call } = view.get()
    change({ assist, call: call === null ? null : { ...call, answeredAt: since } })
    log('assist-opened', { staff: id })
    return { outcome: 'joined', assist }
  }

  return {
    view,
    async call() {
      const before = view.get().call
      const mine = visit
      const at = nowIso()
      const isBeeped = await options.beep()
      log('staff-called', { beeped: isBeeped })
      const signal = isBeeped ? ('beeped' as const) : ('screen-only' as const)
      const stands = before !== null && before.answeredAt === null
      const call = { at: stands ? before.at : at, signal, answeredAt: null }
      if (mine !== visit) return call
      change({ call })
      if (!stands) {
        cancelCall?.()
        cancelCall = clock.after(CALL_STANDS_MS, () => change({ call: null }))
      }
      return call
    },
    takeCode(text) {
      const badge = readBadge(text)
      if (badge === undefined) return false
      const found = look(badge)
      if (!('member' in found)) refuse(found)
      // Her own badge once more: she leaves.
      else if (found.member.id === view.get().assist?.id) endAssist('left')
      else askPin(badge, 0)
      return true
    },
    pin(pin) {
      const answer = last.then(() => guess(pin))
      last = answer.then(
        () => undefined,
        () => undefined,
      )
      return answer
    },
    leave(what) {
      if (what === 'pin') closePin()
      else endAssist('left')
    },
    isHelping: () => view.get().assist !== null,
    helpers: () => helpers,
    submitted() {
      const { assist } = view.get()
      helpers = assist === null ? [] : [{ id: assist.id, name: assist.name }]
    },
    newPage() {
      visit++
      closePin()
      endAssist('new-page')
    },
    visitOver() {
      visit++
      closePin()
      endAssist('visit-over')
      cancelCall?.()
      helpers = []
      if (view.get().call !== null) change({ call: null })
    },
  }
}

import type { LineBoardEvent } from '../drivers/line-board/states.ts'
import type { Clock } from '../drivers/transport/clock.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import type { Mains } from './intake-gate.ts'

/** A UPS of the usual size carries a terminal for several minutes; most cuts are over within seconds. */
export const GRACE_MS = 60_000
/** Below this an old battery may drop out from one moment to the next. */
export const END_AT_BATTERY_PERCENT = 20

export interface MainsWatchOptions {
  readonly clock: Clock
  readonly graceMs?: number
  readonly endAtBatteryPercent?: number
  readonly log: Log
}

/**
 * What to do about mains power. The line board tells that it is gone and how full the battery is; it has no word for
 * "switch off now", so a grace time or a low battery, whichever comes first, is the end.
 */
export interface MainsWatch {
  /** As last told. A board that went away meanwhile changes nothing: nobody knows better. */
  readonly mains: Cell<Mains>
  /** Resolves once, when the terminal must close its journal and end. Mains that come back later do not take it back. */
  readonly ended: Promise<void>
  onPower(event: Extract<LineBoardEvent, { event: 'power' }>): void
  /** The settings name no line board any more: what it said last counts no more. */
  forget(): void
  /** No timer is left. */
  stop(): void
}

export function createMainsWatch(options: MainsWatchOptions): MainsWatch {
  const { clock, graceMs = GRACE_MS, endAtBatteryPercent = END_AT_BATTERY_PERCENT, log } = options
  const mains = createCell<Mains>('on')
  let cancelEnd: (() => void) | undefined
  let isEnded = false
  let tellEnded: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    tellEnded = resolve
  })

  function end(why: 'grace-over' | 'battery-low'): void {
    cancelEnd?.()
    isEnded = true
    log('power-ended', { why })
    tellEnded()
  }

  function lost(batteryPercent: number | null): void {
    if (mains.get() === 'on') {
      log('mains-lost', { batteryPercent, endsInMs: graceMs })
      mains.set('lost')
      cancelEnd = clock.after(graceMs, () => end('grace-over'))
    }
    if (batteryPercent !== null && batteryPercent <= endAtBatteryPercent) end('battery-low')
  }

  function back(): void {
    if (mains.get() === 'on') return
    cancelEnd?.()
    log('mains-back')
    mains.set('on')
  }

  return {
    mains,
    ended,
    onPower(event) {
      // Once it ends it ends: to open again for the moment that is left would be a promise that cannot be kept.
      if (isEnded) return
      if (event.mains === 'lost') lost(event.batteryPercent)
      else back()
    },
    forget() {
      if (!isEnded) back()
    },
    stop() {
      cancelEnd?.()
      isEnded = true
    },
  }
}

/**
 * Loaded into the terminal's process before its own code: kills it at a named point, shifts its clock, sees whether an
 * answer leaves before its frame is synced, and takes one safety away for --break. It stands at the edge, around the
 * file system, fetch and the socket, so that the code under test is the code that ships.
 */
import { readControl, writeNote } from './control.ts'
import { breakTerminal } from './terminal-breaks.ts'
import { type Points, watchAnswers, watchDisk, watchFetch } from './terminal-points.ts'

const PROGRAM = /browser-shell\.(ts|js|cjs)$/

let control = readControl()
// The device host inherits the environment; it is not what is under test here.
if (control !== undefined && PROGRAM.test(process.argv[1] ?? '')) {
  const counts = new Map<string, number>()

  let readsFail = false
  const shiftClock = clock()
  const take = () => {
    control = readControl()
    if (control === undefined) return
    counts.clear()
    readsFail = control.failRead ?? false
    shiftClock(control.clockOffsetMs)
    writeNote(control, { note: 'armed', turn: control.turn })
  }
  /** The process comes to a point: dies there when it is the one that was chosen. */
  const at = (point: string) => {
    const kill = control?.kill
    if (control === undefined || kill === undefined || kill === null || kill.point !== point) return false
    const count = (counts.get(point) ?? 0) + 1
    counts.set(point, count)
    if (count !== kill.nth) return false
    writeNote(control, { note: 'killed', point })
    return true
  }
  const die = () => process.kill(process.pid, 'SIGKILL')

  const failsRead = () => {
    if (!readsFail || control === undefined) return false
    readsFail = false
    writeNote(control, { note: 'read-failed' })
    return true
  }
  const points: Points = {
    failsRead,
    come: (point: string) => {
      if (at(point)) die()
    },
    isHalf: at,
    die,
    ahead: (submissionId: string) => {
      if (control !== undefined) writeNote(control, { note: 'ahead', submissionId })
    },
  }
  take()
  process.on('SIGUSR2', take)
  watchDisk(points)
  watchAnswers(points)
  // Breaks stand outside the points: what is broken is what the points see.
  if (control.break !== null) breakTerminal(control)
  watchFetch(points)
}

/** Shifts every Date of this process, as a corrected or dead clock would; monotonic time stays. */
function clock(): (offsetMs: number) => void {
  const Real = Date
  let offset = 0
  class Shifted extends Real {
    constructor(...args: unknown[]) {
      super(...((args.length === 0 ? [Real.now() + offset] : args) as [number]))
    }
    static override now(): number {
      return Real.now() + offset
    }
  }
  return (offsetMs) => {
    offset = offsetMs
    if (offsetMs !== 0) globalThis.Date = Shifted as DateConstructor
  }
}

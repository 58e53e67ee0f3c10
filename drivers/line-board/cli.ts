import type { Condition } from '../condition/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { createLineBoard, type LineBoard } from './driver.ts'
import type { LineBoardLogEntry } from './log.ts'
import { LAMPS, type Lamp, type LineBoardResult, type LineBoardState, lineBoardCondition } from './states.ts'

/** What a maintainer does with a line board from the command line; `npm run device` calls these. */

const PROBE_TIMEOUT_MS = 8_000
/** How long each lamp stands lit in the test: long enough to look at it. */
const LAMP_TEST_MS = 700
const TEST_BEEP_MS = 200

export interface CliOptions {
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly openLink?: OpenLink
}

export interface LineBoardProbe {
  readonly class: 'line-board'
  readonly url: string
  readonly ok: boolean
  readonly state: LineBoardState
  readonly condition: Condition
  readonly log: readonly LineBoardLogEntry[]
}

/** Looks once: does the board answer, what do its sensors say. */
export async function probe(url: string, options: CliOptions = {}): Promise<LineBoardProbe> {
  const log: LineBoardLogEntry[] = []
  const state = await withBoard(url, options, log, async (board) => board.state())
  const condition = lineBoardCondition(state)
  return { class: 'line-board', url, ok: condition.severity !== 'alarm', state, condition, log }
}

export interface LampTest {
  readonly ok: boolean
  readonly lamps: Readonly<Partial<Record<Lamp, LineBoardResult>>>
  readonly beep: LineBoardResult
  readonly state: LineBoardState
}

/** Lights each lamp that the board has, one after the other, then beeps: somebody stands there and looks. */
export async function testLamps(url: string, options: CliOptions = {}): Promise<LampTest> {
  const clock = options.clock ?? realClock
  return withBoard(url, options, [], async (board) => {
    const lamps: Partial<Record<Lamp, LineBoardResult>> = {}
    for (const lamp of LAMPS) {
      const lit = await board.showSlot(lamp, 'on')
      lamps[lamp] = lit
      if (!lit.ok) continue
      await new Promise<void>((resolve) => {
        clock.after(LAMP_TEST_MS, resolve)
      })
    }
    await board.showSlot(null)
    const beep = await board.beep(TEST_BEEP_MS)
    const results = [...Object.values(lamps), beep]
    const ok = results.every((result) => result.ok || result.fault === 'not-fitted') && results.some(({ ok }) => ok)
    return { ok, lamps, beep, state: board.state() }
  })
}

/** Waits for the board's first word, or for what keeps it from coming. */
async function withBoard<Result>(
  url: string,
  options: CliOptions,
  log: LineBoardLogEntry[],
  use: (board: LineBoard) => Promise<Result>,
): Promise<Result> {
  const clock = options.clock ?? realClock
  let told: (() => void) | undefined
  const board = createLineBoard({
    url,
    clock,
    onEvent: (event) => {
      if (event.event === 'state') told?.()
    },
    log: (entry) => void log.push(entry),
    ...(options.openLink === undefined ? {} : { openLink: options.openLink }),
  })
  await new Promise<void>((resolve) => {
    const cancel = clock.after(options.timeoutMs ?? PROBE_TIMEOUT_MS, resolve)
    told = () => {
      cancel()
      resolve()
    }
    board.start()
  })
  try {
    return await use(board)
  } finally {
    await board.stop()
  }
}

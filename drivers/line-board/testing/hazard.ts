import { expect } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { advanceUntil, createManualClock, type ManualClock, until } from '../../smart-card/testing/manual-clock.ts'
import { type LineBoardSimulator, openLineBoardSimulator } from '../simulator.ts'
import { type LineBoardState, lineBoardCondition } from '../states.ts'
import { hasAll, type LineBoardHarness, startLineBoard } from './harness.ts'

/** What the cells of the fault matrix have in common. */
export interface LineBoardSetUp {
  readonly clock: ManualClock
  readonly sim: LineBoardSimulator
  readonly harness: LineBoardHarness
}

/** Begins like a frame and is none, and other things that a bad line brings. */
export const NOISE: Uint8Array = Buffer.from('\0\xff@@03\x80@0301ASK*0000\r\n*', 'latin1')
/** A frame that says it is longer than any, and goes on. */
export const FLOOD: Uint8Array = Buffer.concat([Buffer.from('@FF01', 'latin1'), Buffer.alloc(100_000, 'x')])

/** A cell in which the driver starts into what `before` prepares. */
export function atStart(
  before: (sim: LineBoardSimulator) => Promise<void> | void,
  run: (made: LineBoardSetUp) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createManualClock()
    const sim = await openLineBoardSimulator({ clock })
    await before(sim)
    const harness = startLineBoard(sim.url, clock)
    try {
      await run({ clock, sim, harness })
    } finally {
      await sim.close()
      await harness.board.stop()
    }
  }
}

/** A cell with the board greeted and its lamps set. */
export function withBoard(run: (made: LineBoardSetUp) => Promise<void>): () => Promise<void> {
  return atStart(
    () => undefined,
    async (made) => {
      await made.harness.next({ event: 'presence' })
      await until(() => made.sim.counters().received.LAMP === 8)
      await run(made)
    },
  )
}

/** A cell with a slot in use. */
export function afterLamp(run: (made: LineBoardSetUp) => Promise<void>): () => Promise<void> {
  return withBoard(async (made) => {
    expect(await made.harness.board.showSlot('reader')).toEqual({ ok: true })
    await run(made)
  })
}

/** A cell in which the board was away and comes back into what `before` prepares. */
export function atReconnect(
  before: (sim: LineBoardSimulator) => void,
  run: (made: LineBoardSetUp) => Promise<void>,
): () => Promise<void> {
  return afterLamp(async (made) => {
    await made.sim.pullPlug()
    await made.harness.nextState('unplugged')
    before(made.sim)
    await made.sim.plug()
    await run(made)
  })
}

/** Steps the clock until the driver is in that state, and checks what it maps to. */
export async function expectState(
  { clock, harness }: LineBoardSetUp,
  name: LineBoardState['state'],
  condition: ConditionName,
): Promise<void> {
  await advanceUntil(clock, () => harness.board.state().state === name)
  expect(lineBoardCondition(harness.board.state()).condition).toBe(condition)
}

/** Steps the clock until there is such a line: some are written at the next question only. */
export async function expectLogged(
  { clock, harness }: LineBoardSetUp,
  entry: Readonly<Record<string, unknown>>,
): Promise<void> {
  await advanceUntil(clock, () => harness.log.some((line) => hasAll(line, entry)))
}

/** Whatever it waits for, it comes to its end: the board is ready, a lamp can be lit, a change is told. */
export async function expectRecovery({ clock, sim, harness }: LineBoardSetUp): Promise<void> {
  await advanceUntil(clock, () => harness.board.state().state === 'ready')
  let lit = false
  const lighting = harness.board.showSlot('receipt', 'on').finally(() => {
    lit = true
  })
  await advanceUntil(clock, () => lit)
  expect(await lighting).toEqual({ ok: true })
  expect(sim.view().lamps).toMatchObject({ receipt: 'on', reader: 'off' })
  sim.setPresence(true)
  await harness.next({ event: 'presence', present: true })
}

/** A command that ends while the clock is stepped. */
export async function stepped<Result>({ clock }: LineBoardSetUp, run: () => Promise<Result>): Promise<Result> {
  let ended = false
  const running = run().finally(() => {
    ended = true
  })
  await advanceUntil(clock, () => ended)
  return running
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.ts'
import { byteTimeMs, createPacedWriter } from './paced-writer.ts'

/** A clock that jumps to the next timer, `lateMs` after it was due, and moves a little in every turn awaited. */
function steppedClock(lateMs: number, turnMs: number) {
  let now = 1_000
  let timers: { atMs: number; run: () => void }[] = []
  let turns: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => now,
    after(delayMs, run) {
      const timer = { atMs: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  return {
    clock,
    nextTurn: (run: () => void) => void turns.push(run),
    runAll() {
      for (;;) {
        const turn = turns.shift()
        if (turn !== undefined) {
          now += turnMs
          turn()
          continue
        }
        turns = []
        timers.sort((a, b) => a.atMs - b.atMs)
        const timer = timers.shift()
        if (timer === undefined) return
        now = Math.max(now, timer.atMs) + lateMs
        timer.run()
      }
    },
  }
}

describe('paced writer', () => {
  it('lets no byte leave early, the last one hardly late, and keeps the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(9_600, 115_200),
        fc.double({ min: 0, max: 1.9, noNaN: true }),
        (messages, baud, lateMs) => {
          const turnMs = 0.05
          const stepped = steppedClock(lateMs, turnMs)
          const left: { atMs: number; byte: number }[] = []
          const writer = createPacedWriter({
            clock: stepped.clock,
            baud,
            nextTurn: stepped.nextTurn,
            write: (bytes) => {
              for (const byte of bytes) left.push({ atMs: stepped.clock.nowMs(), byte })
            },
          })
          for (const message of messages) void writer.write(message)
          stepped.runAll()
          const sent = messages.flatMap((message) => [...message])
          expect(left.map((one) => one.byte)).toEqual(sent)
          left.forEach((one, index) => {
            expect(one.atMs - 1_000).toBeGreaterThanOrEqual((index + 1) * byteTimeMs(baud) - 1e-6)
          })
          expect((left.at(-1)?.atMs ?? 0) - 1_000).toBeLessThanOrEqual(sent.length * byteTimeMs(baud) + turnMs + 1e-6)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('waits for the given start and writes at once when it is not paced', () => {
    const stepped = steppedClock(0, 0.01)
    const left: number[] = []
    const write = () => void left.push(stepped.clock.nowMs())
    const paced = createPacedWriter({ clock: stepped.clock, baud: 115_200, nextTurn: stepped.nextTurn, write })
    void paced.write(new Uint8Array(10), 1_005)
    stepped.runAll()
    expect(left).toHaveLength(1)
    expect(left[0]).toBeGreaterThanOrEqual(1_005 + 10 * byteTimeMs(115_200))
    const unpaced = createPacedWriter({ clock: stepped.clock, baud: 0, nextTurn: stepped.nextTurn, write })
    const before = stepped.clock.nowMs()
    void unpaced.write(new Uint8Array(5_000))
    expect(stepped.clock.nowMs()).toBe(before)
    expect(left.slice(1).every((atMs) => atMs === before)).toBe(true)
    expect(left.length).toBeGreaterThan(1)
  })

  it('drops what has not left when it is stopped', async () => {
    const stepped = steppedClock(0, 0.01)
    let left = 0
    const writer = createPacedWriter({
      clock: stepped.clock,
      baud: 115_200,
      nextTurn: stepped.nextTurn,
      write: (bytes) => {
        left += bytes.length
      },
    })
    const written = writer.write(new Uint8Array(1_000))
    writer.stop()
    stepped.runAll()
    await written
    expect(left).toBe(0)
  })
})

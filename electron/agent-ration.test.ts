import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { AGENT_DAY_LIMIT } from '../sync/protocol/proxy.ts'
import { type AgentRation, openAgentRation } from './agent-ration.ts'
import { folderFiles, type SmallFiles } from './small-files.ts'
import { logBook, manualClock } from './testing/fixtures.ts'

const ONE = '990101198611020033'
const OTHER = '990101195806120022'
const DAY_MS = 86_400_000

let dir: string
let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
/** How far the wall clock is ahead of the manual one: the day begins at 0. */
let aheadMs: number
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-agents-'))
  clock = manualClock()
  book = logBook()
  aheadMs = DAY_MS / 2
})
const wallMs = () => aheadMs + clock.nowMs()
const today = () => new Date(Date.parse('2026-11-23T00:00:00.000Z') + wallMs()).toISOString().slice(0, 10)
const msToMidnight = () => DAY_MS - (wallMs() % DAY_MS)
const open = async (files?: SmallFiles): Promise<AgentRation> =>
  openAgentRation({
    files: files ?? (await folderFiles(dir)),
    ...{ randomBytes, today, msToMidnight, after: clock.after, log: book.log },
  })
const onDisk = () => readFile(join(dir, 'agents-today.json'), 'utf8')
test('five a day for each agent, the sixth not; another agent has five of her own', async () => {
  const ration = await open()
  for (let left = AGENT_DAY_LIMIT; left > 0; left--) {
    expect(ration.left(ONE)).toBe(left)
    expect(ration.take(ONE)).toBe(true)
  }
  expect(ration.take(ONE)).toBe(false)
  expect(ration.left(ONE)).toBe(0)
  expect(ration.left(OTHER)).toBe(AGENT_DAY_LIMIT)
  ration.giveBack(ONE)
  expect(ration.take(ONE)).toBe(true)
  expect(ration.take(ONE)).toBe(false)
})

test('a restart on the same day finds the counts; no number is on disk', async () => {
  const ration = await open()
  ration.take(ONE)
  ration.take(ONE)
  await ration.keep()
  expect(await onDisk()).not.toContain(ONE)
  expect(await readdir(dir)).toEqual(['agents-today.json'])
  const again = await open()
  expect(again.left(ONE)).toBe(AGENT_DAY_LIMIT - 2)
  expect(again.left(OTHER)).toBe(AGENT_DAY_LIMIT)
})

test('at midnight key and counts go, in memory and on disk, though nobody comes', async () => {
  const files = await folderFiles(dir)
  let emptied: () => void = () => undefined
  const isEmptied = new Promise<void>((resolve) => {
    emptied = resolve
  })
  const ration = await open({
    ...files,
    async write(name, text) {
      await files.write(name, text)
      if (text === 'null') emptied()
    },
  })
  for (let n = 0; n < AGENT_DAY_LIMIT; n++) ration.take(ONE)
  await ration.keep()
  const { key } = JSON.parse(await onDisk())
  expect(key).toMatch(/^[\w-]{43}$/)
  await clock.advance(msToMidnight() - 1)
  expect(ration.left(ONE)).toBe(0)
  await clock.advance(1)
  await isEmptied
  expect(await onDisk()).toBe('null')
  expect(ration.left(ONE)).toBe(AGENT_DAY_LIMIT)
  ration.take(ONE)
  await ration.keep()
  expect(JSON.parse(await onDisk())).toMatchObject({ day: '2026-11-24', counts: [[expect.any(String), 1]] })
  expect(await onDisk()).not.toContain(key)
})

test('switched off over midnight: the next start takes yesterday away', async () => {
  const ration = await open()
  ration.take(ONE)
  await ration.keep()
  ration.stop()
  expect(clock.timers()).toBe(0)
  aheadMs += DAY_MS
  const again = await open()
  expect(await onDisk()).toBe('null')
  expect(again.left(ONE)).toBe(AGENT_DAY_LIMIT)
})

test('a clock that jumps over midnight is seen in time, and one that runs late counts the day it shows', async () => {
  const ration = await open()
  ration.take(ONE)
  aheadMs += DAY_MS
  expect(ration.left(ONE)).toBe(AGENT_DAY_LIMIT)
  ration.take(ONE)
  aheadMs += DAY_MS
  await clock.advance(16 * 60_000)
  await ration.keep()
  expect(await onDisk()).toBe('null')
})

test('a damaged file turns nobody away and is said; a full disk is said and stops nobody', async () => {
  await writeFile(join(dir, 'agents-today.json'), '{"day":"2026-11-23","key":"short"')
  const ration = await open()
  expect(book.of('agent-counts-damaged')).toHaveLength(1)
  expect(ration.left(ONE)).toBe(AGENT_DAY_LIMIT)
  const files = await folderFiles(dir)
  const full = await open({ ...files, write: async () => Promise.reject(new Error('ENOSPC')) })
  expect(full.take(ONE)).toBe(true)
  await full.keep()
  expect(book.of('agent-counts-not-kept')).toHaveLength(1)
  expect(full.left(ONE)).toBe(AGENT_DAY_LIMIT - 1)
  expect(book.text()).not.toContain(ONE)
})

test('whatever comes in whatever order, with restarts between: nobody gets more than five a day', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('take' as const), who: fc.constantFrom(ONE, OTHER) }),
    fc.record({ do: fc.constant('restart' as const) }),
    fc.record({ do: fc.constant('midnight' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      dir = await mkdtemp(join(tmpdir(), 'bianmin-agents-'))
      clock = manualClock()
      let ration = await open()
      let taken = new Map<string, number>()
      for (const each of steps) {
        if (each.do === 'restart') {
          ration.stop()
          ration = await open()
        } else if (each.do === 'midnight') {
          await clock.advance(msToMidnight())
          taken = new Map()
        } else {
          const before = taken.get(each.who) ?? 0
          expect(ration.left(each.who)).toBe(AGENT_DAY_LIMIT - before)
          expect(ration.take(each.who)).toBe(before < AGENT_DAY_LIMIT)
          taken.set(each.who, Math.min(AGENT_DAY_LIMIT, before + 1))
          await ration.keep()
        }
      }
      ration.stop()
    }),
    { numRuns: 30 },
  )
})

import { expect, test } from 'vitest'
import { BREAKS, type Break, CONSEQUENCES, optionsOf, type WorldOptions } from './options.ts'
import type { ViolationKind } from './oracle.ts'
import { runWorld, type WorldResult } from './world.ts'

/** Small enough for every run of the unit tests; CI runs a hundred seeds, `npm run sim` any number. */
const SEEDS = [4, 6, 10, 14]

function found(result: WorldResult): readonly ViolationKind[] {
  return result.violations.map(({ kind }) => kind)
}

test.each(SEEDS)('seed %i: nothing lost, doubled, promised early or left behind', async (seed) => {
  const result = await runWorld(optionsOf(seed))
  expect(result.violations).toEqual([])
  expect(result.promised).toBeGreaterThan(0)
  expect(result.delivered + result.refused + result.damaged).toBeGreaterThanOrEqual(result.promised)
  expect(result.leaks).toEqual({})
})

test('one seed gives one history, to the event', async () => {
  const [first, second] = [
    await runWorld(optionsOf(14), { keeps: true }),
    await runWorld(optionsOf(14), { keeps: true }),
  ]
  expect(first.steps).toBeGreaterThan(500)
  expect(second.hash).toBe(first.hash)
  expect(second.kept).toEqual(first.kept)
  expect((await runWorld(optionsOf(4))).hash).not.toBe(first.hash)
})

const CALM: WorldOptions = {
  ...optionsOf(4),
  terminals: 1,
  submissions: 8,
  horizonMs: 600_000,
  attachmentShare: 0,
  segmentBytes: 4_000,
  minimumRetentionMs: 1_000,
  backupEveryMs: 300_000,
  worker: false,
  faults: {},
}

/** For each safeguard a world that leans on it. */
const LEANING: Readonly<Record<Break, WorldOptions['faults']>> = {
  'no-fsync': { 'power-cut': 90, partition: 60 },
  'no-unique': { 'reply-lost': 0.4, 'request-duplicated': 0.4 },
  'early-purge': { 'hub-restored-as-copy': 90 },
  'any-receipt': { 'receipt-forged': 0.5 },
}

/** Chance decides in which of them the harm comes; most have it at once. */
const TRIES = 12

test.each(BREAKS)('without its safeguard some world comes to harm: %s', { timeout: 60_000 }, async (broken) => {
  for (let seed = 1; seed <= TRIES; seed++) {
    const options = { ...CALM, seed, faults: LEANING[broken] }
    const harmed = found(await runWorld(options, { broken })).some((kind) => CONSEQUENCES[broken].includes(kind))
    if (!harmed) continue
    // With it, the same world is well.
    expect(found(await runWorld(options))).toEqual([])
    return
  }
  expect.fail(`${TRIES} worlds without a loss`)
})

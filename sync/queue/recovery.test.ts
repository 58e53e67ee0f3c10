import { expect, test } from 'vitest'
import { createKeeper, OPEN_LIMIT_MS, UNUSABLE_AFTER, watched } from './recovery.ts'
import { manualClock, noLog } from './testing/fixtures.ts'

function bench(open: (n: number) => Promise<{ n: number }>) {
  const clock = manualClock()
  const said: string[] = []
  let opens = 0
  let latest: { n: number } | null = null
  const keeper = createKeeper<{ n: number }>({
    clock,
    log: noLog,
    source: {
      async open() {
        const value = await open(++opens)
        return {
          value,
          close: async () => {
            said.push(`close ${value.n}`)
          },
        }
      },
      destroy: async () => {
        said.push('destroy')
      },
    },
    onReady(value) {
      latest = value
      said.push(`ready ${value.n}`)
    },
    onLost: (why) => said.push(`lost ${why}`),
    onUnusable: (why) => said.push(`unusable ${why}`),
  })
  return { clock, said, keeper, latest: () => latest as { n: number } | null, opens: () => opens }
}

test('a failing store is closed, deleted and opened again', async () => {
  const b = bench(async (n) => ({ n }))
  b.keeper.start()
  await b.clock.advance(1)
  const value = b.latest()
  if (value === null) throw new Error('not opened')
  b.keeper.failed(value, new Error('DatabaseClosedError'))
  b.keeper.failed(value, new Error('again'))
  await b.clock.advance(10)
  expect(b.said).toEqual(['ready 1', 'lost Error: DatabaseClosedError', 'close 1', 'destroy', 'ready 2'])
  await b.keeper.close()
  expect(b.said.at(-1)).toBe('close 2')
})

test('after failures in a row the store is unusable, and tries go on until one succeeds', async () => {
  const b = bench(async (n) => {
    if (n <= 5) throw new Error('no room')
    return { n }
  })
  b.keeper.start()
  await b.clock.advance(500)
  expect(b.said.filter((line) => line.startsWith('unusable'))).toEqual([])
  await b.clock.advance(2_000)
  expect(b.opens()).toBe(UNUSABLE_AFTER)
  expect(b.said.at(-1)).toBe('unusable Error: no room')
  await b.clock.advance(200_000)
  expect(b.said.at(-1)).toBe('ready 6')
})

test('an open that never ends counts as a failure, and is closed if it ends after all', async () => {
  let finish: (value: { n: number }) => void = () => undefined
  const b = bench((n) =>
    n === 1
      ? new Promise((resolve) => {
          finish = resolve
        })
      : Promise.resolve({ n }),
  )
  b.keeper.start()
  await b.clock.advance(OPEN_LIMIT_MS + 10)
  expect(b.said).toEqual(['destroy', 'ready 2'])
  finish({ n: 1 })
  await b.clock.advance(1)
  expect(b.said).toEqual(['destroy', 'ready 2', 'close 1'])
})

test('a store that fails again soon after every rebuild ends as unusable; one that held long does not', async () => {
  for (const [heldMs, unusable] of [
    [1_000, true],
    [120_000, false],
  ] as const) {
    const b = bench(async (n) => ({ n }))
    b.keeper.start()
    for (let i = 0; i < UNUSABLE_AFTER; i++) {
      await b.clock.advance(heldMs)
      const value = b.latest()
      if (value === null) throw new Error('not opened')
      b.keeper.failed(value, new Error('write'))
      await b.clock.advance(10)
    }
    expect(b.said.some((line) => line.startsWith('unusable'))).toBe(unusable)
  }
})

test('a watched store reports throws and hangs', async () => {
  const clock = manualClock()
  const reported: string[] = []
  const store = watched(
    {
      bad: async () => Promise.reject(new Error('bad')),
      hang: () => new Promise<void>(() => undefined),
      good: async (n: number) => n + 1,
    },
    clock,
    1_000,
    (error) => reported.push(String(error)),
  )
  expect(await store.good(1)).toBe(2)
  await expect(store.bad()).rejects.toThrow('bad')
  const hanging = expect(store.hang()).rejects.toThrow('hang: no answer within 1000 ms')
  await clock.advance(1_001)
  await hanging
  expect(reported).toEqual(['Error: bad', 'Error: hang: no answer within 1000 ms'])
})

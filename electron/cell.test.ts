import { expect, test } from 'vitest'
import { createCell, endable, follow } from './cell.ts'

test('a follower gets the present value, then each newer one', async () => {
  const cell = createCell(1)
  const values = follow(cell, undefined)
  expect(await values.next()).toEqual({ done: false, value: 1 })
  const second = values.next()
  cell.set(2)
  expect((await second).value).toBe(2)
  await values.return()
})

test('a value set while the reader is busy is not lost, and only the last counts', async () => {
  const cell = createCell(1)
  const values = follow(cell, undefined)
  await values.next()
  cell.set(2)
  cell.set(3)
  expect((await values.next()).value).toBe(3)
  cell.set(4)
  expect((await values.next()).value).toBe(4)
  await values.return()
})

test('the same value wakes nobody', async () => {
  const cell = createCell(1)
  const values = follow(cell, undefined)
  await values.next()
  let got: unknown
  const next = values.next().then((result) => {
    got = result.value
  })
  cell.set(1)
  await Promise.resolve()
  expect(got).toBeUndefined()
  cell.set(2)
  await next
  expect(got).toBe(2)
  await values.return()
})

function spied<T>(initial: T) {
  const cell = createCell(initial)
  let watchers = 0
  return {
    watchers: () => watchers,
    cell: {
      ...cell,
      subscribe(listener: (value: T) => void) {
        watchers++
        const stop = cell.subscribe(listener)
        return () => {
          watchers--
          stop()
        }
      },
    },
  }
}

test('return() ends a follower that waits, and nothing stays subscribed', async () => {
  const { cell, watchers } = spied(1)
  const values = follow(cell, undefined)
  await values.next()
  const waiting = values.next()
  expect(watchers()).toBe(1)
  expect(await values.return()).toEqual({ done: true, value: undefined })
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(watchers()).toBe(0)
})

test('return() ends a generator that waits for a follower of its own', async () => {
  const { cell, watchers } = spied(1)
  const doubled = endable<number>(undefined, async function* (signal) {
    for await (const value of follow(cell, signal)) yield value * 2
  })
  expect((await doubled.next()).value).toBe(2)
  const waiting = doubled.next()
  expect((await doubled.return()).done).toBe(true)
  expect((await waiting).done).toBe(true)
  expect(watchers()).toBe(0)
})

test('the signal ends a follower: while it waits, before it began, and while its reader is busy', async () => {
  const { cell, watchers } = spied(1)
  const waits = new AbortController()
  const waiting = follow(cell, waits.signal)
  await waiting.next()
  const next = waiting.next()
  waits.abort()
  expect((await next).done).toBe(true)

  expect((await follow(cell, AbortSignal.abort()).next()).done).toBe(true)

  const reads = new AbortController()
  const reading = follow(cell, reads.signal)
  await reading.next()
  reads.abort()
  cell.set(2)
  expect((await reading.next()).done).toBe(true)
  expect(watchers()).toBe(0)
})

test('a hundred followers all see the last value, and leave no trace', async () => {
  const { cell, watchers } = spied(0)
  const stop = new AbortController()
  const lasts = Array.from({ length: 100 }, async () => {
    let last = -1
    for await (const value of follow(cell, stop.signal)) {
      last = value
      if (last === 1000) break
    }
    return last
  })
  for (let value = 1; value <= 1000; value++) {
    cell.set(value)
    if (value % 97 === 0) await Promise.resolve()
  }
  expect(new Set(await Promise.all(lasts))).toEqual(new Set([1000]))
  expect(watchers()).toBe(0)
})

test('a listener that another took off on the way is not called any more', () => {
  const cell = createCell(0)
  const heard: string[] = []
  let stopSecond = () => undefined as unknown
  cell.subscribe(() => {
    heard.push('first')
    stopSecond()
  })
  stopSecond = cell.subscribe(() => heard.push('second'))
  cell.set(1)
  expect(heard).toEqual(['first'])
})

test('what the inside throws reaches the reader', async () => {
  // biome-ignore lint/correctness/useYield: it must fail before it yields
  const broken = endable<number>(undefined, async function* () {
    throw new Error('no disk')
  })
  await expect(broken.next()).rejects.toThrow('no disk')
})

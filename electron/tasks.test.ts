import { beforeEach, expect, test } from 'vitest'
import { createTasks, type Tasks } from './tasks.ts'
import { logBook, manualClock, settle } from './testing/fixtures.ts'

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let tasks: Tasks
beforeEach(() => {
  clock = manualClock()
  book = logBook()
  tasks = createTasks(clock.after, book.log)
})

test('a task never overlaps with itself; who asks meanwhile waits for the turn that runs', async () => {
  let runs = 0
  let letGo: () => void = () => undefined
  const slow = () => {
    runs++
    return new Promise<void>((resolve) => {
      letGo = resolve
    })
  }
  const first = tasks.run('a', slow)
  const second = tasks.run('a', slow)
  await settle()
  expect(runs).toBe(1)
  letGo()
  await Promise.all([first, second])
  void tasks.run('a', slow)
  await settle()
  expect(runs).toBe(2)
})

test('one that throws is said and costs its turn only', async () => {
  let runs = 0
  tasks.every('b', 1000, 5000, async () => {
    if (++runs === 1) throw new Error('a full disk')
  })
  await clock.advance(11_000)
  expect(runs).toBe(3)
  expect(book.of('task-fault')).toMatchObject([{ task: 'b' }])
  expect(book.text()).toContain('a full disk')
})

test('after stop nothing begins', async () => {
  let runs = 0
  tasks.every('c', 1000, 1000, async () => void runs++)
  await clock.advance(2500)
  tasks.stop()
  expect(clock.timers()).toBe(0)
  await tasks.run('c', async () => void runs++)
  await clock.advance(10_000)
  expect(runs).toBe(2)
})

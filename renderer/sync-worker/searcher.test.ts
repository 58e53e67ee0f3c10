import { expect, test } from 'vitest'
import { ServiceItemSchema } from '../../sync/protocol/service-item.ts'
import { itemBody } from '../../sync/queue/testing/catalogue.ts'
import type { PageMessage } from './messages.ts'
import { createSearcher } from './searcher.ts'

function bench() {
  const posted: PageMessage[] = []
  const logged: string[] = []
  const turns = new Set<() => void>()
  const searcher = createSearcher({
    post: (message) => posted.push(message),
    log: (event) => logged.push(event),
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after(_, task) {
        turns.add(task)
        return () => turns.delete(task)
      },
    },
  })
  const turn = () => {
    for (const task of turns) task()
    turns.clear()
  }
  const found = (query: string) => {
    searcher.answer(7, query, 5)
    const message = posted.at(-1)
    return message?.kind === 'found' && message.ask === 7 ? (message.hits?.map(({ id }) => id) ?? null) : undefined
  }
  return { searcher, logged, turns, turn, found }
}

const items = [
  ['S02', '领取养老金资格认证'],
  ['S07', '失业登记'],
].map(([id = '', name = '']) => ServiceItemSchema.parse(itemBody(id, name)))

test('answers null until an index stands; a newer catalogue takes its place in a turn of its own', () => {
  const { searcher, logged, turns, turn, found } = bench()
  expect(found('sydj')).toBeNull()
  searcher.offer(items)
  expect(found('sydj')).toBeNull()
  turn()
  expect(found('sydj')).toEqual(['S07'])
  searcher.offer(items.slice(0, 1))
  searcher.offer(items.filter(({ id }) => id !== 'S07'))
  expect(turns.size).toBe(1)
  expect(found('sydj')).toEqual(['S07'])
  turn()
  expect(found('sydj')).toEqual([])
  expect(logged).toEqual(['search-built', 'search-built'])
})

test('the words of a package are searched where it has them', () => {
  const { searcher, turn, found } = bench()
  searcher.offer(items.map((item) => (item.id === 'S02' ? { ...item, searchWords: ['养老金没到账'] } : item)))
  turn()
  expect(found('没到账')).toEqual(['S02'])
})

test('items that cannot be told apart are not searched, and the log says so', () => {
  const { searcher, logged, turn, found } = bench()
  searcher.offer(items)
  turn()
  searcher.offer([...items, ...items])
  turn()
  expect(found('sydj')).toBeNull()
  expect(logged).toEqual(['search-built', 'search-not-built'])
})

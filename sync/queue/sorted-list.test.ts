import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSortedList } from './sorted-list.ts'

/** Small enough a range that values meet; enough of them that runs are cut and vanish. */
const steps = fc.array(fc.record({ add: fc.boolean(), value: fc.nat(60), many: fc.constantFrom(1, 1, 1, 700) }), {
  maxLength: 60,
  size: 'max',
})

test('is what an array that is sorted after every change would be', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: -10, max: 45_000 }), (all, asked) => {
      const list = createSortedList<number>((a, b) => a - b)
      const model = new Set<number>()
      for (const { add, value, many } of all) {
        for (let i = 0; i < many; i++) {
          const one = value * 700 + i
          if (add && !model.has(one)) list.add(one)
          if (!add) expect(list.delete(one)).toBe(model.has(one))
          if (add) model.add(one)
          else model.delete(one)
        }
      }
      const sorted = [...model].sort((a, b) => a - b)
      expect(list.size).toBe(sorted.length)
      expect([...list]).toEqual(sorted)
      const place = (value: number) => value - asked
      expect([...list.from(place)]).toEqual(sorted.filter((value) => value >= asked))
      expect([...list.backFrom(place)]).toEqual(sorted.filter((value) => value <= asked).reverse())
    }),
  )
})

test('cleared it is empty and can be filled again', () => {
  const list = createSortedList<number>((a, b) => a - b)
  list.add(2)
  list.clear()
  expect([[...list], list.size, list.delete(2)]).toEqual([[], 0, false])
  list.add(1)
  expect([...list.backFrom(() => 0)]).toEqual([1])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CONDITIONS, ConditionSchema, conditionOf, isFit, linkCondition, mostUrgent } from './states.ts'

const some = fc.array(
  fc.constantFrom(...CONDITIONS).map((name) => conditionOf(name)),
  { minLength: 1 },
)

test('whatever the order in which things went wrong, the same one is said first', () => {
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (conditions, picks) => {
      const shuffled = [...conditions].sort(() => ((picks.next().value ?? 0) % 3) - 1)
      expect(mostUrgent(shuffled)).toEqual(mostUrgent(conditions))
    }),
  )
  expect(mostUrgent([])).toBeUndefined()
})

test('an alarm outranks a warning, a missing device what was last heard of it', () => {
  const said = (...names: (typeof CONDITIONS)[number][]) =>
    mostUrgent(names.map((name) => conditionOf(name)))?.condition
  expect(said('media-low', 'media-empty')).toBe('media-empty')
  expect(said('media-empty', 'not-reachable')).toBe('not-reachable')
  expect(said('ready', 'media-low')).toBe('media-low')
  expect(said('busy', 'ready')).toBe('busy')
  expect(
    mostUrgent([conditionOf('hardware-error', { severity: 'warning' }), conditionOf('overheated')])?.condition,
  ).toBe('overheated')
})

test('every condition is complete, and only normal and warning ones are fit for work', () => {
  for (const name of CONDITIONS) expect(ConditionSchema.parse(conditionOf(name)).condition).toBe(name)
  expect(CONDITIONS.filter((name) => isFit(conditionOf(name)))).toEqual(['media-low', 'connecting', 'busy', 'ready'])
  expect(linkCondition('bad-url')).toMatchObject({ condition: 'bad-address', mend: 'maintainer' })
  expect(linkCondition('no-permission')).toMatchObject({ condition: 'not-reachable', mend: 'maintainer' })
  expect(linkCondition('lost')).toMatchObject({ condition: 'not-reachable', mend: 'staff' })
})

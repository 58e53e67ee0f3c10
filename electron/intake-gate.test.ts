import { expect, test } from 'vitest'
import type { SpaceLevel } from '../sync/journal/space.ts'
import { createCell } from './cell.ts'
import { createIntakeGate, intakeStateOf, type Mains } from './intake-gate.ts'

test.each([
  ['open', 'on', 'open'],
  ['no-attachments', 'on', 'no-attachments'],
  ['no-space', 'on', 'no-space'],
  ['open', 'lost', 'no-power'],
  ['no-attachments', 'lost', 'no-power'],
  ['no-space', 'lost', 'no-power'],
] as const)('space %s, mains %s: %s', (space, mains, state) => {
  expect(intakeStateOf({ space, mains })).toBe(state)
})

test('the gate follows both reasons, and says nothing when another reason changes nothing', () => {
  const space = createCell<SpaceLevel>('no-space')
  const mains = createCell<Mains>('on')
  const gate = createIntakeGate(space, mains)
  expect(gate.get()).toEqual({ intake: 'no-space' })
  const seen: string[] = []
  gate.subscribe(({ intake }) => seen.push(intake))
  mains.set('lost')
  space.set('open')
  space.set('no-attachments')
  mains.set('on')
  space.set('open')
  expect(seen).toEqual(['no-power', 'no-attachments', 'open'])
})

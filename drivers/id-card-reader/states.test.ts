import { expect, test } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { type CardReaderState, CardReaderStateSchema, cardReaderCondition } from './states.ts'

const CONDITIONS: readonly (readonly [CardReaderState, string, string, string])[] = [
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready', samId: null }, 'ready', 'normal', 'nobody'],
  [{ state: 'reading' }, 'busy', 'normal', 'nobody'],
  [{ state: 'unplugged', fault: 'not-found' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'unplugged', fault: 'no-permission' }, 'not-reachable', 'alarm', 'maintainer'],
  [{ state: 'unplugged', fault: 'bad-url' }, 'bad-address', 'alarm', 'maintainer'],
  [{ state: 'no-answer' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'link-bad' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'out-of-service', sw3: '60' }, 'hardware-error', 'alarm', 'maintainer'],
  [{ state: 'stopped' }, 'not-reachable', 'alarm', 'nobody'],
]

test.each(CONDITIONS)('%o is %s', (state, condition, severity, mend) => {
  const said = cardReaderCondition(CardReaderStateSchema.parse(structuredClone(state)))
  expect(ConditionSchema.parse(said)).toEqual({ condition, severity, mend })
})

test('every state is in the table', () => {
  const names = CardReaderStateSchema.options.map((option) => option.shape.state.value)
  expect(new Set(CONDITIONS.map(([{ state }]) => state))).toEqual(new Set(names))
})

import { expect, test } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { type SignaturePadState, SignaturePadStateSchema, signaturePadCondition } from './states.ts'

const CONDITIONS: readonly (readonly [SignaturePadState, string, string, string])[] = [
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready' }, 'ready', 'normal', 'nobody'],
  [{ state: 'writing', strokes: 2 }, 'busy', 'normal', 'nobody'],
  [{ state: 'garbled' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'unplugged', fault: 'lost' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'unplugged', fault: 'bad-url' }, 'bad-address', 'alarm', 'maintainer'],
  [{ state: 'unknown-pad' }, 'software-error', 'alarm', 'maintainer'],
  [{ state: 'stopped' }, 'not-reachable', 'alarm', 'nobody'],
]

test.each(CONDITIONS)('%o is %s', (state, condition, severity, mend) => {
  const said = signaturePadCondition(SignaturePadStateSchema.parse(structuredClone(state)))
  expect(ConditionSchema.parse(said)).toEqual({ condition, severity, mend })
})

test('every state is in the table', () => {
  const names = SignaturePadStateSchema.options.map((option) => option.shape.state.value)
  expect(new Set(CONDITIONS.map(([{ state }]) => state))).toEqual(new Set(names))
})

import { expect, test } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { type CodeScannerState, CodeScannerStateSchema, codeScannerCondition } from './states.ts'

const CONDITIONS: readonly (readonly [CodeScannerState, string, string, string])[] = [
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready' }, 'ready', 'normal', 'nobody'],
  [{ state: 'garbled' }, 'not-responding', 'warning', 'staff'],
  [{ state: 'unplugged', fault: 'lost' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'unplugged', fault: 'bad-url' }, 'bad-address', 'alarm', 'maintainer'],
  [{ state: 'stopped' }, 'not-reachable', 'alarm', 'nobody'],
]

test.each(CONDITIONS)('%o is %s', (state, condition, severity, mend) => {
  const said = codeScannerCondition(CodeScannerStateSchema.parse(structuredClone(state)))
  expect(ConditionSchema.parse(said)).toEqual({ condition, severity, mend })
})

test('every state is in the table', () => {
  const names = CodeScannerStateSchema.options.map((option) => option.shape.state.value)
  expect(new Set(CONDITIONS.map(([{ state }]) => state))).toEqual(new Set(names))
})

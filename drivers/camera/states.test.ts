import { expect, test } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { type CameraState, CameraStateSchema, cameraCondition } from './states.ts'

const CONDITIONS: readonly (readonly [CameraState, string, string, string])[] = [
  [{ state: 'closed' }, 'ready', 'normal', 'nobody'],
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready', label: 'HD' }, 'ready', 'normal', 'nobody'],
  [{ state: 'capturing', label: 'HD' }, 'busy', 'normal', 'nobody'],
  [{ state: 'denied' }, 'not-reachable', 'alarm', 'maintainer'],
  [{ state: 'not-found' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'ended' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'in-use' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'no-frames' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'unsupported' }, 'software-error', 'alarm', 'maintainer'],
]

test.each(CONDITIONS)('%o is told as %s', (state, condition, severity, mend) => {
  const told = cameraCondition(CameraStateSchema.parse(structuredClone(state)))
  expect(ConditionSchema.parse(told)).toEqual({ condition, severity, mend })
})

test('no state is left out', () => {
  const all = CameraStateSchema.options.map(({ shape }) => shape.state.value)
  expect(CONDITIONS.map(([{ state }]) => state).sort()).toEqual([...all].sort())
})

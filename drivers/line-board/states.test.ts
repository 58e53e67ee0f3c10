import { describe, expect, it } from 'vitest'
import { ConditionSchema, DEVICE_CLASSES } from '../condition/states.ts'
import {
  LAMP_OF_CLASS,
  LAMPS,
  type LineBoardInputs,
  type LineBoardState,
  LineBoardStateSchema,
  lineBoardCondition,
} from './states.ts'

const inputs: LineBoardInputs = { mains: 'on', batteryPercent: 90, door: 'closed', presence: null }

/** One of each; the type makes a state that is missing here an error. */
const CONDITIONS: Record<LineBoardState['state'], readonly [LineBoardState, string, string, string]> = {
  connecting: [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  ready: [{ state: 'ready', inputs }, 'ready', 'normal', 'nobody'],
  'power-lost': [{ state: 'power-lost', inputs: { ...inputs, mains: 'lost' } }, 'power-lost', 'alarm', 'staff'],
  'door-open': [{ state: 'door-open', inputs: { ...inputs, door: 'open' } }, 'cover-open', 'warning', 'staff'],
  unplugged: [{ state: 'unplugged', fault: 'not-found' }, 'not-reachable', 'alarm', 'staff'],
  'no-answer': [{ state: 'no-answer' }, 'not-responding', 'alarm', 'staff'],
  'link-bad': [{ state: 'link-bad' }, 'hardware-error', 'alarm', 'maintainer'],
  'unknown-board': [{ state: 'unknown-board', version: 2 }, 'software-error', 'alarm', 'maintainer'],
  stopped: [{ state: 'stopped' }, 'not-reachable', 'alarm', 'nobody'],
}

describe('states of the line board', () => {
  it.each(Object.entries(CONDITIONS))('%s', (_, [state, condition, severity, mend]) => {
    expect(LineBoardStateSchema.parse(structuredClone(state))).toEqual(state)
    expect(ConditionSchema.parse(lineBoardCondition(state))).toEqual({ condition, severity, mend })
  })

  it('a wrong address is the maintainer’s', () => {
    expect(lineBoardCondition({ state: 'unplugged', fault: 'bad-url' })).toMatchObject({ condition: 'bad-address' })
  })

  it('every other class has a lamp of its own', () => {
    const others = DEVICE_CLASSES.filter((name) => name !== 'line-board')
    expect(others.map((name) => LAMP_OF_CLASS[name]).sort()).toEqual([...LAMPS].sort())
  })
})

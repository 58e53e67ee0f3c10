import { describe, expect, it } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { type SmartCardState, SmartCardStateSchema, smartCardCondition } from './states.ts'

const reader = 'A Reader 00 00'

/** One of each; the type makes a state that is missing here an error. */
const CONDITIONS: Record<SmartCardState['state'], readonly [SmartCardState, string, string, string]> = {
  connecting: [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  ready: [{ state: 'ready', reader }, 'ready', 'normal', 'nobody'],
  card: [{ state: 'card', reader }, 'ready', 'normal', 'nobody'],
  reading: [{ state: 'reading', reader }, 'busy', 'normal', 'nobody'],
  mute: [{ state: 'mute', reader }, 'media-misplaced', 'alarm', 'citizen'],
  'in-use': [{ state: 'in-use', reader }, 'busy', 'alarm', 'maintainer'],
  'reader-fault': [{ state: 'reader-fault', reader }, 'not-responding', 'alarm', 'staff'],
  'no-reader': [{ state: 'no-reader', readers: [reader] }, 'not-reachable', 'alarm', 'staff'],
  'no-service': [{ state: 'no-service', fault: 'refused' }, 'not-reachable', 'alarm', 'maintainer'],
  'service-silent': [{ state: 'service-silent' }, 'not-responding', 'alarm', 'maintainer'],
  'service-garbled': [{ state: 'service-garbled' }, 'software-error', 'alarm', 'maintainer'],
  'service-mismatch': [{ state: 'service-mismatch', theirs: '5.0' }, 'software-error', 'alarm', 'maintainer'],
  'bad-address': [{ state: 'bad-address' }, 'bad-address', 'alarm', 'maintainer'],
  'not-supported': [{ state: 'not-supported' }, 'bad-address', 'alarm', 'maintainer'],
  stopped: [{ state: 'stopped' }, 'not-reachable', 'alarm', 'nobody'],
}

describe('states of the smart-card reader', () => {
  it.each(Object.entries(CONDITIONS))('%s', (_, [state, condition, severity, mend]) => {
    expect(SmartCardStateSchema.parse(structuredClone(state))).toEqual(state)
    expect(ConditionSchema.parse(smartCardCondition(state))).toEqual({ condition, severity, mend })
  })
})

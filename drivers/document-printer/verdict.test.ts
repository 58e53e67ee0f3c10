import { describe, expect, it } from 'vitest'
import type { JobReading } from './answers.ts'
import { type Evidence, verdictOf, verdictOnCompleted } from './verdict.ts'

const job = (change: Partial<JobReading>): JobReading => ({
  id: 1,
  name: undefined,
  state: 'canceled',
  reasons: [],
  impressionsCompleted: 0,
  everProcessed: true,
  ...change,
})
const LEFT: Evidence = {
  documentLeft: true,
  refused: false,
  atDevice: undefined,
  atQueue: undefined,
  expected: undefined,
}

describe('what came out', () => {
  it.each<[string, Evidence, string, number, number | null]>([
    ['no byte left', { ...LEFT, documentLeft: false }, 'nothing', 0, 0],
    ['the document was refused', { ...LEFT, refused: true }, 'nothing', 0, 0],
    ['nobody says anything', LEFT, 'unknown', 0, null],
    ['nobody says anything of three pages', { ...LEFT, expected: 3 }, 'unknown', 0, 3],
    ['cancelled before it began', { ...LEFT, atDevice: job({ everProcessed: false }) }, 'nothing', 0, 0],
    ['cancelled at the queue before it began', { ...LEFT, atQueue: job({ everProcessed: false }) }, 'nothing', 0, 0],
    [
      'not begun, but not over either',
      { ...LEFT, atDevice: job({ state: 'pending', everProcessed: false }) },
      'unknown',
      0,
      null,
    ],
    ['begun, and it counts 0', { ...LEFT, atDevice: job({}), expected: 3 }, 'unknown', 0, 3],
    [
      'the printer does not say whether it began',
      { ...LEFT, atDevice: job({ everProcessed: undefined }) },
      'unknown',
      0,
      null,
    ],
    ['one of three', { ...LEFT, atDevice: job({ impressionsCompleted: 1 }), expected: 3 }, 'some', 1, 3],
    ['one of nobody knows how many', { ...LEFT, atDevice: job({ impressionsCompleted: 1 }) }, 'some', 1, null],
    ['three of three', { ...LEFT, atDevice: job({ impressionsCompleted: 3 }), expected: 3 }, 'all', 3, 3],
    ['more than there should be', { ...LEFT, atDevice: job({ impressionsCompleted: 4 }), expected: 3 }, 'all', 4, 4],
    [
      'what a queue counts is what it sent',
      { ...LEFT, atQueue: job({ impressionsCompleted: 3 }), expected: 3 },
      'unknown',
      0,
      3,
    ],
    ['completed, and then in doubt', { ...LEFT, atDevice: job({ state: 'completed' }), expected: 3 }, 'unknown', 0, 3],
    [
      'counted though it says that it never began',
      { ...LEFT, atDevice: job({ impressionsCompleted: 1, everProcessed: false }) },
      'some',
      1,
      null,
    ],
  ])('%s', (_what, evidence, paper, atLeast, atMost) => {
    expect(verdictOf(evidence)).toEqual({ paper, impressions: { atLeast, atMost } })
  })

  it('of a completed job is all of it, whether the device counts or not', () => {
    expect(verdictOnCompleted(job({ impressionsCompleted: 0 }), 4)).toEqual({
      paper: 'all',
      impressions: { atLeast: 4, atMost: 4 },
    })
    expect(verdictOnCompleted(job({ impressionsCompleted: 2 }), undefined).impressions).toEqual({
      atLeast: 2,
      atMost: null,
    })
    expect(verdictOnCompleted(undefined, undefined).impressions).toEqual({ atLeast: 0, atMost: null })
  })
})

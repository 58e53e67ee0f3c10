import { expect, test } from 'vitest'
import { zh } from '../../ui/strings/zh.ts'
import { notHandedOver } from './handover-words.ts'

test('how long no slip can be had is said in whole minutes, never too few', () => {
  for (const [retryAfterMs, minutes] of [
    [1, 1],
    [60_000, 1],
    [60_001, 2],
    [3_000_000, 50],
  ] as const) {
    const wanted = zh['handover.not.too-many'].text.replace('{minutes}', String(minutes))
    expect(notHandedOver({ outcome: 'too-many', retryAfterMs })).toBe(wanted)
  }
})

import { expect, test } from 'vitest'
import { conditionOf } from '../condition/states.ts'
import type { Bank } from './messages.ts'
import { readinessOf } from './readiness.ts'

const [FIRST, SECOND] = ['tcp://192.168.1.20:9100', 'tcp://192.168.1.21:9100'] as const

function bank(chosen: number, ...members: (readonly [string, Parameters<typeof conditionOf>[0]])[]): Bank {
  return { chosen, members: members.map(([url, condition]) => ({ url, state: {}, condition: conditionOf(condition) })) }
}

test('a machine without devices has nothing that is missing', () => {
  expect(readinessOf({}, {})).toEqual({ rows: [], ready: true, missing: [], mostUrgent: undefined })
})

test('one that has said nothing yet is connecting, and no trouble', () => {
  const found = readinessOf({ 'receipt-printer': [FIRST] }, {})
  expect(found.rows).toMatchObject([{ url: FIRST, used: true, fit: true, condition: { condition: 'connecting' } }])
  expect(found.mostUrgent).toBeUndefined()
})

test('a second printer keeps the class ready, and the first is what somebody should see to', () => {
  const banks = { 'receipt-printer': bank(1, [FIRST, 'media-empty'], [SECOND, 'ready']) }
  const found = readinessOf({ 'receipt-printer': [FIRST, SECOND] }, banks)
  expect(found).toMatchObject({ ready: true, missing: [], mostUrgent: { url: FIRST } })
  expect(found.rows.map(({ used, fit }) => [used, fit])).toEqual([
    [false, false],
    [true, true],
  ])
})

test('what is not there at all comes before what is low', () => {
  const banks = {
    'receipt-printer': bank(0, [FIRST, 'media-low']),
    'document-scanner': bank(0, ['sane:test', 'not-reachable']),
  }
  const found = readinessOf({ 'receipt-printer': [FIRST], 'document-scanner': ['sane:test'] }, banks)
  expect(found).toMatchObject({ ready: false, missing: ['document-scanner'], mostUrgent: { url: 'sane:test' } })
})

test('what is no longer in the plan is not told, whatever was last heard of it', () => {
  const banks = { 'receipt-printer': bank(0, [FIRST, 'media-empty'], [SECOND, 'ready']) }
  expect(readinessOf({ 'receipt-printer': [SECOND] }, banks).rows).toMatchObject([{ url: SECOND, fit: true }])
})

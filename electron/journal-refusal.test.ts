import { expect, test } from 'vitest'
import { journalRefusal } from './journal-refusal.ts'

test('a broken chain: file, byte and frame, how to check it, and that it must be kept', () => {
  const place = { segment: '00000001.bmj', offset: 187, sequence: 1 }
  const text = journalRefusal({ ok: false, fault: 'broken-chain', place, detail: 'bad hash' }, '/data/journal')
  expect(text).toContain('/data/journal/00000001.bmj, byte 187, frame 1: bad hash')
  expect(text).toContain('node sync/journal/cli.ts verify --dir /data/journal')
  expect(text).toContain('Do not delete it.')
})

test.each(['locked', 'disk-full', 'unreadable', 'io'] as const)(
  '%s: names the folder, the cause and a next step',
  (fault) => {
    const text = journalRefusal({ ok: false, fault, detail: 'cause 7' }, '/data/journal')
    expect(text).toContain('/data/journal')
    expect(text).toContain('cause 7')
    expect(text).toMatch(/stop that terminal|make room|check the disk/)
  },
)

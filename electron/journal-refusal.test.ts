import { expect, test } from 'vitest'
import { journalRefusal } from './journal-refusal.ts'

test.each(['locked', 'newer-format', 'disk-full', 'unreadable', 'io'] as const)(
  '%s: names the folder, the cause and a next step',
  (fault) => {
    const text = journalRefusal({ ok: false, fault, detail: 'cause 7' }, '/data/journal')
    expect(text).toContain('/data/journal')
    expect(text).toContain('cause 7')
    expect(text).toMatch(/stop that terminal|install that version|make room|check the disk/)
    if (fault !== 'locked') expect(text).toMatch(/Do not delete the journal\.$/)
  },
)

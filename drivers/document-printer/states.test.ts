import { expect, it } from 'vitest'
import { type DocumentPrinterState, DocumentPrinterStateSchema, documentPrinterCondition } from './states.ts'

const CONDITIONS: readonly [DocumentPrinterState, string, string, string][] = [
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready', warnings: [] }, 'ready', 'normal', 'nobody'],
  [{ state: 'ready', warnings: ['media-low'] }, 'media-low', 'warning', 'staff'],
  [{ state: 'ready', warnings: ['toner-low'] }, 'media-low', 'warning', 'staff'],
  [{ state: 'ready', warnings: ['media-empty', 'media-low'] }, 'media-empty', 'warning', 'staff'],
  [{ state: 'ready', warnings: ['other'] }, 'hardware-error', 'warning', 'maintainer'],
  [{ state: 'printing', warnings: [] }, 'busy', 'normal', 'nobody'],
  [{ state: 'printing', warnings: ['toner-low'] }, 'media-low', 'warning', 'staff'],
  [{ state: 'media-empty' }, 'media-empty', 'alarm', 'staff'],
  [{ state: 'tray-missing' }, 'media-empty', 'alarm', 'staff'],
  [{ state: 'media-jam' }, 'media-jammed', 'alarm', 'staff'],
  [{ state: 'cover-open' }, 'cover-open', 'alarm', 'staff'],
  [{ state: 'output-full' }, 'media-full', 'alarm', 'staff'],
  [{ state: 'toner-empty' }, 'hardware-error', 'alarm', 'staff'],
  [{ state: 'waste-full' }, 'hardware-error', 'alarm', 'staff'],
  [{ state: 'overheated' }, 'overheated', 'alarm', 'nobody'],
  [{ state: 'spool-full' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'paused' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'offline' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'not-accepting', at: 'device' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'not-accepting', at: 'queue' }, 'not-responding', 'alarm', 'maintainer'],
  [{ state: 'hardware-error', reason: 'other' }, 'hardware-error', 'alarm', 'maintainer'],
  [{ state: 'format-not-supported', takes: ['image/urf'] }, 'software-error', 'alarm', 'maintainer'],
  [{ state: 'unplugged', cause: 'refused', at: 'device' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'unplugged', cause: 'no-permission', at: 'queue' }, 'not-reachable', 'alarm', 'maintainer'],
  [{ state: 'unplugged', cause: 'bad-url', at: 'device' }, 'bad-address', 'alarm', 'maintainer'],
  [{ state: 'no-answer', garbled: 3, at: 'device' }, 'not-responding', 'alarm', 'staff'],
]

it.each(CONDITIONS)('%j is %s, %s, for %s to mend', (state, condition, severity, mend) => {
  expect(DocumentPrinterStateSchema.parse(structuredClone(state))).toEqual(state)
  expect(documentPrinterCondition(state)).toEqual({ condition, severity, mend })
})

it('every state stands in the table above', () => {
  const named = new Set(CONDITIONS.map(([{ state }]) => state))
  const all = DocumentPrinterStateSchema.options.map((option) => option.shape.state.value)
  expect([...named].sort()).toEqual([...all].sort())
})

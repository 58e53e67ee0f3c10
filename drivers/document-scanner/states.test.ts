import { describe, expect, test } from 'vitest'
import { ConditionSchema } from '../condition/states.ts'
import { lackOf } from './lacks.ts'
import {
  type DocumentScannerState,
  DocumentScannerStateSchema,
  documentScannerCondition,
  type ScannerAbility,
  type ScanOptions,
  ScanOptionsSchema,
} from './states.ts'

const CONDITIONS: readonly (readonly [DocumentScannerState, string, string, string])[] = [
  [{ state: 'connecting' }, 'connecting', 'normal', 'nobody'],
  [{ state: 'ready', feeder: 'none' }, 'ready', 'normal', 'nobody'],
  [{ state: 'ready', feeder: 'empty' }, 'ready', 'normal', 'nobody'],
  [{ state: 'ready', feeder: 'loaded' }, 'ready', 'normal', 'nobody'],
  [{ state: 'scanning' }, 'busy', 'normal', 'nobody'],
  [{ state: 'busy', cause: 'other-job' }, 'busy', 'normal', 'nobody'],
  [{ state: 'busy', cause: 'self-test' }, 'busy', 'normal', 'nobody'],
  [{ state: 'busy', cause: 'warming-up' }, 'busy', 'normal', 'nobody'],
  [{ state: 'jammed' }, 'media-jammed', 'alarm', 'staff'],
  [{ state: 'misfed' }, 'media-misplaced', 'alarm', 'citizen'],
  [{ state: 'overloaded' }, 'media-full', 'alarm', 'citizen'],
  [{ state: 'cover-open' }, 'cover-open', 'alarm', 'staff'],
  [{ state: 'error', cause: 'stopped' }, 'hardware-error', 'alarm', 'maintainer'],
  [{ state: 'error', cause: 'io-error' }, 'hardware-error', 'alarm', 'maintainer'],
  [{ state: 'error', cause: 'no-program' }, 'software-error', 'alarm', 'maintainer'],
  [{ state: 'unplugged', cause: 'refused' }, 'not-reachable', 'alarm', 'staff'],
  [{ state: 'unplugged', cause: 'no-permission' }, 'not-reachable', 'alarm', 'maintainer'],
  [{ state: 'unplugged', cause: 'bad-url' }, 'bad-address', 'alarm', 'maintainer'],
  [{ state: 'no-answer' }, 'not-responding', 'alarm', 'staff'],
  [{ state: 'bad-answer', why: 'too-long' }, 'not-responding', 'alarm', 'maintainer'],
]

describe('conditions', () => {
  test.each(CONDITIONS)('%o is told as %s', (state, condition, severity, mend) => {
    const told = documentScannerCondition(DocumentScannerStateSchema.parse(structuredClone(state)))
    expect(ConditionSchema.parse(told)).toEqual({ condition, severity, mend })
  })

  test('no state is left out', () => {
    const named = new Set(CONDITIONS.map(([{ state }]) => state))
    const all = DocumentScannerStateSchema.options.map(({ shape }) => shape.state.value)
    expect([...named].sort()).toEqual([...all].sort())
  })
})

describe('what a device lacks', () => {
  const source = {
    modes: ['grey' as const],
    dpi: [200 as const],
    formats: ['image/jpeg' as const],
    maxWidthMm: 216,
    maxHeightMm: 297,
  }
  const ability: ScannerAbility = { model: '', flatbed: source, feeder: source, duplex: null }
  const asked: ScanOptions = { source: 'flatbed', mode: 'grey', dpi: 200, format: 'image/jpeg' }

  test.each([
    ['nothing', {}, ability, undefined],
    ['the flatbed', {}, { ...ability, flatbed: null }, 'source'],
    ['the feeder', { source: 'feeder' }, { ...ability, feeder: null }, 'source'],
    ['the other side', { source: 'feeder', duplex: true }, ability, 'duplex'],
    ['colour', { mode: 'colour' }, ability, 'mode'],
    ['300 dpi', { dpi: 300 }, ability, 'dpi'],
    ['PDF', { format: 'application/pdf' }, ability, 'format'],
    [
      'colour on both sides only',
      { source: 'feeder', duplex: true, mode: 'colour' },
      { ...ability, feeder: { ...source, modes: ['colour', 'grey'] }, duplex: source },
      'mode',
    ],
  ] as const)('%s', (_, change, has, lack) => {
    expect(lackOf(ScanOptionsSchema.parse({ ...asked, ...change }), has as ScannerAbility)).toBe(lack)
  })

  test.each([
    [{ ...asked, dpi: 150 }],
    [{ ...asked, mode: 'bw' }],
    [{ ...asked, duplex: true }],
    [{ ...asked, format: 'image/tiff' }],
    [{ ...asked, extra: 1 }],
  ])('options that nobody may ask for: %o', (options) => {
    expect(ScanOptionsSchema.safeParse(options).success).toBe(false)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PrinterReading } from './answers.ts'
import { standingOf, type Told } from './reasons.ts'
import { DocumentPrinterStateSchema } from './states.ts'

const READING: PrinterReading = {
  printerState: 'idle',
  reasons: [],
  accepting: true,
  formats: ['application/pdf'],
  operations: [],
  sides: [],
  media: [],
  maxCopies: undefined,
  makeAndModel: undefined,
  deviceUri: undefined,
  errorPolicy: undefined,
}
const told = (change: Partial<PrinterReading>, at: Told['at'] = 'device'): Told => ({
  at,
  reading: { ...READING, ...change },
})
const stateOf = (change: Partial<PrinterReading>) => standingOf([told(change)], new Set()).state

describe('reasons', () => {
  it.each([
    ['media-empty-error', { state: 'media-empty' }],
    ['media-empty', { state: 'media-empty' }],
    ['media-needed-error', { state: 'media-empty' }],
    ['media-jam-error', { state: 'media-jam' }],
    ['input-tray-missing', { state: 'tray-missing' }],
    ['cover-open', { state: 'cover-open' }],
    ['door-open-error', { state: 'cover-open' }],
    ['interlock-open', { state: 'cover-open' }],
    ['output-area-full-error', { state: 'output-full' }],
    ['toner-empty-error', { state: 'toner-empty' }],
    ['marker-supply-empty-error', { state: 'toner-empty' }],
    ['marker-waste-full-error', { state: 'waste-full' }],
    ['fuser-over-temp-error', { state: 'overheated' }],
    ['spool-area-full', { state: 'spool-full' }],
    ['paused', { state: 'paused' }],
    ['moving-to-paused', { state: 'paused' }],
    ['offline-error', { state: 'offline' }],
    ['shutdown', { state: 'offline' }],
    ['timed-out', { state: 'offline' }],
    ['other', { state: 'hardware-error', reason: 'other' }],
    ['other-error', { state: 'hardware-error', reason: 'other-error' }],
    ['com.maker-drum-worn-error', { state: 'hardware-error', reason: 'com.maker-drum-worn-error' }],
    ['Überhitzt-error', { state: 'hardware-error', reason: 'other' }],
  ])('%s stops the printer', (reason, state) => {
    expect(stateOf({ reasons: [reason] })).toEqual(state)
  })

  it.each([
    ['media-low', 'media-low'],
    ['media-low-warning', 'media-low'],
    ['media-empty-warning', 'media-empty'],
    ['media-empty-report', 'media-empty'],
    ['cover-open-warning', 'cover-open'],
    ['toner-low', 'toner-low'],
    ['toner-low-error', 'toner-low'],
    ['marker-supply-low-report', 'toner-low'],
    ['marker-waste-almost-full', 'waste-full'],
    ['output-area-almost-full-warning', 'output-full'],
    ['other-warning', 'other'],
    ['com.maker-counter-due', 'other'],
  ])('%s only warns', (reason, warning) => {
    expect(stateOf({ reasons: [reason] })).toEqual({ state: 'ready', warnings: [warning] })
  })

  it.each(['connecting-to-device', 'cups-waiting-for-job-completed', 'identify-printer-requested'])(
    '%s means nothing',
    (reason) => {
      expect(stateOf({ reasons: [reason] })).toEqual({ state: 'ready', warnings: [] })
    },
  )

  it('that only warn stop a printer that says that it stopped', () => {
    expect(stateOf({ printerState: 'stopped', reasons: ['media-empty-warning'] })).toEqual({ state: 'media-empty' })
    expect(stateOf({ printerState: 'stopped', reasons: ['toner-low-report'] })).toEqual({
      state: 'hardware-error',
      reason: 'stopped',
    })
    expect(stateOf({ printerState: 'stopped' })).toEqual({ state: 'hardware-error', reason: 'stopped' })
  })

  it('are told by urgency, and the cause before what follows from it', () => {
    expect(stateOf({ reasons: ['media-empty', 'cover-open', 'toner-low'] })).toEqual({ state: 'cover-open' })
    expect(stateOf({ reasons: ['media-empty', 'media-jam'] })).toEqual({ state: 'media-jam' })
    expect(stateOf({ reasons: ['paused', 'media-empty', 'offline'], accepting: false })).toEqual({
      state: 'media-empty',
    })
    expect(stateOf({ reasons: ['media-empty'], formats: ['image/urf'] })).toMatchObject({
      state: 'format-not-supported',
    })
  })

  it('whose warning proved wrong stop the printer as long as they stand', () => {
    const distrusted = new Set(['media-jam'])
    expect(standingOf([told({ reasons: ['media-jam-report'] })], distrusted).state).toEqual({ state: 'media-jam' })
    expect(standingOf([told({})], distrusted).state).toEqual({ state: 'ready', warnings: [] })
  })

  it('of the device count though its queue says none', () => {
    const both = [told({}, 'queue'), told({ reasons: ['media-jam-error'], formats: [] }, 'device')]
    expect(standingOf(both, new Set()).state).toEqual({ state: 'media-jam' })
    expect(standingOf([told({ accepting: false }, 'queue'), told({})], new Set()).state).toEqual({
      state: 'not-accepting',
      at: 'queue',
    })
  })

  it('whatever they are, give a state that can be told', () => {
    const reason = fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom('media-empty', 'x-error', '__proto__'))
    const printerState = fc.constantFrom('idle' as const, 'processing' as const, 'stopped' as const)
    fc.assert(
      fc.property(fc.array(reason), printerState, fc.array(fc.string()), (reasons, state, formats) => {
        DocumentPrinterStateSchema.parse(stateOf({ reasons, printerState: state, formats }))
      }),
    )
  })
})

describe('a printer that takes no PDF', () => {
  it('says what it takes', () => {
    expect(stateOf({ formats: ['image/pwg-raster', 'image/urf'] })).toEqual({
      state: 'format-not-supported',
      takes: ['image/pwg-raster', 'image/urf'],
    })
  })

  it('is not concluded from silence', () => {
    expect(stateOf({ formats: [] })).toEqual({ state: 'ready', warnings: [] })
  })
})

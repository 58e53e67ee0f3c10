import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/** What a document scanner can be, what a scan asks of it and what it ends in, as plain data. Pure: imports zod and states only. */

export const DocumentScannerStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  /** feeder: what the device says of its feeder; none: it has none; unknown: it cannot tell whether paper lies in it. */
  z.strictObject({ state: z.literal('ready'), feeder: z.enum(['none', 'empty', 'loaded', 'unknown']) }),
  z.strictObject({ state: z.literal('scanning') }),
  /** Another's job, its own test, or the lamp warming up: passes by itself. */
  z.strictObject({ state: z.literal('busy'), cause: z.enum(['other-job', 'self-test', 'warming-up']) }),
  z.strictObject({ state: z.literal('jammed') }),
  /** Two sheets at once, or one that was not gripped: put the sheets in again. */
  z.strictObject({ state: z.literal('misfed') }),
  z.strictObject({ state: z.literal('cover-open') }),
  /** The feeder holds more sheets than it can take. */
  z.strictObject({ state: z.literal('overloaded') }),
  z.strictObject({
    state: z.literal('error'),
    /** stopped, down: the device says so and names no cause. no-program: scanimage is not installed. */
    cause: z.enum(['stopped', 'down', 'tray-failed', 'io-error', 'no-program']),
  }),
  z.strictObject({ state: z.literal('unplugged'), cause: LinkTroubleSchema }),
  /** Something is there and does not answer in time. */
  z.strictObject({ state: z.literal('no-answer') }),
  /** It answers, and not as a scanner does: no eSCL, more bytes than can be, or an HTTP status that makes no sense. */
  z.strictObject({ state: z.literal('bad-answer'), why: z.enum(['not-understood', 'too-long', 'http-status']) }),
])
export type DocumentScannerState = z.infer<typeof DocumentScannerStateSchema>

export function documentScannerCondition(state: DocumentScannerState): Condition {
  switch (state.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      // An empty feeder is how it waits: the citizen brings the paper.
      return conditionOf('ready')
    case 'scanning':
      return conditionOf('busy')
    case 'busy':
      return conditionOf('busy')
    case 'jammed':
      return conditionOf('media-jammed')
    case 'misfed':
      return conditionOf('media-misplaced')
    case 'overloaded':
      return conditionOf('media-full', { mend: 'citizen' })
    case 'cover-open':
      return conditionOf('cover-open')
    case 'error':
      return conditionOf(state.cause === 'no-program' ? 'software-error' : 'hardware-error')
    case 'unplugged':
      return linkCondition(state.cause)
    case 'no-answer':
      return conditionOf('not-responding')
    case 'bad-answer':
      // The address may be that of another machine.
      return conditionOf('not-responding', { mend: 'maintainer' })
  }
}

export const PAGE_FORMATS = ['image/jpeg', 'image/png', 'application/pdf'] as const
export const PageFormatSchema = z.enum(PAGE_FORMATS)
export type PageFormat = z.infer<typeof PageFormatSchema>

/** What services ask for: enough to read a document (200) and to print it again (300). */
export const RESOLUTIONS_DPI = [200, 300] as const
const DpiSchema = z.literal(RESOLUTIONS_DPI)
export type ResolutionDpi = z.infer<typeof DpiSchema>

export const ColourModeSchema = z.enum(['colour', 'grey', 'bw'])
export type ColourMode = z.infer<typeof ColourModeSchema>

export const ScanOptionsSchema = z
  .strictObject({
    source: z.enum(['flatbed', 'feeder']),
    /** Both sides of each sheet, front first. Feeder only. */
    duplex: z.boolean().optional(),
    mode: z.enum(['colour', 'grey']),
    dpi: DpiSchema,
    format: PageFormatSchema,
  })
  .refine(({ source, duplex }) => source === 'feeder' || duplex !== true, {
    path: ['duplex'],
    message: 'only a feeder turns sheets over',
  })
export type ScanOptions = z.infer<typeof ScanOptionsSchema>

/** What one way of taking paper in can do. Only what ScanOptions can ask for is listed, and black-and-white. */
export const SourceAbilitySchema = z.strictObject({
  modes: z.array(ColourModeSchema),
  dpi: z.array(DpiSchema),
  formats: z.array(PageFormatSchema),
  /** The greatest area, in millimetres. */
  maxWidthMm: z.number().positive(),
  maxHeightMm: z.number().positive(),
})
export type SourceAbility = Readonly<z.infer<typeof SourceAbilitySchema>>

export const ScannerAbilitySchema = z.strictObject({
  /** As the device calls itself; empty when it does not. */
  model: z.string().max(200),
  flatbed: SourceAbilitySchema.nullable(),
  feeder: SourceAbilitySchema.nullable(),
  /** The feeder when it scans both sides. */
  duplex: SourceAbilitySchema.nullable(),
})
export type ScannerAbility = Readonly<z.infer<typeof ScannerAbilitySchema>>

export const LackSchema = z.enum(['source', 'duplex', 'mode', 'dpi', 'format'])
export type Lack = z.infer<typeof LackSchema>

export const ScanFaultSchema = z.enum([
  /** The options break their schema (`detail`). */
  'bad-options',
  /** The device cannot do what the options ask (`lacks`). */
  'not-supported',
  'feeder-empty',
  'jam',
  /** Two sheets at once, or a sheet that was not gripped. */
  'misfeed',
  'overloaded',
  'cover-open',
  /** Another's job or a warm-up that did not end in time. */
  'busy',
  'unplugged',
  'no-answer',
  /** It answered with something that is no eSCL. */
  'bad-answer',
  /** A page arrived incomplete or is no picture of the kind it says it is; it was not handed out. */
  'bad-page',
  'page-too-big',
  'too-many-pages',
  /** A page or the whole job did not come to its end in time. */
  'timed-out',
  /** The device no longer knows the job, though it was not through. */
  'job-vanished',
  /** The device refused the job and shows no reason. */
  'refused',
  'device-error',
  'cancelled',
  'stopped',
])
export type ScanFault = z.infer<typeof ScanFaultSchema>

export const ScanPageSchema = z.strictObject({
  /** From 1, in the order of scanning; duplex: front, back, front, back. */
  page: z.int().positive(),
  format: PageFormatSchema,
  bytes: z.instanceof(Uint8Array),
  /** From the picture's own header; absent for PDF. */
  widthPx: z.int().positive().optional(),
  heightPx: z.int().positive().optional(),
})
export type ScanPage = z.infer<typeof ScanPageSchema>

export const ScanProgressSchema = z.strictObject({
  /** The page under way, from 1. */
  page: z.int().positive(),
  /** Its bytes so far. */
  bytes: z.int().nonnegative(),
  /** Of this page, 0 to 100; absent where the device does not say how much there will be. */
  percent: z.number().min(0).max(100).optional(),
})
export type ScanProgress = z.infer<typeof ScanProgressSchema>

export const ScanResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), pages: z.int().positive(), bytes: z.int().positive() }),
  z.strictObject({
    ok: z.literal(false),
    fault: ScanFaultSchema,
    /** Whole pages handed out before it failed: they are good. */
    pages: z.int().nonnegative(),
    state: DocumentScannerStateSchema,
    lacks: LackSchema.optional(),
    /** For the maintainer. */
    detail: z.string().optional(),
  }),
])
export type ScanResult = z.infer<typeof ScanResultSchema>

export const DocumentScannerEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: DocumentScannerStateSchema }),
  /** Told at each connection: what the device can do. */
  z.strictObject({ event: z.literal('ability'), ability: ScannerAbilitySchema }),
])
export type DocumentScannerEvent = z.infer<typeof DocumentScannerEventSchema>

import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition, mostUrgent } from '../condition/states.ts'

/** What an A4 printer can be and what a print ends in, as plain data. Pure: imports zod and conditions only. */

/** Something at the printer that somebody can mend; told as a state when it stops the work, as a warning when it does not. */
export const PRINTER_TROUBLES = [
  'media-empty',
  'tray-missing',
  'media-jam',
  'cover-open',
  'output-full',
  'toner-empty',
  'waste-full',
  'overheated',
  'spool-full',
  /** Somebody pressed pause, or an administrator stopped the queue. */
  'paused',
  /** The printer or the queue says of itself that it is off line or shutting down. */
  'offline',
] as const
export const PrinterTroubleSchema = z.enum(PRINTER_TROUBLES)
export type PrinterTrouble = z.infer<typeof PrinterTroubleSchema>

export const PrinterWarningSchema = z.enum([...PRINTER_TROUBLES, 'media-low', 'toner-low', 'other'])
export type PrinterWarning = z.infer<typeof PrinterWarningSchema>

/** Where the trouble is: at the printer itself, or at the queue (CUPS) in front of it. */
export const PlaceSchema = z.enum(['device', 'queue'])
export type Place = z.infer<typeof PlaceSchema>

const warnings = z.array(PrinterWarningSchema)
/** A keyword of printer-state-reasons (RFC 8011 section 5.4.12) as the printer gave it, cut to a safe size. */
export const KeywordSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/)
export const MAX_FORMATS = 64
export const MAX_FORMAT_CHARACTERS = 127
/** Media types as the printer lists them. */
const formats = z.array(z.string().max(MAX_FORMAT_CHARACTERS)).max(MAX_FORMATS)

export const DocumentPrinterStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  z.strictObject({ state: z.literal('ready'), warnings }),
  z.strictObject({ state: z.literal('printing'), warnings }),
  z.strictObject({ state: z.literal('media-empty') }),
  z.strictObject({ state: z.literal('tray-missing') }),
  z.strictObject({ state: z.literal('media-jam') }),
  z.strictObject({ state: z.literal('cover-open') }),
  z.strictObject({ state: z.literal('output-full') }),
  z.strictObject({ state: z.literal('toner-empty') }),
  z.strictObject({ state: z.literal('waste-full') }),
  /** Recovers by itself. */
  z.strictObject({ state: z.literal('overheated') }),
  z.strictObject({ state: z.literal('spool-full') }),
  z.strictObject({ state: z.literal('paused') }),
  z.strictObject({ state: z.literal('offline') }),
  /** It is well, but takes no jobs (printer-is-accepting-jobs false). */
  z.strictObject({ state: z.literal('not-accepting'), at: PlaceSchema }),
  /** `reason`: the printer's own keyword, for the maintainer; "stopped" when it gave none. */
  z.strictObject({ state: z.literal('hardware-error'), reason: KeywordSchema }),
  /** It takes no PDF: only another printer, or a queue that converts, helps. `takes`: what it says it takes. */
  z.strictObject({ state: z.literal('format-not-supported'), takes: formats }),
  z.strictObject({ state: z.literal('unplugged'), cause: LinkTroubleSchema, at: PlaceSchema }),
  /** It is there and says nothing (garbled 0), or nothing that makes sense: so many answers since the last good one. */
  z.strictObject({ state: z.literal('no-answer'), garbled: z.number().int().nonnegative(), at: PlaceSchema }),
])
export type DocumentPrinterState = z.infer<typeof DocumentPrinterStateSchema>

function warningCondition(warning: PrinterWarning): Condition {
  switch (warning) {
    case 'media-low':
    case 'toner-low':
      return conditionOf('media-low')
    case 'other':
      return conditionOf('hardware-error', { severity: 'warning' })
    default:
      return { ...troubleCondition(warning), severity: 'warning' }
  }
}

function troubleCondition(trouble: PrinterTrouble): Condition {
  switch (trouble) {
    case 'media-empty':
    case 'tray-missing':
      return conditionOf('media-empty')
    case 'media-jam':
      return conditionOf('media-jammed')
    case 'cover-open':
      return conditionOf('cover-open')
    case 'output-full':
      return conditionOf('media-full')
    case 'overheated':
      return conditionOf('overheated')
    // Consumables and queues are the hall's own business: no repair is needed.
    case 'toner-empty':
    case 'waste-full':
      return conditionOf('hardware-error', { mend: 'staff' })
    case 'spool-full':
    case 'paused':
      return conditionOf('not-responding')
    case 'offline':
      return conditionOf('not-reachable')
  }
}

export function documentPrinterCondition(state: DocumentPrinterState): Condition {
  switch (state.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return mostUrgent([...state.warnings.map(warningCondition), conditionOf('ready')]) ?? conditionOf('ready')
    case 'printing':
      return mostUrgent([...state.warnings.map(warningCondition), conditionOf('busy')]) ?? conditionOf('busy')
    case 'not-accepting':
      return conditionOf('not-responding', state.at === 'queue' ? { mend: 'maintainer' } : {})
    case 'hardware-error':
      return conditionOf('hardware-error')
    case 'format-not-supported':
      return conditionOf('software-error')
    case 'unplugged':
      return linkCondition(state.cause)
    case 'no-answer':
      return conditionOf('not-responding')
    default:
      return troubleCondition(state.state)
  }
}

export const PrintFaultSchema = z.enum([
  ...PRINTER_TROUBLES,
  'not-accepting',
  'hardware-error',
  'format-not-supported',
  'unplugged',
  'no-answer',
  /** Copies, sides or A4: the printer says that it cannot (`detail`). */
  'not-supported',
  /** Not a PDF, too long, or options that make no sense (`detail`). */
  'bad-document',
  /** Another job kept the printer for the whole time. */
  'busy',
  /** The printer refused the job (`detail`: its status). */
  'refused',
  /** The printer waits for somebody to release the job. */
  'job-held',
  'job-canceled',
  'job-aborted',
  /** The printer knew the job and does not know it any more. */
  'job-vanished',
  /** The job was under way when its time was up, and was cancelled. */
  'timed-out',
  /** All looks as if it had come out, but the device itself did not say so, or shows a fault it did not have before. */
  'not-confirmed',
  /** A one-time job whose bytes left once is never sent again; `paper` says what is known of it. */
  'already-sent',
  'stopped',
])
export type PrintFault = z.infer<typeof PrintFaultSchema>

/**
 * nothing: surely no page. some: at least one page surely came out, and not surely all. all: every page came out.
 * unknown: nobody can say, somebody must look.
 */
export const PaperSchema = z.enum(['nothing', 'some', 'unknown', 'all'])
export type Paper = z.infer<typeof PaperSchema>

/** Printed sides. atLeast: counted by the device itself. atMost: null when the number of pages was not told. */
export const ImpressionsSchema = z.strictObject({
  atLeast: z.number().int().nonnegative(),
  atMost: z.number().int().nonnegative().nullable(),
})
export type Impressions = z.infer<typeof ImpressionsSchema>

export const PrintResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    paper: z.literal('all'),
    impressions: ImpressionsSchema,
    /**
     * device: the printer itself said that the job is completed. queue: only CUPS did, because it alone can talk to the
     * device (USB), or because the device keeps no list of its jobs; the device, when it could be asked, showed no fault.
     */
    confirmedBy: PlaceSchema,
    /** The injected clock's reading (monotonic milliseconds) when the job was seen settled. */
    settledAtMs: z.number(),
  }),
  z.strictObject({
    ok: z.literal(false),
    fault: PrintFaultSchema,
    paper: PaperSchema,
    impressions: ImpressionsSchema,
    state: DocumentPrinterStateSchema,
    /** For the maintainer: what the printer cannot do or said. Never anything of the document. */
    detail: z.string().max(500).optional(),
  }),
])
export type PrintResult = z.infer<typeof PrintResultSchema>

/** What the printer knows of a job that was sent some time ago, perhaps by a process that is gone. */
export const InquiryResultSchema = z.discriminatedUnion('ok', [
  /** known: the printer still has it in its list. settled: nothing more will come out of it. */
  z.strictObject({ ok: z.literal(true), known: z.literal(false) }),
  z.strictObject({
    ok: z.literal(true),
    known: z.literal(true),
    settled: z.boolean(),
    paper: PaperSchema,
    impressions: ImpressionsSchema,
  }),
  z.strictObject({
    ok: z.literal(false),
    fault: PrintFaultSchema,
    state: DocumentPrinterStateSchema,
    detail: z.string().max(500).optional(),
  }),
])
export type InquiryResult = z.infer<typeof InquiryResultSchema>

export const DocumentPrinterEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: DocumentPrinterStateSchema }),
  /** What became of a job whose print() had to end without knowing: it is settled now. */
  z.strictObject({
    event: z.literal('settled-late'),
    jobId: z.string(),
    paper: PaperSchema,
    impressions: ImpressionsSchema,
  }),
])
export type DocumentPrinterEvent = z.infer<typeof DocumentPrinterEventSchema>

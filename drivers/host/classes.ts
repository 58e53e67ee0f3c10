import { z } from 'zod'
import { CodeScannerEventSchema, CodeScannerStateSchema, codeScannerCondition } from '../code-scanner/states.ts'
import type { Condition } from '../condition/states.ts'
import {
  DocumentPrinterEventSchema,
  DocumentPrinterStateSchema,
  documentPrinterCondition,
  type PrintResult as PdfPrintResult,
  PrintResultSchema as PdfPrintResultSchema,
} from '../document-printer/states.ts'
import {
  DocumentScannerEventSchema,
  DocumentScannerStateSchema,
  documentScannerCondition,
  ScanOptionsSchema,
  ScanPageSchema,
  ScanProgressSchema,
  type ScanResult,
  ScanResultSchema,
} from '../document-scanner/states.ts'
import { CardReaderEventSchema, CardReaderStateSchema, cardReaderCondition } from '../id-card-reader/states.ts'
import {
  LampModeSchema,
  LampSchema,
  LineBoardEventSchema,
  type LineBoardResult,
  LineBoardResultSchema,
  LineBoardStateSchema,
  lineBoardCondition,
} from '../line-board/states.ts'
import {
  type PrintResult,
  PrintResultSchema,
  ReceiptPrinterEventSchema,
  ReceiptPrinterStateSchema,
  receiptPrinterCondition,
} from '../receipt-printer/states.ts'
import {
  type BeginResult,
  BeginResultSchema,
  SignaturePadEventSchema,
  SignaturePadStateSchema,
  type SignatureResult,
  SignatureResultSchema,
  signaturePadCondition,
} from '../signature-pad/states.ts'
import {
  SmartCardEventSchema,
  SmartCardStateSchema,
  type SocialSecurityResult,
  SocialSecurityResultSchema,
  smartCardCondition,
} from '../smart-card/states.ts'

/**
 * What main can ask of each class of device and what it hears from it, as data: both ends of the line between main and
 * the device host check by this table. A class that is not here is not driven by the host.
 */
export interface Operation<A extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** Checked at the host. */
  readonly argument: A
  /** Checked in main. */
  readonly result: R
  /** What main hears when the settings name no device of the class. */
  readonly absent: z.infer<R>
  /** What main hears when the host died, or answered nonsense, while the device was at it. */
  readonly lost: z.infer<R>
  /** What is told while it runs (progress, pages); checked in main. */
  readonly note?: z.ZodType
}

export interface ClassSpec {
  readonly state: z.ZodType
  /** The state of a device whose host is gone. */
  readonly lostState: unknown
  condition(state: never): Condition
  /** What devices of the class tell besides their state. */
  readonly event: z.ZodType
  readonly operations: Readonly<Record<string, Operation>>
}

function operation<A extends z.ZodType, R extends z.ZodType, O extends Operation<A, R>>(
  spec: O & Operation<A, R>,
): O & Operation<A, R> {
  return spec
}

const printed = (result: PrintResult): PrintResult => result
const pdfPrinted = (result: PdfPrintResult): PdfPrintResult => result
const scanned = (result: ScanResult): ScanResult => result
const boardDone = (result: LineBoardResult): LineBoardResult => result
const BOARD = {
  result: LineBoardResultSchema,
  absent: boardDone({ ok: false, fault: 'unplugged', state: { state: 'unplugged', fault: 'not-found' } }),
  lost: boardDone({ ok: false, fault: 'stopped', state: { state: 'unplugged', fault: 'lost' } }),
}
const signing = (result: BeginResult): BeginResult => result
const signed = (result: SignatureResult): SignatureResult => result
const PAD = {
  argument: z.strictObject({}),
  result: BeginResultSchema,
  absent: signing({ ok: false, fault: 'not-connected', state: { state: 'unplugged', fault: 'not-found' } }),
  lost: signing({ ok: false, fault: 'interrupted', state: { state: 'unplugged', fault: 'lost' } }),
}
const cardRead = (result: SocialSecurityResult): SocialSecurityResult => result
/** A PDF that a kiosk prints; longer ones are refused before they cross the line. */
const MAX_PDF_BYTES = 64 << 20

/** What a scan tells on its way. */
export const ScanNoteSchema = z.union([
  z.strictObject({ page: ScanPageSchema }),
  z.strictObject({ progress: ScanProgressSchema }),
])
export type ScanNote = z.infer<typeof ScanNoteSchema>

export const CLASSES = {
  'id-card-reader': {
    state: CardReaderStateSchema,
    lostState: { state: 'unplugged', fault: 'lost' },
    condition: cardReaderCondition,
    event: CardReaderEventSchema,
    operations: {},
  },
  'receipt-printer': {
    state: ReceiptPrinterStateSchema,
    lostState: { state: 'unplugged', cause: 'lost' },
    condition: receiptPrinterCondition,
    event: ReceiptPrinterEventSchema,
    operations: {
      print: operation({
        /** The driver checks the document and answers "bad-document": one bad receipt must not take the host down. */
        argument: z.object({ jobId: z.string(), document: z.unknown() }),
        result: PrintResultSchema,
        absent: printed({
          ok: false,
          fault: 'unplugged',
          paper: 'nothing',
          state: { state: 'unplugged', cause: 'not-found' },
        }),
        /** Nobody can say what a printer did whose driver died. */
        lost: printed({ ok: false, fault: 'stopped', paper: 'unknown', state: { state: 'unplugged', cause: 'lost' } }),
      }),
    },
  },
  'document-printer': {
    state: DocumentPrinterStateSchema,
    lostState: { state: 'unplugged', cause: 'lost', at: 'device' },
    condition: documentPrinterCondition,
    event: DocumentPrinterEventSchema,
    operations: {
      print: operation({
        argument: z.strictObject({
          jobId: z.string(),
          pdf: z.instanceof(Uint8Array).refine((pdf) => pdf.length <= MAX_PDF_BYTES),
          copies: z.int().optional(),
          sides: z.enum(['one-sided', 'two-sided-long-edge', 'two-sided-short-edge']).optional(),
          /** A certificate may be printed once: `paper` of the result says what surely or possibly came out. */
          oneTime: z.boolean().optional(),
          pages: z.int().optional(),
        }),
        result: PdfPrintResultSchema,
        absent: pdfPrinted({
          ...{ ok: false, fault: 'unplugged', paper: 'nothing', impressions: { atLeast: 0, atMost: 0 } },
          state: { state: 'unplugged', cause: 'not-found', at: 'device' },
        }),
        lost: pdfPrinted({
          ...{ ok: false, fault: 'stopped', paper: 'unknown', impressions: { atLeast: 0, atMost: null } },
          state: { state: 'unplugged', cause: 'lost', at: 'device' },
        }),
      }),
    },
  },
  'document-scanner': {
    state: DocumentScannerStateSchema,
    lostState: { state: 'unplugged', cause: 'lost' },
    condition: documentScannerCondition,
    event: DocumentScannerEventSchema,
    operations: {
      scan: operation({
        argument: ScanOptionsSchema,
        result: ScanResultSchema,
        note: ScanNoteSchema,
        absent: scanned({
          ...{ ok: false, fault: 'unplugged', pages: 0, state: { state: 'unplugged', cause: 'not-found' } },
        }),
        lost: scanned({ ok: false, fault: 'stopped', pages: 0, state: { state: 'unplugged', cause: 'lost' } }),
      }),
    },
  },
  'smart-card': {
    state: SmartCardStateSchema,
    lostState: { state: 'no-service', fault: 'lost' },
    condition: smartCardCondition,
    event: SmartCardEventSchema,
    operations: {
      readSocialSecurityCard: operation({
        argument: z.strictObject({}),
        result: SocialSecurityResultSchema,
        absent: cardRead({ ok: false, fault: 'no-reader', state: { state: 'no-reader', readers: [] } }),
        lost: cardRead({ ok: false, fault: 'stopped', state: { state: 'no-service', fault: 'lost' } }),
      }),
    },
  },
  'code-scanner': {
    state: CodeScannerStateSchema,
    lostState: { state: 'unplugged', fault: 'lost' },
    condition: codeScannerCondition,
    event: CodeScannerEventSchema,
    operations: {},
  },
  'signature-pad': {
    state: SignaturePadStateSchema,
    lostState: { state: 'unplugged', fault: 'lost' },
    condition: signaturePadCondition,
    event: SignaturePadEventSchema,
    operations: {
      /** Somebody is asked to sign. */
      begin: operation(PAD),
      /** What was written so far is wiped, and goes on. */
      clear: operation(PAD),
      /** Nobody signs any more. */
      cancel: operation(PAD),
      finish: operation({
        argument: z.strictObject({}),
        result: SignatureResultSchema,
        absent: signed({ ok: false, fault: 'not-connected', state: { state: 'unplugged', fault: 'not-found' } }),
        lost: signed({ ok: false, fault: 'interrupted', state: { state: 'unplugged', fault: 'lost' } }),
      }),
    },
  },
  'line-board': {
    state: LineBoardStateSchema,
    lostState: { state: 'unplugged', fault: 'lost' },
    condition: lineBoardCondition,
    event: LineBoardEventSchema,
    operations: {
      /** The lamp at the slot in use, and no other; null puts all out. */
      showSlot: operation({
        ...BOARD,
        argument: z.strictObject({ lamp: LampSchema.nullable(), mode: LampModeSchema.exclude(['off']).optional() }),
      }),
      beep: operation({ ...BOARD, argument: z.strictObject({ ms: z.int().min(10).max(2000) }) }),
    },
  },
} as const satisfies Readonly<Record<string, ClassSpec>>

export type HostedClass = keyof typeof CLASSES
export const HOSTED_CLASSES = Object.keys(CLASSES) as readonly HostedClass[]
export const HostedClassSchema = z.enum(Object.keys(CLASSES) as [HostedClass, ...HostedClass[]])

export type StateOf<C extends HostedClass> = z.infer<(typeof CLASSES)[C]['state']>
export type EventOf<C extends HostedClass> = z.infer<(typeof CLASSES)[C]['event']>
type Operations<C extends HostedClass> = (typeof CLASSES)[C]['operations']
export type OperationOf<C extends HostedClass> = keyof Operations<C> & string
type Spec<C extends HostedClass, O extends OperationOf<C>> = Operations<C>[O] extends Operation
  ? Operations<C>[O]
  : never
export type ArgumentOf<C extends HostedClass, O extends OperationOf<C>> = z.infer<Spec<C, O>['argument']>
export type ResultOf<C extends HostedClass, O extends OperationOf<C>> = z.infer<Spec<C, O>['result']>

/** A class's operation by names that came over the line; undefined when there is none. */
export function operationOf(device: HostedClass, name: string): Operation | undefined {
  const operations: Readonly<Record<string, Operation>> = CLASSES[device].operations
  return Object.hasOwn(operations, name) ? operations[name] : undefined
}

/** The condition of a state that was checked by the class's schema. */
export function conditionIn(device: HostedClass, state: unknown): Condition {
  const { state: schema, condition }: ClassSpec = CLASSES[device]
  return condition(schema.parse(state) as never)
}

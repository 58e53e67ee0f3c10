import { z } from 'zod'
import type { Condition } from '../condition/states.ts'
import { CardReaderEventSchema, CardReaderStateSchema, cardReaderCondition } from '../id-card-reader/states.ts'
import {
  type PrintResult,
  PrintResultSchema,
  ReceiptPrinterEventSchema,
  ReceiptPrinterStateSchema,
  receiptPrinterCondition,
} from '../receipt-printer/states.ts'

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

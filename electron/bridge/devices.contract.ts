import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { ConditionSchema, DeviceClassSchema } from '../../drivers/condition/states.ts'
import { CardReaderStateSchema } from '../../drivers/id-card-reader/states.ts'
import { ReceiptPrinterStateSchema } from '../../drivers/receipt-printer/states.ts'

/** What the terminal's devices can do now. null: no such device in the settings. */
export const DevicesSchema = z.object({
  idCardReader: CardReaderStateSchema.nullable(),
  receiptPrinter: ReceiptPrinterStateSchema.nullable(),
  /** Of every class that the settings name, how the device is that is used now. */
  conditions: z.partialRecord(DeviceClassSchema, ConditionSchema),
})
export type Devices = z.infer<typeof DevicesSchema>

export const watchDevices = oc.output(eventIterator(DevicesSchema))

export const devices = { watchDevices }

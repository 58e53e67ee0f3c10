import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { MAX_CODE_BYTES } from '../../drivers/code-scanner/states.ts'

/** A code that a scanner at the device host has read. What it says may be somebody's token: never logged. */
export const ScannedCodeSchema = z.object({
  /** New for each code read. */
  readId: z.string().min(1),
  text: z.string().min(1).max(MAX_CODE_BYTES),
})
export type ScannedCode = z.infer<typeof ScannedCodeSchema>

/** Codes from now on: one that was read while nobody listened is gone, for it was meant for another page. */
export const watchCodes = oc.output(eventIterator(ScannedCodeSchema))

export const codes = { watchCodes }

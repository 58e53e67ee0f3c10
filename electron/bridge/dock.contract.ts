import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { LAMPS, LampModeSchema, LineBoardInputsSchema } from '../../drivers/line-board/states.ts'

/**
 * What the dev dock may do to the workbench (electron/dev/workbench): simulated devices and the network cable. Not part
 * of the bridge: no production page speaks it. A device that the workbench does not have is null, and what is done to it
 * comes to nothing.
 */
const PersonSchema = z.object({ id: z.string(), name: z.string(), note: z.string() })

export const SCANNER_AILMENTS = ['jam', 'cover-open', 'double-feed'] as const

/** The devices beyond card reader and receipt printer. */
export const MoreDevicesSchema = z.object({
  /** `holders`: persons who have such a card. */
  smartCard: z.object({ card: z.string().nullable(), holders: z.array(z.string()) }),
  documentPrinter: z.object({
    paperOut: z.boolean(),
    coverOpen: z.boolean(),
    jammed: z.boolean(),
    tonerLow: z.boolean(),
    /** What came out, the newest first. */
    documents: z.array(
      z.object({
        number: z.int(),
        name: z.string(),
        copies: z.int(),
        bothSides: z.boolean(),
        /** Sides that came out. */
        sides: z.int(),
        whole: z.boolean(),
      }),
    ),
  }),
  documentScanner: z.object({
    sheets: z.int(),
    ailment: z.enum(SCANNER_AILMENTS).nullable(),
    /** Pages fetched since the start. */
    pages: z.int(),
  }),
  codeScanner: z.object({
    plugged: z.boolean(),
    /** Somebody hears it. */
    heard: z.boolean(),
    lastShown: z.string().nullable(),
    /** On the newest receipt's QR code; null when there is none. */
    receiptCode: z.string().nullable(),
  }),
  lineBoard: z.object({
    inputs: LineBoardInputsSchema,
    lamps: z.record(z.enum(LAMPS), LampModeSchema),
    beeps: z.int(),
  }),
})
export type MoreDevices = z.infer<typeof MoreDevicesSchema>

export const BenchStateSchema = z.object({
  persons: z.array(PersonSchema),
  reader: z.object({ plugged: z.boolean(), card: z.string().nullable(), alreadyRead: z.boolean() }),
  printer: z.object({
    paperEnd: z.boolean(),
    paperNearEnd: z.boolean(),
    coverOpen: z.boolean(),
    /** Papers taken off since the start. */
    papers: z.int(),
  }),
  network: z.object({ up: z.boolean() }),
  more: MoreDevicesSchema.nullable(),
  hubUrl: z.string(),
})
export type BenchState = z.infer<typeof BenchStateSchema>

export const PRINTER_SWITCHES = ['paper-out', 'load-paper', 'paper-near-end', 'open-cover', 'close-cover'] as const
export const DOCUMENT_PRINTER_SWITCHES = [
  'paper-out',
  'load-paper',
  'open-cover',
  'close-cover',
  'jam',
  'clear-jam',
  'toner-low',
  'toner-full',
] as const
export const BOARD_SWITCHES = [
  'lose-mains',
  'restore-mains',
  'open-door',
  'close-door',
  'somebody-comes',
  'nobody-there',
] as const
/** More than any citizen brings. */
const MAX_SHEETS = 200
const MAX_CODE_CHARACTERS = 1000

const done = z.object({ ok: z.boolean() })

const watch = oc.output(eventIterator(BenchStateSchema))
const state = oc.output(BenchStateSchema)
const putCard = oc.input(z.object({ person: z.string() })).output(done)
const takeCard = oc.output(done)
const plugReader = oc.input(z.object({ plugged: z.boolean() })).output(done)
const setPrinter = oc.input(z.object({ to: z.enum(PRINTER_SWITCHES) })).output(done)
const setNetwork = oc.input(z.object({ up: z.boolean() })).output(done)
/** The newest papers, newest first, each as SVG. */
const printedPapers = oc
  .input(z.object({ limit: z.int().min(1).max(20) }))
  .output(z.array(z.object({ number: z.int(), svg: z.string(), end: z.enum(['cut', 'torn']) })))

const more = {
  insertCard: oc.input(z.object({ person: z.string() })).output(done),
  liftCard: oc.output(done),
  setDocumentPrinter: oc.input(z.object({ to: z.enum(DOCUMENT_PRINTER_SWITCHES) })).output(done),
  /** What was sent to be printed, base64; null when there is no such document. */
  printedPdf: oc.input(z.object({ number: z.int() })).output(z.object({ pdfBase64: z.base64() }).nullable()),
  loadFeeder: oc.input(z.object({ sheets: z.int().min(0).max(MAX_SHEETS) })).output(done),
  setScanner: oc.input(z.object({ to: z.enum(SCANNER_AILMENTS).nullable() })).output(done),
  showCode: oc.input(z.object({ text: z.string().min(1).max(MAX_CODE_CHARACTERS) })).output(done),
  plugCodeScanner: oc.input(z.object({ plugged: z.boolean() })).output(done),
  setBoard: oc.input(z.object({ to: z.enum(BOARD_SWITCHES) })).output(done),
}

export const dockContract = { watch, state, putCard, takeCard, plugReader, setPrinter, setNetwork, printedPapers, more }
export { LAMPS, type Lamp, type LampMode } from '../../drivers/line-board/states.ts'

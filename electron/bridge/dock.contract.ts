import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'

/**
 * What the dev dock may do to the workbench (electron/dev/workbench): simulated devices and the network cable. Not part
 * of the bridge: no production page speaks it.
 */
const PersonSchema = z.object({ id: z.string(), name: z.string(), note: z.string() })

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
  hubUrl: z.string(),
})
export type BenchState = z.infer<typeof BenchStateSchema>

export const PRINTER_SWITCHES = ['paper-out', 'load-paper', 'paper-near-end', 'open-cover', 'close-cover'] as const

const watch = oc.output(eventIterator(BenchStateSchema))
const state = oc.output(BenchStateSchema)
const putCard = oc.input(z.object({ person: z.string() })).output(z.object({ ok: z.boolean() }))
const takeCard = oc.output(z.object({ ok: z.boolean() }))
const plugReader = oc.input(z.object({ plugged: z.boolean() })).output(z.object({ ok: z.boolean() }))
const setPrinter = oc.input(z.object({ to: z.enum(PRINTER_SWITCHES) })).output(z.object({ ok: z.boolean() }))
const setNetwork = oc.input(z.object({ up: z.boolean() })).output(z.object({ ok: z.boolean() }))
/** The newest papers, newest first, each as SVG. */
const papers = oc
  .input(z.object({ limit: z.int().min(1).max(20) }))
  .output(z.array(z.object({ number: z.int(), svg: z.string(), end: z.enum(['cut', 'torn']) })))

export const dockContract = { watch, state, putCard, takeCard, plugReader, setPrinter, setNetwork, papers }

import { z } from 'zod'
import { CatalogueViewSchema, QueueViewSchema } from '../../sync/protocol/queue-view.ts'

/**
 * What the page and its sync worker tell each other. The page imports this file and client.ts from this folder,
 * nothing else: RxDB stays in the worker.
 */
export const WorkerStateSchema = z.enum([
  /** Opening its store or its channel. */
  'starting',
  /** The views follow the journal. */
  'ready',
  /** IndexedDB cannot be used: main drains and has the view. The worker goes on trying. */
  'unusable',
])

export const ViewMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queue'), view: QueueViewSchema }),
  z.object({ kind: z.literal('catalogue'), view: CatalogueViewSchema }),
  z.object({ kind: z.literal('state'), state: WorkerStateSchema, why: z.string().nullable() }),
])
export type ViewMessage = z.infer<typeof ViewMessageSchema>

/** Worker to page. */
export const PageMessageSchema = z.discriminatedUnion('kind', [
  ...ViewMessageSchema.options,
  /** The worker has no channel to main, or lost one that it cannot open again by itself. client.ts answers it. */
  z.object({ kind: z.literal('channel-wanted') }),
])
export type PageMessage = z.infer<typeof PageMessageSchema>

/** Page to worker. A port travels beside the message, as its one transferred object. */
export const WorkerCommandSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('channel'),
    channel: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('websocket'), url: z.url({ protocol: /^wss?$/ }) }),
      z.object({ kind: z.literal('port') }),
    ]),
  }),
  z.object({ kind: z.literal('close') }),
])
export type WorkerCommand = z.infer<typeof WorkerCommandSchema>

/** The way to main's worker port. */
export type WorkerChannel = { kind: 'websocket'; url: string } | { kind: 'port'; port: MessagePort }

import { z } from 'zod'
import { SubmissionIdSchema } from '../../sync/protocol/ids.ts'
import { CatalogueViewSchema, QueueViewSchema } from '../../sync/protocol/queue-view.ts'
import { ServiceItemSchema } from '../../sync/protocol/service-item.ts'

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

/** Most ids in one question for the schedule: as many as the maintainers' page shows at once, and some. */
export const MAX_SCHEDULE_IDS = 200

/** When the drain tries a queued submission next. */
export const ScheduleRowSchema = z.object({
  id: SubmissionIdSchema,
  /** Failed tries since it was queued. */
  attempts: z.int().min(0),
  /** Epoch milliseconds; 0 or past = as soon as a lane is free. */
  nextAttemptAt: z.int(),
})
export type ScheduleRow = z.infer<typeof ScheduleRowSchema>

/** Longest question for items, in characters; what is longer finds nothing. */
export const MAX_QUERY_LENGTH = 200
/** Most items that one answer names. */
export const MAX_HITS = 50

/** An item that was found, and why: the best first (search/search.ts). */
export const HitSchema = z.object({
  id: z.string(),
  score: z.number(),
  why: z.enum(['code', 'name', 'prefix', 'words', 'initials', 'pinyin', 'english', 'typo', 'part']),
})
export type Hit = z.infer<typeof HitSchema>

/** How far the journal has been heard of and how far the store shows it, as journal sequences. */
export const ProgressSchema = z.object({ seen: z.int().min(0), applied: z.int().min(0) })
export type Progress = z.infer<typeof ProgressSchema>

/** Worker to page. */
export const PageMessageSchema = z.discriminatedUnion('kind', [
  ...ViewMessageSchema.options,
  /** Answers `schedule-wanted` with the same `ask`; ids that are not queued have no row. Null: no store just now. */
  z.object({ kind: z.literal('schedule'), ask: z.int(), rows: z.array(ScheduleRowSchema).nullable() }),
  /** Answers `find` with the same `ask`. Null: no catalogue has come yet, or its index is still being built. */
  z.object({ kind: z.literal('found'), ask: z.int(), hits: z.array(HitSchema).max(MAX_HITS).nullable() }),
  /** After every application, for tests and benchmarks: `seen - applied` is how far the store lags. */
  ProgressSchema.extend({ kind: z.literal('progress') }),
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
  z.object({
    kind: z.literal('schedule-wanted'),
    ask: z.int(),
    ids: z.array(SubmissionIdSchema).max(MAX_SCHEDULE_IDS),
  }),
  z.object({
    kind: z.literal('find'),
    ask: z.int(),
    query: z.string().max(MAX_QUERY_LENGTH),
    limit: z.int().min(1).max(MAX_HITS),
  }),
  /** The items to search while the worker cannot hold a catalogue of its own. */
  z.object({ kind: z.literal('items'), items: z.array(ServiceItemSchema) }),
  z.object({ kind: z.literal('close') }),
])
export type WorkerCommand = z.infer<typeof WorkerCommandSchema>

/** The way to main's worker port. */
export type WorkerChannel = { kind: 'websocket'; url: string } | { kind: 'port'; port: MessagePort }

import type { RxJsonSchema } from 'rxdb/plugins/core'
import type { QueueItem, QueueMeta } from './queue-store.ts'

/**
 * Frozen: the version stays 0 for ever, because a schema version is part of the database's name and a rollback of the
 * program would not see what a newer version wrote (queue-and-sync.md section 1, fact 6). New facts go into `extra` or
 * into a new collection. Indexed fields are required and bounded, as the Dexie storage demands.
 *
 * Version 0 of the submissions was changed once, before any terminal was shipped: `newestFirst` and its index came in,
 * because a descending sort never uses an index in the Dexie storage, and the index over journalSequence went, because
 * every index costs a tenth of the speed at which receipts come in. A collection of its own for that key would cost a
 * third durable write for every frame, outside the transaction of the items, and could disagree with them. RxDB refuses
 * to open a database whose shape differs at the same version (DB6), in either direction of an update; the keeper then
 * deletes it and the journal fills the new one, so that nothing hides and nothing is lost (recovery.ts; tested).
 */
/** Highest deviceSequence that an index can hold; `newestFirst` counts down from here. */
export const SEQUENCE_LIMIT = 999_999_999_999

/** An item as RxDB keeps it: with the key that makes the newest the first of an ascending index. */
export type SubmissionDocument = QueueItem & { newestFirst: number }

const count = { type: 'integer', minimum: 0, maximum: SEQUENCE_LIMIT, multipleOf: 1 } as const
/** Room for the year 2106 and beyond: a wild clock may write any moment. */
const epochMs = { type: 'integer', minimum: 0, maximum: 99_999_999_999_999, multipleOf: 1 } as const

export const SUBMISSION_SCHEMA: RxJsonSchema<SubmissionDocument> = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 36 },
    deviceSequence: count,
    state: { type: 'string', enum: ['queued', 'received', 'quarantined'], maxLength: 12 },
    acceptedAt: { type: 'string', maxLength: 30 },
    itemId: { type: 'string', maxLength: 60 },
    ticket: { type: 'string', maxLength: 12 },
    bytes: { type: 'integer', minimum: 0 },
    attempts: { type: 'integer', minimum: 0 },
    nextAttemptAt: epochMs,
    reason: { type: ['string', 'null'] },
    journalSequence: count,
    newestFirst: count,
    extra: { type: 'object', additionalProperties: true },
  },
  required: [
    'id',
    'deviceSequence',
    'state',
    'acceptedAt',
    'itemId',
    'ticket',
    'bytes',
    'attempts',
    'nextAttemptAt',
    'reason',
    'journalSequence',
    'newestFirst',
    'extra',
  ],
  indexes: [
    ['state', 'nextAttemptAt', 'deviceSequence'],
    ['state', 'deviceSequence'],
    ['state', 'newestFirst'],
  ],
}

/** `unsure` lives in `extra`: this schema is frozen as well. */
export type MetaDocument = Omit<QueueMeta, 'unsure'> & { id: string; extra: Record<string, unknown> }

export const META_SCHEMA: RxJsonSchema<MetaDocument> = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 20 },
    journalId: { type: 'string', maxLength: 100 },
    throughSequence: count,
    counts: {
      type: 'object',
      properties: { queued: count, received: count, quarantined: count },
      required: ['queued', 'received', 'quarantined'],
    },
    extra: { type: 'object', additionalProperties: true },
  },
  required: ['id', 'journalId', 'throughSequence', 'counts', 'extra'],
}

/** One line of the catalogue as main lists it; `listing` names the hub epoch and version that it belongs to. */
export type CatalogueLine = { id: string; body: string; order: number; listing: string }

export const CATALOGUE_SCHEMA: RxJsonSchema<CatalogueLine> = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 60 },
    body: { type: 'string' },
    order: { type: 'integer' },
    listing: { type: 'string', maxLength: 60 },
  },
  required: ['id', 'body', 'order', 'listing'],
}

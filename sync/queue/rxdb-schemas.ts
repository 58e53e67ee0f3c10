import type { RxJsonSchema } from 'rxdb/plugins/core'
import type { QueueItem, QueueMeta } from './queue-store.ts'

/**
 * Frozen: the version stays 0 for ever, because a schema version is part of the database's name and a rollback of the
 * program would not see what a newer version wrote (queue-and-sync.md section 1, fact 6). New facts go into `extra` or
 * into a new collection. Indexed fields are required and bounded, as the Dexie storage demands.
 */
const count = { type: 'integer', minimum: 0, maximum: 999_999_999_999, multipleOf: 1 } as const
/** Room for the year 2106 and beyond: a wild clock may write any moment. */
const epochMs = { type: 'integer', minimum: 0, maximum: 99_999_999_999_999, multipleOf: 1 } as const

export const SUBMISSION_SCHEMA: RxJsonSchema<QueueItem> = {
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
    'extra',
  ],
  indexes: [['state', 'nextAttemptAt', 'deviceSequence'], ['state', 'deviceSequence'], ['journalSequence']],
}

export type MetaDocument = QueueMeta & { id: string; extra: Record<string, unknown> }

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

import {
  type FilledMangoQuery,
  getDefaultRevision,
  getDefaultRxDocumentMeta,
  type MangoQuery,
  normalizeMangoQuery,
  prepareQuery,
  type RxCollection,
  type RxDocumentData,
} from 'rxdb/plugins/core'
import {
  EMPTY_META,
  type QueueItem,
  type QueueMeta,
  type QueueState,
  type QueueStore,
  type Reschedule,
} from './queue-store.ts'
import type { MetaDocument } from './rxdb-schemas.ts'

const META_ID = 'queue'
/** Documents read at once when all are counted: memory stays flat. */
const RECOUNT_PAGE = 500

export type QueueCollections = {
  submissions: RxCollection<QueueItem>
  meta: RxCollection<MetaDocument>
  /** Empties the submissions without leaving tombstones and answers the fresh collection. */
  renewSubmissions(): Promise<RxCollection<QueueItem>>
}

/**
 * The queue store over RxDB. It reads and writes the collections' storage directly: one `put` is one transaction, and
 * no read is answered from RxDB's query or document caches, which would hide a wiped disk. Writers stand in a row, so
 * the drain's waits cannot overwrite what the projection just wrote.
 */
export function createRxdbStore(collections: QueueCollections): QueueStore {
  let { submissions } = collections
  const { meta } = collections
  let row: Promise<unknown> = Promise.resolve()

  function inRow<T>(work: () => Promise<T>): Promise<T> {
    const turn = row.then(work)
    row = turn.catch(() => undefined)
    return turn
  }

  /** RxDB's indexes all begin with `_deleted`; its query objects add that, and the bare storage does not. */
  async function query(wanted: { selector: object; index: (keyof QueueItem)[]; limit: number }): Promise<QueueItem[]> {
    const { storageInstance } = submissions
    const full: FilledMangoQuery<QueueItem> = normalizeMangoQuery(storageInstance.schema, {
      selector: { ...wanted.selector, _deleted: { $eq: false } } as MangoQuery<QueueItem>['selector'] & object,
      sort: wanted.index.map((field) => ({ [field]: 'asc' as const })) as NonNullable<MangoQuery<QueueItem>['sort']>,
      index: ['_deleted', ...wanted.index] as string[],
      limit: wanted.limit,
    })
    const result = await storageInstance.query(prepareQuery(storageInstance.schema, full))
    return result.documents.map(toItem)
  }

  async function overwrite(items: readonly QueueItem[], known: readonly RxDocumentData<QueueItem>[]): Promise<void> {
    await bulkWrite(submissions, items, known)
  }

  return {
    async readMeta() {
      const [found] = await meta.storageInstance.findDocumentsById([META_ID], false)
      if (found === undefined) return structuredClonePlain(EMPTY_META)
      const { journalId, throughSequence, counts } = found
      return { journalId, throughSequence, counts: { ...counts } }
    },
    writeMeta: (next: QueueMeta) =>
      inRow(async () => {
        const known = await meta.storageInstance.findDocumentsById([META_ID], true)
        await bulkWrite(meta, [{ id: META_ID, ...structuredClonePlain(next), extra: known[0]?.extra ?? {} }], known)
      }),
    async get(ids) {
      return (await submissions.storageInstance.findDocumentsById([...ids], false)).map(toItem)
    },
    put: (items) =>
      inRow(async () => {
        if (items.length === 0) return
        const known = await submissions.storageInstance.findDocumentsById(
          items.map((item) => item.id),
          true,
        )
        await overwrite(items, known)
      }),
    reschedule: (changes: readonly Reschedule[]) =>
      inRow(async () => {
        const changeById = new Map(changes.map((change) => [change.id, change]))
        const known = await submissions.storageInstance.findDocumentsById([...changeById.keys()], false)
        const waiting = known.filter((document) => document.state === 'queued')
        const moved = waiting.map((document) => {
          const { attempts, nextAttemptAt } = changeById.get(document.id) ?? document
          return { ...toItem(document), attempts, nextAttemptAt }
        })
        if (moved.length > 0) await overwrite(moved, waiting)
      }),
    due: (now, limit) =>
      query({
        selector: { state: { $eq: 'queued' }, nextAttemptAt: { $lte: now } },
        index: ['state', 'nextAttemptAt', 'deviceSequence'],
        limit,
      }),
    later: (after, limit) =>
      query({
        selector: { state: { $eq: 'queued' }, nextAttemptAt: { $gt: after } },
        index: ['state', 'nextAttemptAt', 'deviceSequence'],
        limit,
      }),
    async oldestQueued() {
      const [oldest] = await query({
        selector: { state: { $eq: 'queued' } },
        index: ['state', 'deviceSequence'],
        limit: 1,
      })
      return oldest ?? null
    },
    async isAhead(journalSequence) {
      const ahead = await query({
        selector: { journalSequence: { $gt: journalSequence } },
        index: ['journalSequence'],
        limit: 1,
      })
      return ahead.length > 0
    },
    async recount() {
      const counts: Record<QueueState, number> = { queued: 0, received: 0, quarantined: 0 }
      // Each frame names one submission, so journalSequence is a key of its own.
      for (let after = 0; ; ) {
        const page = await query({
          selector: { journalSequence: { $gt: after } },
          index: ['journalSequence'],
          limit: RECOUNT_PAGE,
        })
        for (const item of page) counts[item.state]++
        const last = page.at(-1)
        if (last === undefined || page.length < RECOUNT_PAGE) return counts
        after = last.journalSequence
      }
    },
    clear: () =>
      inRow(async () => {
        submissions = await collections.renewSubmissions()
      }),
  }
}

/** All or none: one storage transaction; a conflict means that somebody else writes here. */
async function bulkWrite<T extends { id: string }>(
  collection: RxCollection<T>,
  documents: readonly T[],
  known: readonly RxDocumentData<T>[],
): Promise<void> {
  const previousById = new Map(known.map((document) => [document.id, document]))
  const rows = documents.map((document) => {
    const previous = previousById.get(document.id)
    const next: RxDocumentData<T> = {
      ...document,
      _deleted: false,
      _attachments: {},
      _rev: getDefaultRevision(),
      _meta: previous === undefined ? getDefaultRxDocumentMeta() : { ...previous._meta },
    }
    return previous === undefined ? { document: next } : { previous, document: next }
  })
  const { error } = await collection.storageInstance.bulkWrite(rows, 'sync-queue')
  const [first] = error
  if (first !== undefined) throw new Error(`${collection.name}: ${error.length} writes refused, status ${first.status}`)
}

function toItem(document: RxDocumentData<QueueItem>): QueueItem {
  const { _deleted, _attachments, _rev, _meta, ...item } = document
  return structuredClonePlain(item)
}

function structuredClonePlain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

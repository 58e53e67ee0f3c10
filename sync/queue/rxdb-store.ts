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
  type DuePlace,
  EMPTY_META,
  type QueueItem,
  type QueueMeta,
  type QueueState,
  type QueueStore,
  type Reschedule,
} from './queue-store.ts'
import { type MetaDocument, SEQUENCE_LIMIT, type SubmissionDocument } from './rxdb-schemas.ts'

const META_ID = 'queue'
/** Documents read at once when all are counted: memory stays flat. */
const RECOUNT_PAGE = 500
const STATES: readonly QueueState[] = ['queued', 'received', 'quarantined']

export type QueueCollections = {
  submissions: RxCollection<SubmissionDocument>
  meta: RxCollection<MetaDocument>
  /** Empties the submissions without leaving tombstones and answers the fresh collection. */
  renewSubmissions(): Promise<RxCollection<SubmissionDocument>>
  /** Deletes documents without leaving tombstones. */
  forget(submissions: RxCollection<SubmissionDocument>, ids: readonly string[]): Promise<void>
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
  /**
   * What `get` read last, as the storage has it (null: not there): the projection writes what it has just read, and reading it again would
   * cost a third of the time. Nobody else writes here (a refused write would say so), and every write keeps this true.
   */
  const lastRead = new Map<string, RxDocumentData<SubmissionDocument> | null>()

  function inRow<T>(work: () => Promise<T>): Promise<T> {
    const turn = row.then(work)
    row = turn.catch(() => undefined)
    return turn
  }

  /** RxDB's indexes all begin with `_deleted`; its query objects add that, and the bare storage does not. */
  async function query(wanted: {
    selector: object
    index: (keyof SubmissionDocument)[]
    limit: number
  }): Promise<QueueItem[]> {
    if (wanted.limit <= 0) return []
    const { storageInstance } = submissions
    const full: FilledMangoQuery<SubmissionDocument> = normalizeMangoQuery(storageInstance.schema, {
      selector: { ...wanted.selector, _deleted: { $eq: false } } as MangoQuery<SubmissionDocument>['selector'] & object,
      sort: wanted.index.map((field) => ({ [field]: 'asc' as const })) as NonNullable<
        MangoQuery<SubmissionDocument>['sort']
      >,
      index: ['_deleted', ...wanted.index] as string[],
      limit: wanted.limit,
    })
    const result = await storageInstance.query(prepareQuery(storageInstance.schema, full))
    return result.documents.map(toItem)
  }

  async function overwrite(items: readonly QueueItem[], known: readonly RxDocumentData<SubmissionDocument>[]) {
    for (const item of items) lastRead.delete(item.id)
    await bulkWrite(submissions, items.map(toDocument), known)
  }

  /** What the storage holds of these ids now, as far as it is not in hand. Only in the row of writers. */
  async function heldOf(ids: readonly string[]): Promise<RxDocumentData<SubmissionDocument>[]> {
    const held: RxDocumentData<SubmissionDocument>[] = []
    const unread: string[] = []
    for (const id of ids) {
      const known = lastRead.get(id)
      if (known === undefined) unread.push(id)
      else if (known !== null) held.push(known)
    }
    if (unread.length > 0) held.push(...(await submissions.storageInstance.findDocumentsById(unread, true)))
    return held
  }

  /** Asks for pages one after the other until `limit` items are there. */
  async function firstOf(limit: number, asks: readonly ((limit: number) => Promise<QueueItem[]>)[]) {
    const found: QueueItem[] = []
    for (const ask of asks) if (found.length < limit) found.push(...(await ask(limit - found.length)))
    return found
  }

  /** In pages behind each other; the id tells two apart that share a sequence. */
  async function countOf(state: QueueState): Promise<number> {
    const index: (keyof SubmissionDocument)[] = ['state', 'deviceSequence', 'id']
    let count = 0
    for (let last = { deviceSequence: -1, id: '' }; ; ) {
      const { deviceSequence, id } = last
      const page = await firstOf(RECOUNT_PAGE, [
        (limit) =>
          query({
            selector: { state: { $eq: state }, deviceSequence: { $eq: deviceSequence }, id: { $gt: id } },
            index,
            limit,
          }),
        (limit) =>
          query({ selector: { state: { $eq: state }, deviceSequence: { $gt: deviceSequence } }, index, limit }),
      ])
      count += page.length
      const end = page.at(-1)
      if (end === undefined || page.length < RECOUNT_PAGE) return count
      last = end
    }
  }

  function newestOf(state: QueueState, before: number | null, limit: number): Promise<QueueItem[]> {
    const selector = { state: { $eq: state } }
    return query({
      selector: before === null ? selector : { ...selector, newestFirst: { $gt: SEQUENCE_LIMIT - before } },
      index: ['state', 'newestFirst'],
      limit,
    })
  }

  return {
    async readMeta() {
      const [found] = await meta.storageInstance.findDocumentsById([META_ID], false)
      if (found === undefined) return structuredClonePlain(EMPTY_META)
      const { journalId, throughSequence, counts, extra } = found
      return { journalId, throughSequence, counts: { ...counts }, unsure: extra.unsure === true }
    },
    writeMeta: (next: QueueMeta) =>
      inRow(async () => {
        const known = await meta.storageInstance.findDocumentsById([META_ID], true)
        const { unsure, ...rest } = structuredClonePlain(next)
        await bulkWrite(meta, [{ id: META_ID, ...rest, extra: { ...known[0]?.extra, unsure } }], known)
      }),
    // In the row of writers, so that what is kept of it is what they find.
    get: (ids) =>
      inRow(async () => {
        lastRead.clear()
        const found = await submissions.storageInstance.findDocumentsById([...ids], false)
        for (const id of ids) lastRead.set(id, null)
        for (const document of found) lastRead.set(document.id, document)
        return found.map(toItem)
      }),
    put: (items) =>
      inRow(async () => {
        if (items.length === 0) return
        const known = await heldOf(items.map((item) => item.id))
        await overwrite(items, known)
      }),
    remove: (ids) =>
      inRow(async () => {
        for (const id of ids) lastRead.delete(id)
        if (ids.length > 0) await collections.forget(submissions, ids)
      }),
    reschedule: (changes: readonly Reschedule[]) =>
      inRow(async () => {
        const changeById = new Map(changes.map((change) => [change.id, change]))
        const known = await heldOf([...changeById.keys()])
        const waiting = known.filter((document) => document.state === 'queued' && !document._deleted)
        const moved = waiting.map((document) => {
          const { attempts, nextAttemptAt } = changeById.get(document.id) ?? document
          return { ...toItem(document), attempts, nextAttemptAt }
        })
        if (moved.length > 0) await overwrite(moved, waiting)
      }),
    async due(now, limit, after: DuePlace | null = null) {
      const index: (keyof SubmissionDocument)[] = ['state', 'nextAttemptAt', 'deviceSequence']
      const state = { $eq: 'queued' }
      if (after === null) return query({ selector: { state, nextAttemptAt: { $lte: now } }, index, limit })
      const { nextAttemptAt, deviceSequence } = after
      if (nextAttemptAt > now) return []
      return firstOf(limit, [
        (rest) =>
          query({
            selector: { state, nextAttemptAt: { $eq: nextAttemptAt }, deviceSequence: { $gt: deviceSequence } },
            index,
            limit: rest,
          }),
        (rest) => query({ selector: { state, nextAttemptAt: { $gt: nextAttemptAt, $lte: now } }, index, limit: rest }),
      ])
    },
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
    async newest(state, before, limit) {
      if (state !== null) return newestOf(state, before, limit)
      const found = await Promise.all(STATES.map((one) => newestOf(one, before, limit)))
      return found
        .flat()
        .sort((a, b) => b.deviceSequence - a.deviceSequence)
        .slice(0, limit)
    },
    async recount() {
      const counts: Record<QueueState, number> = { queued: 0, received: 0, quarantined: 0 }
      for (const state of STATES) counts[state] = await countOf(state)
      return counts
    },
    clear: () =>
      inRow(async () => {
        lastRead.clear()
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

/** The storage's documents are frozen or fresh, so only what is inside of `extra` could be shared. */
function toItem(document: RxDocumentData<SubmissionDocument>): QueueItem {
  const { _deleted, _attachments, _rev, _meta, newestFirst, extra, ...item } = document
  return { ...item, extra: structuredClonePlain(extra) }
}

function toDocument(item: QueueItem): SubmissionDocument {
  return { ...item, extra: structuredClonePlain(item.extra), newestFirst: SEQUENCE_LIMIT - item.deviceSequence }
}

function structuredClonePlain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

import { createRxDatabase, type RxCollection, type RxStorage, type RxStorageInstance } from 'rxdb/plugins/core'
import { errorText, type Log } from './clock.ts'
import type { QueueStore } from './queue-store.ts'
import type { Opened, StoreSource } from './recovery.ts'
import {
  CATALOGUE_SCHEMA,
  type CatalogueLine,
  META_SCHEMA,
  type MetaDocument,
  SUBMISSION_SCHEMA,
  type SubmissionDocument,
} from './rxdb-schemas.ts'
import { createRxdbStore } from './rxdb-store.ts'

/**
 * Where databases live: RxDB's storage plus what RxDB cannot do: listing and deleting databases that do not open, and
 * deleting documents without a tombstone.
 */
export type StorageHome = {
  // biome-ignore lint/suspicious/noExplicitAny: RxDB's own default for a storage of unknown internals
  storage: RxStorage<any, any>
  /** Names of RxDB databases here that start with `prefix`, each once. */
  list(prefix: string): Promise<string[]>
  remove(name: string): Promise<void>
  /**
   * Deletes documents in one durable transaction and keeps no tombstone. RxDB's own way marks them as deleted and its
   * cleanup() then reads every older document of the collection into memory; nobody replicates the submissions, so
   * nobody needs the mark. No change event is emitted: the queue store asks no cache that would need one.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  forget(instance: RxStorageInstance<any, any, any>, ids: readonly string[]): Promise<void>
}

export type QueueDatabase = { store: QueueStore; catalogue: RxCollection<CatalogueLine> }

type Collections = {
  submissions: RxCollection<SubmissionDocument>
  meta: RxCollection<MetaDocument>
  catalogue: RxCollection<CatalogueLine>
}

const GENERATION = /^(.*)-g(\d+)$/

/**
 * Opens the queue's database, and deletes it. A name is never used again after a failure: RxDB's Dexie storage
 * remembers a failed open under its name until the worker ends, and every later open would get the old failure. So the
 * name carries a generation, and the highest one that is there is the current one.
 */
export function rxdbSource(home: StorageHome, baseName: string, log: Log): StoreSource<QueueDatabase> {
  let burnt = 0

  async function generations(): Promise<number[]> {
    const names = await home.list(`${baseName}-g`)
    return names
      .map((name) => GENERATION.exec(name))
      .filter((match) => match !== null && match[1] === baseName)
      .map((match) => Number(match?.[2]))
      .sort((a, b) => a - b)
  }

  return {
    async open() {
      const there = await generations()
      const generation = Math.max(burnt + 1, there.at(-1) ?? 1)
      burnt = generation
      for (const old of there) if (old < generation) await home.remove(`${baseName}-g${old}`)
      return openDatabase(home, `${baseName}-g${generation}`, log)
    },
    async destroy() {
      const there = await generations()
      burnt = Math.max(burnt, there.at(-1) ?? 0)
      for (const generation of there) await home.remove(`${baseName}-g${generation}`)
    },
  }
}

async function openDatabase(home: StorageHome, name: string, log: Log): Promise<Opened<QueueDatabase>> {
  const database = await createRxDatabase<Collections>({
    name,
    storage: home.storage,
    multiInstance: false,
    eventReduce: false,
    closeDuplicates: true,
  })
  try {
    const collections = await database.addCollections({
      meta: { schema: META_SCHEMA },
      submissions: { schema: SUBMISSION_SCHEMA },
      catalogue: { schema: CATALOGUE_SCHEMA },
    })
    const store = createRxdbStore({
      submissions: collections.submissions,
      meta: collections.meta,
      async renewSubmissions() {
        await database.collections.submissions.remove()
        const fresh = await database.addCollections({ submissions: { schema: SUBMISSION_SCHEMA } })
        return fresh.submissions
      },
      forget: (collection, ids) => home.forget(collection.storageInstance.originalStorageInstance, ids),
    })
    return {
      value: { store, catalogue: collections.catalogue },
      close: async () => {
        await database.close()
      },
    }
  } catch (error) {
    await database.close().catch((second: unknown) => log('queue-store-close-failed', { why: errorText(second) }))
    throw error
  }
}

import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'
import type { StorageHome } from './rxdb-database.ts'

/** What we need of IndexedDB, named here because this room knows no DOM. */
export type IndexedDb = {
  databases(): Promise<{ name?: string | undefined }[]>
  deleteDatabase(name: string): DeleteRequest
}
type DeleteRequest = {
  onsuccess: unknown
  onerror: unknown
  onblocked: unknown
  readonly error: unknown
}

/** The part of RxDB's Dexie storage that deletes for good. */
type DexieInternals = { dexieTable: { bulkDelete(ids: string[]): Promise<void> } }

/** As RxDB names its Dexie databases: `rxdb-dexie-{database}--{schema version}--{collection}`. */
const NAME = /^rxdb-dexie-(.+?)--\d+--/

/**
 * RxDB over Dexie with strict durability: a write is answered after the operating system was told to put it on the
 * disk (queue-and-sync.md section 2.2). `keyRange` and `indexedDb` are the browser's, or a stand-in's in tests.
 */
export function dexieHome(indexedDb: IndexedDb, keyRange: unknown): StorageHome {
  const settings = { chromeTransactionDurability: 'strict', indexedDB: indexedDb, IDBKeyRange: keyRange } as const
  return {
    storage: getRxStorageDexie(settings as unknown as Parameters<typeof getRxStorageDexie>[0]),
    async list(prefix) {
      const names = (await indexedDb.databases()).map((entry) => NAME.exec(entry.name ?? '')?.[1])
      return [...new Set(names.filter((name) => name !== undefined))].filter((name) => name.startsWith(prefix))
    },
    async remove(name) {
      const all = (await indexedDb.databases()).map((entry) => entry.name ?? '')
      // Meta first: what is left after a cut then has no journal's name and is emptied when it is opened.
      const ours = all.filter((entry) => NAME.exec(entry)?.[1] === name).sort((a, b) => rank(a) - rank(b))
      for (const entry of ours) await removeOne(indexedDb, entry)
    },
    async forget(instance, ids) {
      const { dexieTable } = (await instance.internals) as DexieInternals
      await dexieTable.bulkDelete([...ids])
    },
  }
}

function rank(databaseName: string): number {
  return databaseName.endsWith('--meta') ? 0 : 1
}

/** A blocked delete ends when the last connection closes; the caller's time limit covers one that never does. */
function removeOne(indexedDb: IndexedDb, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDb.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(new Error(`cannot delete ${name}: ${String(request.error)}`))
  })
}

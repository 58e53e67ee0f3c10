import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { createRevision, now } from 'rxdb/plugins/core'
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory'
import { dexieHome, type IndexedDb } from '../dexie-home.ts'
import type { StorageHome } from '../rxdb-database.ts'

/** RxDB's memory storage as a home; its databases outlive a close, as on a disk. */
export function memoryHome(): StorageHome {
  // RxDB shares one map between all its memory storages; a home is a disk of its own.
  const storage = Object.assign(getRxStorageMemory(), { collectionStates: new Map() })
  const names = () => [...storage.collectionStates.keys()]
  return {
    storage,
    async list(prefix) {
      const found = names().filter((key) => key.startsWith(prefix))
      return [...new Set(found.map((key) => /^.*?-g\d+/.exec(key)?.[0] ?? key))]
    },
    async remove(name) {
      for (const key of names()) if (key.startsWith(`${name}-`)) storage.collectionStates.delete(key)
    },
    async forget(instance, ids) {
      const known = await instance.findDocumentsById([...ids], false)
      const rows = known.map((previous) => {
        const _meta = { ...previous._meta, lwt: now() }
        return { previous, document: { ...previous, _meta, _deleted: true, _rev: createRevision('forget', previous) } }
      })
      const { error } = await instance.bulkWrite(rows, 'forget')
      if (error.length > 0) throw new Error(`${error.length} deletions refused`)
      // Below zero: also what was deleted in this very millisecond.
      await instance.cleanup(-1_000)
    },
  }
}

/** fake-indexeddb's types lean on the DOM, which this room does not know. */
export type FakeFactory = {
  open(name: string, version?: number): FakeRequest & { result: FakeDatabase }
  deleteDatabase(name: string): FakeRequest
  databases(): Promise<{ name?: string }[]>
}
type FakeRequest = {
  addEventListener(event: 'success' | 'error', listener: () => void): void
  error: unknown
}
type FakeDatabase = { transaction(stores: unknown, mode?: string, options?: { durability?: string }): unknown }

export function fakeFactory(): FakeFactory {
  return new IDBFactory() as unknown as FakeFactory
}

/** Deletes all databases under everybody's feet, as a wiped profile does. */
export async function wipe(factory: FakeFactory): Promise<void> {
  for (const { name = '' } of await factory.databases()) {
    await new Promise<void>((resolve, reject) => {
      const request = factory.deleteDatabase(name)
      request.addEventListener('success', () => resolve())
      request.addEventListener('error', () => reject(request.error))
    })
  }
}

export type FakeDexieHome = StorageHome & { factory: FakeFactory; durabilities: Set<string> }

/** Dexie over fake-indexeddb; notes which durability every readwrite transaction asked for. */
export function fakeDexieHome(factory = fakeFactory()): FakeDexieHome {
  const durabilities = new Set<string>()
  const spying = new Proxy(factory, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function') return member
      if (key !== 'open') return member.bind(target)
      return (...parameters: [string, number?]) => {
        const request = target.open(...parameters)
        request.addEventListener('success', () => spyOn(request.result))
        return request
      }
    },
  })
  function spyOn(database: FakeDatabase): void {
    const original = database.transaction.bind(database)
    database.transaction = (stores, mode, options) => {
      if (mode === 'readwrite') durabilities.add(options?.durability ?? 'unset')
      return original(stores, mode, options)
    }
  }
  return { ...dexieHome(spying as unknown as IndexedDb, IDBKeyRange), factory, durabilities }
}

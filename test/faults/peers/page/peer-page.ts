import { addRxPlugin, createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb/plugins/core'
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema'
import { type RxReplicationState, replicateRxCollection } from 'rxdb/plugins/replication'
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'

/**
 * The peers' side of each of the six facts, in a real browser over real IndexedDB: stock RxDB push replication (Dexie,
 * strict durability) and PouchDB (idb) with `replicate.to`. What drives it calls `globalThis.peer`.
 */
addRxPlugin(RxDBMigrationSchemaPlugin)

export interface Peer {
  /** Opens the queue; with `version` after an upgrade or a roll-back of the program. */
  open(version: number): Promise<void>
  /** True when it was stored; false with the words of the error. */
  insert(id: string, bytes: number): Promise<string>
  ids(): Promise<string[]>
  /** Starts sending; goes on by itself when `live`. */
  send(live: boolean): void
  /** Waits until the peer says that everything was sent, at most so long: what it said. */
  settled(limitMs: number): Promise<'in sync' | 'complete' | 'still running' | `error: ${string}`>
  /** Tries once more, as an app may after a failure. */
  again(): void
  /** Everything it told the app of failures: errors and refused documents. */
  told(): string[]
}

interface PouchResult {
  on(event: string, listener: (value: unknown) => void): PouchResult
  cancel(): void
}
interface PouchDatabase {
  put(doc: object): Promise<unknown>
  allDocs(): Promise<{ rows: { id: string }[] }>
  info(): Promise<unknown>
  replicate: { to(target: PouchDatabase, options: object): PouchResult }
}
declare const PouchDB: new (name: string, options?: object) => PouchDatabase

/** The stock wait is 5 s; shorter only makes it try more often. */
const RETRY_MS = 500
const PUSH_BATCH = 100

const words = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name} ${error.message}` : JSON.stringify(error)
  return text.replaceAll('\n', ' ').slice(0, 160)
}

function rxdb(): Peer {
  type Doc = { id: string; body: string }
  let database: RxDatabase | undefined
  let collection: RxCollection<Doc> | undefined
  let replication: RxReplicationState<Doc, unknown> | undefined
  const told: string[] = []
  const queue = () => {
    if (collection === undefined) throw new Error('not open')
    return collection
  }
  return {
    async open(version) {
      database = await createRxDatabase({
        name: 'peer',
        storage: getRxStorageDexie({ chromeTransactionDurability: 'strict' } as object),
        multiInstance: false,
      })
      const collections = await database.addCollections({
        queue: {
          schema: {
            version,
            primaryKey: 'id',
            type: 'object',
            properties: {
              id: { type: 'string', maxLength: 60 },
              body: { type: 'string' },
              ...(version > 0 ? { note: { type: 'string' } } : {}),
            },
            required: ['id', 'body'],
          },
          migrationStrategies: version > 0 ? { 1: (doc: object) => doc } : {},
        },
      })
      collection = collections.queue as unknown as RxCollection<Doc>
    },
    async insert(id, bytes) {
      try {
        await queue().insert({ id, body: 'x'.repeat(bytes) })
        return ''
      } catch (error) {
        return words(error)
      }
    },
    ids: async () => (await queue().find().exec()).map(({ id }) => id),
    send(live) {
      replication = replicateRxCollection<Doc, unknown>({
        replicationIdentifier: 'push',
        collection: queue(),
        live,
        retryTime: RETRY_MS,
        waitForLeadership: false,
        push: {
          batchSize: PUSH_BATCH,
          async handler(rows) {
            const response = await fetch('/rxdb/push', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(rows.map(({ newDocumentState }) => newDocumentState)),
            })
            if (!response.ok) throw new Error(`push refused: ${response.status}`)
            return []
          },
        },
      })
      replication.error$.subscribe((error) => told.push(words(error)))
    },
    async settled(limitMs) {
      const inSync = replication?.awaitInSync().then(
        () => 'in sync' as const,
        (error: unknown) => `error: ${words(error)}` as const,
      )
      return (await Promise.race([inSync, late(limitMs)])) ?? 'still running'
    },
    again: () => replication?.reSync(),
    told: () => told,
  }
}

function pouchdb(): Peer {
  let local: PouchDatabase | undefined
  let running: PouchResult | undefined
  let ending: Promise<'complete' | `error: ${string}`> | undefined
  let paused = false
  const told: string[] = []
  const queue = () => {
    if (local === undefined) throw new Error('not open')
    return local
  }
  function send(live: boolean): void {
    running?.cancel()
    paused = false
    const replication = queue().replicate.to(new PouchDB(`${location.origin}/db/queue`), {
      live,
      retry: live,
      batch_size: PUSH_BATCH,
    })
    running = replication
    ending = new Promise((resolve) => {
      replication
        .on('denied', (value) => told.push(`denied ${words(value)}`))
        .on('paused', (error) => {
          if (error) told.push(`paused ${words(error)}`)
          else paused = true
        })
        .on('active', () => {
          paused = false
        })
        .on('complete', () => resolve('complete'))
        .on('error', (error) => {
          told.push(words(error))
          resolve(`error: ${words(error)}`)
        })
    })
  }
  let isLive = false
  return {
    async open() {
      local = new PouchDB('peer', { adapter: 'idb' })
      await local.info()
    },
    async insert(id, bytes) {
      try {
        await queue().put({ _id: id, body: 'x'.repeat(bytes) })
        return ''
      } catch (error) {
        return words(error)
      }
    },
    ids: async () => (await queue().allDocs()).rows.map(({ id }) => id),
    send(live) {
      isLive = live
      send(live)
    },
    async settled(limitMs) {
      const endMs = performance.now() + limitMs
      if (!isLive) return (await Promise.race([ending, late(limitMs)])) ?? 'still running'
      // Live replication is idle when it pauses without an error.
      while (performance.now() < endMs) {
        if (paused) return 'in sync'
        await late(100)
      }
      return 'still running'
    },
    again: () => send(isLive),
    told: () => told,
  }
}

function late(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

Object.assign(globalThis, { peer: new URLSearchParams(location.search).get('peer') === 'rxdb' ? rxdb() : pouchdb() })

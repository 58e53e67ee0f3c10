import '../../../renderer/kiosk/zod-without-eval.ts'
import { Bridge } from '../../../renderer/kiosk/bridge.ts'
import type { SubmitRequest } from '../../../sync/protocol/submission.ts'
import { dexieHome } from '../../../sync/queue/dexie-home.ts'
import type { QueueItem } from '../../../sync/queue/queue-store.ts'
import { type QueueDatabase, rxdbSource } from '../../../sync/queue/rxdb-database.ts'

/**
 * The page of the benches, served by the terminal's own door under its own rules: the kiosk's bridge client and the sync
 * worker's database, without a screen. The test that drives it calls `globalThis.benchPage`.
 */
const bridge = new Bridge()
void bridge.run()
const databases = new Map<string, QueueDatabase>()

export interface BenchPage {
  connected(): Promise<void>
  /** Waits until the card that was put is in the visit, and the catalogue there. */
  card(): Promise<void>
  /** Milliseconds from the call to the durable answer. @throws when it was not accepted. */
  submit(request: SubmitRequest): Promise<number>
  /** Milliseconds of one insert into a plain RxDB collection with strict durability. */
  insert(document: { readonly id: string; readonly body: string }): Promise<number>
  /** Fills a queue database of its own with so many received submissions; answers how many it counts. */
  fill(name: string, count: number): Promise<number>
  /** Milliseconds of reading the newest so many of it. @throws when they are not the newest. */
  newest(name: string, limit: number): Promise<number>
}

const FILL_BATCH = 1000

const benchPage: BenchPage = {
  connected: () =>
    new Promise((resolve) => {
      const look = () => {
        if (bridge.line === null) return
        stop()
        resolve()
      }
      const stop = bridge.subscribe(look)
      look()
    }),

  async card() {
    await bridge.call(async ({ identity, queue }) => {
      for await (const event of await identity.watchCard()) if (event.kind === 'card') break
      for await (const view of await queue.watchCatalogue()) if (view !== null) break
    })
  },

  async submit(request) {
    const beganMs = performance.now()
    const answer = await bridge.call(({ submissions }) => submissions.submit(request))
    const tookMs = performance.now() - beganMs
    if (!answer.ok) throw new Error(`not accepted: ${answer.fault} ${JSON.stringify(answer.fields)}`)
    return tookMs
  },

  async insert({ id, body }) {
    const { catalogue } = await database('bench-insert')
    const beganMs = performance.now()
    await catalogue.insert({ id, body, order: 0, listing: 'bench' })
    return performance.now() - beganMs
  },

  async fill(name, count) {
    const { store } = await database(name)
    for (let done = 0; done < count; done += FILL_BATCH) {
      await store.put(
        Array.from({ length: Math.min(FILL_BATCH, count - done) }, (_, index) => received(done + index + 1)),
      )
    }
    const counts = await store.recount()
    return counts.received
  },

  async newest(name, limit) {
    const { store } = await database(name)
    const beganMs = performance.now()
    const items = await store.newest(null, null, limit)
    const tookMs = performance.now() - beganMs
    const sequences = items.map(({ deviceSequence }) => deviceSequence)
    const first = sequences[0] ?? 0
    if (items.length !== limit || sequences.some((each, index) => each !== first - index)) {
      throw new Error(`these are not the newest ${limit}: ${sequences.join(' ')}`)
    }
    return tookMs
  },
}
Object.assign(globalThis, { benchPage })

async function database(name: string): Promise<QueueDatabase> {
  let opened = databases.get(name)
  if (opened === undefined) {
    const source = rxdbSource(dexieHome(globalThis.indexedDB, globalThis.IDBKeyRange), name, console.info)
    opened = (await source.open()).value
    databases.set(name, opened)
  }
  return opened
}

/** A submission as the projection leaves it after the hub's receipt. */
function received(deviceSequence: number): QueueItem {
  return {
    id: crypto.randomUUID(),
    deviceSequence,
    state: 'received',
    acceptedAt: new Date().toISOString(),
    itemId: 'S07',
    ticket: String(deviceSequence).padStart(8, '0'),
    bytes: 4300,
    attempts: 0,
    nextAttemptAt: 0,
    reason: null,
    journalSequence: deviceSequence * 2,
    extra: {},
  }
}

import type { CatalogueView, QueueView } from '../../sync/protocol/queue-view.ts'
import type { FindAnswer } from '../sync-worker/client.ts'
import type { Bridge } from './bridge.ts'

/**
 * Queue and catalogue as the page shows them. The sync worker tells them; when it cannot (IndexedDB unusable) or says
 * nothing, main does. Started once the idle page can be used, never before.
 */
export interface LiveView {
  readonly queue: QueueView | null
  readonly catalogue: CatalogueView | null
  /** Asks the sync worker when it tries again; null while it does not drain. */
  readonly schedule: Schedule | null
  /** Searches the items in the worker, whoever tells the catalogue; null until the worker was started. */
  readonly find: Find | null
}

export type Find = (query: string, limit: number) => Promise<FindAnswer>

export type Schedule = (
  submissionIds: readonly string[],
) => Promise<readonly { readonly id: string; readonly attempts: number; readonly nextAttemptAt: number }[]>

/** How long the worker may be silent after its start, before main is asked instead. */
export const WORKER_PATIENCE_MS = 5_000

export class LiveViewStore {
  #view: LiveView = { queue: null, catalogue: null, schedule: null, find: null }
  #source: 'worker' | 'main' = 'worker'
  readonly #listeners = new Set<() => void>()

  readonly get = (): LiveView => this.#view
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  fromWorker(part: Partial<LiveView>): void {
    if (this.#source === 'worker') this.#put(part)
  }

  /** A worker without a store can search all the same. */
  searchWith(find: Find): void {
    this.#put({ find })
  }

  /** From now on main's word counts; the worker's is not heard again. `onCatalogue` hears what the page is shown. */
  followMain(bridge: Bridge, onCatalogue: (view: CatalogueView) => void): void {
    if (this.#source === 'main') return
    this.#source = 'main'
    console.info('queue and catalogue come from main')
    this.#put({ schedule: null })
    bridge.watch(
      (client, options) => client.queue.watchView(undefined, options),
      (queue) => this.#put({ queue }),
    )
    bridge.watch(
      (client, options) => client.queue.watchCatalogue(undefined, options),
      (catalogue) => {
        this.#put({ catalogue })
        if (catalogue !== null) onCatalogue(catalogue)
      },
    )
  }

  #put(part: Partial<LiveView>): void {
    this.#view = { ...this.#view, ...part }
    for (const listener of this.#listeners) listener()
  }
}

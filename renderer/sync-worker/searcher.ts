import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import { type Clock, errorText, type Log } from '../../sync/queue/clock.ts'
import type { PageMessage } from './messages.ts'
import { createSearch, type Search } from './search/search.ts'
import { searchableOf } from './search/searchable.ts'

export type Searcher = {
  /** Builds the index of these items in a turn of its own, after what waits; until then the one before answers. */
  offer(items: readonly ServiceItem[]): void
  /** Posts what was found, under the number of the question. */
  answer(ask: number, query: string, limit: number): void
}

type SearcherOptions = { post: (message: PageMessage) => void; clock: Clock; log: Log }

export function createSearcher({ post, clock, log }: SearcherOptions): Searcher {
  let search: Search | null = null
  let cancel: () => void = () => undefined

  function build(items: readonly ServiceItem[]): void {
    const beganAtMs = clock.monotonic()
    try {
      search = createSearch(items.map(searchableOf))
      const tookMs = Math.round(clock.monotonic() - beganAtMs)
      log('search-built', { items: items.length, tookMs, bytes: search.bytes })
    } catch (error) {
      // Not searched is better than answered with what is no longer offered.
      search = null
      log('search-not-built', { items: items.length, error: errorText(error) })
    }
  }

  return {
    offer(items) {
      cancel()
      cancel = clock.after(0, () => build(items))
    },
    answer(ask, query, limit) {
      post({ kind: 'found', ask, hits: search === null ? null : [...search.find(query, limit)] })
    },
  }
}

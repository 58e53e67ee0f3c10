import { readings } from '../../../renderer/sync-worker/search/readings.ts'
import { createSearch } from '../../../renderer/sync-worker/search/search.ts'
import { makeItems } from '../search-items.ts'
import { createPeer } from '../search-peer.ts'

/** One index in a worker of its own: ours or the peer's. */
export type SearchCommand =
  | { readonly do: 'build'; readonly engine: 'ours' | 'peer'; readonly items: number; readonly seed: number }
  | { readonly do: 'find'; readonly query: string; readonly limit: number }
export interface SearchAnswer {
  readonly tookMs: number
  readonly ids: readonly string[]
}

let find: (query: string, limit: number) => readonly string[] = () => []

addEventListener('message', (event: MessageEvent<SearchCommand>) => {
  const command = event.data
  let ids: readonly string[] = []
  const items = command.do === 'build' ? makeItems(command.items, command.seed) : []
  const beganMs = performance.now()
  if (command.do === 'find') ids = find(command.query, command.limit)
  else if (command.engine === 'ours') {
    const search = createSearch(items)
    find = (query, limit) => search.find(query, limit).map(({ id }) => id)
  } else find = createPeer(items, (character) => readings.of(character)[0] ?? character).find
  const answer: SearchAnswer = { tookMs: performance.now() - beganMs, ids }
  postMessage(answer)
})

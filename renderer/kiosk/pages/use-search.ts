import { useEffect, useState } from 'react'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Find } from '../live-view.ts'

/** Most items that a search shows; whoever has not found it among these types on. */
const MOST_FOUND = 24
/** Until a worker that was just started, or builds its index, is asked again. */
const ASK_AGAIN_MS = 500

export interface Found {
  /** What was asked for; the answer of an earlier question stays until the next one is there. */
  readonly query: string
  readonly items: readonly ServiceItem[]
}

/**
 * What the worker finds for the letters as they come; null until the first answer. An answer that a later question
 * overtook is not shown.
 */
export function useSearch(query: string, items: readonly ServiceItem[], find: Find | null): Found | null {
  const [found, setFound] = useState<Found | null>(null)
  useEffect(() => {
    if (query === '') return setFound(null)
    let isLast = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = () => {
      if (isLast) timer = setTimeout(ask, ASK_AGAIN_MS)
    }
    const ask = () => {
      if (find === null) return again()
      void find(query, MOST_FOUND).then((answer) => {
        if (!isLast) return
        if (!answer.ok) return again()
        const byId = new Map(items.map((item) => [item.id, item]))
        // The worker may know a newer catalogue than the one of this visit.
        setFound({ query, items: answer.hits.flatMap(({ id }) => byId.get(id) ?? []) })
      })
    }
    ask()
    return () => {
      isLast = false
      clearTimeout(timer)
    }
  }, [query, items, find])
  return found
}

import { useEffect, useState } from 'react'

export type VisitParts = typeof import('./visit-parts.ts')

/**
 * All pages but the idle page, and the sheets over all of them: fetched once the idle page stands, long before anybody
 * needs them. Not React.lazy: a
 * lazy page waits in Suspense at its first rendering even when it is loaded, and React holds that back for 300 ms.
 * Without them no visit can be finished: the page's fault, which begins it anew.
 */
export function useVisitParts(): VisitParts | null {
  const [visit, setVisit] = useState<{ readonly pages: VisitParts } | { readonly fault: unknown } | null>(null)
  useEffect(() => {
    void import('./visit-parts.ts').then(
      (pages) => setVisit({ pages }),
      (fault: unknown) => setVisit({ fault }),
    )
  }, [])
  if (visit === null) return null
  if ('fault' in visit) throw visit.fault
  return visit.pages
}

import { useLayoutEffect, useRef } from 'react'

/** For measurements: when the page took a reading's card event, and when its person stood on the screen. */
export function markCard(when: 'arrived' | 'painted', readId: string): void {
  performance.mark(`bianmin:card-${when}`, { detail: { readId } })
}

/**
 * Marks a reading once as painted: the page with its person is in the document, the frame that shows it has been made,
 * and the next one begins.
 * @param readId of the reading whose person the page shows now; null while it shows none.
 */
export function useCardPainted(readId: string | null): void {
  const marked = useRef<string | null>(null)
  useLayoutEffect(() => {
    if (readId === null || readId === marked.current) return
    // The first callback comes before the frame with these fields is painted, the second after it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        marked.current = readId
        markCard('painted', readId)
      })
    })
    return () => cancelAnimationFrame(frame)
  }, [readId])
}

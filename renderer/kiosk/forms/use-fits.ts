import { type RefObject, useLayoutEffect, useState } from 'react'

/**
 * How much a page must give up so that nothing of it lies below its lower edge: 0 nothing, then step by step up to
 * `steps`. Measured, not guessed, since panels and items differ; starts anew whenever `key` changes.
 */
export function useFits(container: RefObject<HTMLElement | null>, steps: number, key: string): number {
  const [state, setState] = useState({ key, level: 0 })
  const level = state.key === key ? state.level : 0
  useLayoutEffect(() => {
    const element = container.current
    if (element === null || level >= steps) return
    if (element.scrollHeight > element.clientHeight + 1) setState({ key, level: level + 1 })
  })
  return level
}

import { type RefObject, useLayoutEffect, useState } from 'react'

/**
 * How many of its children, all as high as the first, a list has room for beside what else its parent holds: measured,
 * since panels, notices and trays differ. Measured anew whenever `key` changes.
 */
export function useRoom(list: RefObject<HTMLElement | null>, key: string): number {
  const [room, setRoom] = useState(1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page says by the key that it changed
  useLayoutEffect(() => {
    const element = list.current
    const parent = element?.parentElement
    const first = element?.firstElementChild
    if (element === null || !parent || !first) return
    const others = [...parent.children].filter((each) => each !== element)
    const taken = others.reduce((sum, each) => sum + each.getBoundingClientRect().height + rowGap(parent), 0)
    const gap = rowGap(element)
    const style = getComputedStyle(element)
    const columns = style.display === 'grid' ? style.gridTemplateColumns.split(' ').length : 1
    const rows = Math.floor((parent.clientHeight - taken + gap) / (first.getBoundingClientRect().height + gap))
    setRoom(Math.max(1, rows) * columns)
  }, [key])
  return room
}

const rowGap = (element: Element): number => Number.parseFloat(getComputedStyle(element).rowGap) || 0

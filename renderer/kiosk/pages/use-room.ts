import { type RefObject, useLayoutEffect, useState } from 'react'

/** How many of its children, all as high as the first, a list has room for: measured, since panels and trays differ. */
export function useRoom(list: RefObject<HTMLElement | null>, key: string): number {
  const [room, setRoom] = useState(1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew whenever the page says that it changed
  useLayoutEffect(() => {
    const element = list.current
    const first = element?.firstElementChild
    if (element === null || first === null || first === undefined) return
    const style = getComputedStyle(element)
    const columns = style.gridTemplateColumns.split(' ').length
    const gap = Number.parseFloat(style.rowGap) || 0
    const rows = Math.floor((element.clientHeight + gap) / (first.getBoundingClientRect().height + gap))
    setRoom(Math.max(1, rows) * columns)
  }, [key])
  return room
}

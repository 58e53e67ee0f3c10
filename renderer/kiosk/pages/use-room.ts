import { type RefObject, useLayoutEffect, useState } from 'react'
import { shownLanguage } from '../../ui/strings/language.ts'

/**
 * How many of its children a list has room for beside what else its parent holds, were all as high as the highest:
 * measured, since panels, notices, trays and languages differ. Begins anew whenever `key` or the language changes;
 * until then it only becomes less, where a later page has a higher child, so that it comes to rest.
 */
export function useRoom(list: RefObject<HTMLElement | null>, key: string): number {
  const whole = `${shownLanguage.get()} ${key}`
  const [state, setState] = useState({ key: '', room: 1 })
  useLayoutEffect(() => {
    const room = list.current === null ? null : roomOf(list.current)
    if (room === null || (state.key === whole && state.room <= room)) return
    setState({ key: whole, room })
  })
  return state.room
}

/** Nothing when there is no child to measure by. */
function roomOf(list: HTMLElement): number | null {
  const parent = list.parentElement
  if (parent === null || list.children.length === 0) return null
  const highest = Math.max(...[...list.children].map((child) => child.getBoundingClientRect().height))
  const others = [...parent.children].filter((each) => each !== list)
  const taken = others.reduce((sum, each) => sum + each.getBoundingClientRect().height + rowGap(parent), 0)
  const gap = rowGap(list)
  const style = getComputedStyle(list)
  const columns = style.display === 'grid' ? style.gridTemplateColumns.split(' ').length : 1
  const rows = Math.floor((parent.clientHeight - taken + gap) / (highest + gap))
  return Math.max(1, rows) * columns
}

const rowGap = (element: Element): number => Number.parseFloat(getComputedStyle(element).rowGap) || 0

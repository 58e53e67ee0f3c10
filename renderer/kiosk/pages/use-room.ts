import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { shownLanguage } from '../../ui/strings/language.ts'

/** What was measured in this document, by key: a page that comes again stands at once. */
const known = new Map<string, number>()

/**
 * How many of its children a list has room for beside what else its parent holds, were all as high as the highest:
 * measured, since panels, notices, trays and languages differ. Begins anew whenever `key` or the language changes;
 * until then it only becomes less, where a later page has a higher child, so that it comes to rest.
 * @param guess what it begins with; a good one spares the page a second layout.
 */
export function useRoom(list: RefObject<HTMLElement | null>, key: string, guess = 1): number {
  const whole = `${shownLanguage.get()} ${key}`
  const [room, setRoom] = useState(() => known.get(whole) ?? guess)
  const measured = useRef('')
  useLayoutEffect(() => {
    const now = list.current === null ? null : roomOf(list.current)
    if (now === null || (measured.current === whole && room <= now)) return
    measured.current = whole
    known.set(whole, now)
    setRoom(now)
  })
  return room
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

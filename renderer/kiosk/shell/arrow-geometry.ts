/** Which of several boxes a person means who presses an arrow: by where things stand, not by their order in the source. */

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'

/** In px of the page, as getBoundingClientRect gives it. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Edges that touch, and rounding to whole px, are no overlap. */
const SLACK_PX = 1
/** What stands aside counts so much further away than what stands straight on. */
const ASIDE_FACTOR = 3
/** Between two that are as near, the one whose middle is nearer. */
const MIDDLE_WEIGHT = 0.01

/** Turns the picture so that every arrow points down. */
const TURNED: Readonly<Record<Arrow, (box: Box) => Box>> = {
  ArrowDown: (box) => box,
  ArrowUp: ({ left, top, right, bottom }) => ({ left, right, top: -bottom, bottom: -top }),
  ArrowRight: ({ left, top, right, bottom }) => ({ left: top, right: bottom, top: left, bottom: right }),
  ArrowLeft: ({ left, top, right, bottom }) => ({ left: top, right: bottom, top: -right, bottom: -left }),
}

/**
 * @returns the place in `boxes` of the next one in the arrow's direction; behind the last one the first again, in the same
 * column or row; null when there is none.
 */
export function nextInDirection(arrow: Arrow, from: Box, boxes: readonly Box[]): number | null {
  const turn = TURNED[arrow]
  const here = turn(from)
  const there = boxes.map(turn)
  const ahead = least(there, (box) =>
    box.top >= here.bottom - SLACK_PX ? box.top - here.bottom + aside(here, box) : null,
  )
  // Nothing ahead: round the edge, to the farthest one behind that stands in line.
  return (
    ahead ?? least(there, (box) => (box.bottom <= here.top + SLACK_PX ? box.top - here.top + aside(here, box) : null))
  )
}

function aside(here: Box, box: Box): number {
  const gap = Math.max(0, box.left - here.right, here.left - box.right)
  const middles = Math.abs(box.left + box.right - here.left - here.right) / 2
  return gap * ASIDE_FACTOR + middles * MIDDLE_WEIGHT
}

function least(boxes: readonly Box[], cost: (box: Box) => number | null): number | null {
  let best: number | null = null
  let bestCost = Number.POSITIVE_INFINITY
  for (const [place, box] of boxes.entries()) {
    const its = cost(box)
    if (its !== null && its < bestCost) {
      best = place
      bestCost = its
    }
  }
  return best
}

import { expect, test } from 'vitest'
import { type Arrow, type Box, nextInDirection } from './arrow-geometry.ts'

const at = (left: number, top: number, width = 100, height = 40): Box => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
})

/** Two columns of two answers, over a footer of three. */
const PAGE: Readonly<Record<string, Box>> = {
  northWest: at(0, 0),
  northEast: at(120, 0),
  southWest: at(0, 60),
  southEast: at(120, 60),
  back: at(0, 200, 50),
  home: at(60, 200, 50),
  staff: at(120, 200),
}

function press(arrow: Arrow, from: string, page = PAGE): string | null {
  const start = page[from]
  if (start === undefined) throw new Error(`there is no ${from}`)
  const others = Object.entries(page).filter(([name]) => name !== from)
  const next = nextInDirection(
    arrow,
    start,
    others.map(([, box]) => box),
  )
  return next === null ? null : (others[next]?.[0] ?? null)
}

test('an arrow goes to what stands straight on, not to the next in order', () => {
  expect(press('ArrowDown', 'northWest')).toBe('southWest')
  expect(press('ArrowRight', 'northWest')).toBe('northEast')
  expect(press('ArrowUp', 'southEast')).toBe('northEast')
  expect(press('ArrowLeft', 'southEast')).toBe('southWest')
})

test('down from the last answer is the footer, the part of it that stands below', () => {
  expect(press('ArrowDown', 'southEast')).toBe('staff')
  expect(press('ArrowDown', 'southWest')).toBe('back')
})

test('behind the last one comes the first of the same line', () => {
  expect(press('ArrowRight', 'northEast')).toBe('northWest')
  expect(press('ArrowLeft', 'back')).toBe('staff')
  expect(press('ArrowDown', 'staff')).toBe('northEast')
  expect(press('ArrowUp', 'northWest')).toBe('back')
})

test('what stands aside is still reached when nothing stands straight on', () => {
  expect(press('ArrowDown', 'one', { one: at(0, 0), far: at(300, 60) })).toBe('far')
})

test('alone there is nowhere to go', () => {
  expect(press('ArrowDown', 'one', { one: at(0, 0) })).toBeNull()
})

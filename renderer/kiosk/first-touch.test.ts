import { afterEach, expect, test, vi } from 'vitest'
import { keepTouch } from './first-touch.ts'

/** As much of a document as a touch needs: buttons with test ids, in a root that hears their clicks. */
class Button {
  readonly dataset: { readonly testid: string }
  readonly clicks: string[]
  constructor(testid: string, clicks: string[]) {
    this.dataset = { testid }
    this.clicks = clicks
  }
  closest(selector: string) {
    return selector === 'button' ? this : null
  }
  click() {
    this.clicks.push(this.dataset.testid)
  }
}

function page() {
  vi.stubGlobal('Element', Button)
  const clicks: string[] = []
  const heard = new Set<(event: { target: unknown }) => void>()
  const root = {
    addEventListener: (_: string, listener: (event: { target: unknown }) => void) => heard.add(listener),
    removeEventListener: (_: string, listener: (event: { target: unknown }) => void) => heard.delete(listener),
    querySelector: (selector: string) => {
      const id = /^\[data-testid="(start|call-staff)"\]$/.exec(selector)?.[1]
      return id === undefined ? null : new Button(id, clicks)
    },
  }
  const touch = (target: unknown) => {
    for (const listener of heard) listener({ target })
  }
  const give = keepTouch(root as unknown as HTMLElement)
  return { give, touch, clicks, button: (id: string) => new Button(id, []) }
}

afterEach(() => vi.unstubAllGlobals())

test('a touch on a button of the first screen is given once to the one that takes its place', () => {
  const { give, touch, clicks, button } = page()
  touch(button('start'))
  expect(clicks).toEqual([])
  give()
  touch(button('call-staff'))
  expect(clicks).toEqual(['start'])
})

test('the last button counts, a touch beside it changes nothing', () => {
  const { give, touch, clicks, button } = page()
  touch(button('start'))
  touch(button('call-staff'))
  touch(null)
  give()
  expect(clicks).toEqual(['call-staff'])
})

test('nothing touched, or a button that is no longer there: nothing happens', () => {
  const silent = page()
  silent.give()
  const gone = page()
  gone.touch(gone.button('old'))
  gone.give()
  expect([...silent.clicks, ...gone.clicks]).toEqual([])
})

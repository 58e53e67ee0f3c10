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
  type Listener = (event: { target: unknown; pointerType: string }) => void
  const heard = new Map<string, Set<Listener>>()
  const of = (type: string) => heard.get(type) ?? heard.set(type, new Set()).get(type) ?? new Set()
  const root = {
    addEventListener: (type: string, listener: Listener, options?: { signal: AbortSignal }) => {
      of(type).add(listener)
      options?.signal.addEventListener('abort', () => of(type).delete(listener))
    },
    removeEventListener: (type: string, listener: Listener) => of(type).delete(listener),
    querySelector: (selector: string) => {
      const id = /^\[data-testid="(start|call-staff)"\]$/.exec(selector)?.[1]
      return id === undefined ? null : new Button(id, clicks)
    },
  }
  const send = (type: string, target: unknown, pointerType = 'mouse') => {
    for (const listener of [...of(type)]) listener({ target, pointerType })
  }
  const touch = (target: unknown) => send('click', target)
  const give = keepTouch(root as unknown as HTMLElement)
  return { give, touch, send, clicks, button: (id: string) => new Button(id, []) }
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

test('pressed before, let go after: the mouse’s click, which no browser gives, is given', () => {
  const { give, send, clicks, button } = page()
  send('pointerdown', button('start'))
  give()
  expect(clicks).toEqual([])
  send('pointerup', button('start'))
  expect(clicks).toEqual(['start'])
})

test('let go beside it, before, outside, or a finger, whose tap finds the new button by itself: nothing is added', () => {
  const beside = page()
  beside.send('pointerdown', beside.button('start'))
  beside.give()
  beside.send('pointerup', beside.button('call-staff'))
  const before = page()
  before.send('pointerdown', before.button('start'))
  before.send('pointerup', before.button('call-staff'))
  before.give()
  before.send('pointerup', before.button('start'))
  const outside = page()
  outside.send('pointerdown', outside.button('start'))
  outside.give()
  outside.send('pointerdown', outside.button('start'))
  outside.send('pointerup', outside.button('start'))
  const finger = page()
  finger.send('pointerdown', finger.button('start'), 'touch')
  finger.give()
  finger.send('pointerup', finger.button('start'), 'touch')
  expect([...beside.clicks, ...before.clicks, ...outside.clicks, ...finger.clicks]).toEqual([])
})

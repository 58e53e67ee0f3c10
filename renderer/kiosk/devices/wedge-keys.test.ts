import { describe, expect, it } from 'vitest'
import { type KeyEvent, listenForWedgeCodes } from './wedge-keys.ts'

interface Typed {
  readonly key: string
  readonly atMs: number
  readonly shiftKey?: boolean
  readonly ctrlKey?: boolean
  readonly altKey?: boolean
  readonly metaKey?: boolean
  readonly repeat?: boolean
  readonly isComposing?: boolean
}

/** A page without a browser: events, timers that a test fires, and what reached the page's own listeners. */
function setUp() {
  const target = new EventTarget()
  const page: string[] = []
  const codes: string[] = []
  let dropped = 0
  let timers: { atMs: number; run: () => void }[] = []
  let nowMs = 0
  const stop = listenForWedgeCodes({
    target,
    onCode: (code) => void codes.push(code),
    onDropped: (keys) => {
      dropped += keys
    },
    after: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    retype: (event, passOn) => {
      const copy = keyEvent({ key: event.key, atMs: nowMs })
      passOn(copy)
      target.dispatchEvent(copy)
    },
  })
  // The page's own listener: hears what was not swallowed and what is typed once more.
  target.addEventListener('keydown', (event) => {
    if ('key' in event && typeof event.key === 'string') page.push(event.key)
  })
  function moveTo(atMs: number): void {
    for (;;) {
      timers.sort((a, b) => a.atMs - b.atMs)
      const timer = timers[0]
      if (timer === undefined || timer.atMs > atMs) break
      timers.shift()
      nowMs = timer.atMs
      timer.run()
    }
    nowMs = atMs
  }
  return {
    page,
    codes,
    stop,
    dropped: () => dropped,
    waiting: () => timers.length,
    moveTo,
    /** Whether the browser would still do what the key does. */
    hit(typed: Typed): boolean {
      moveTo(typed.atMs)
      return target.dispatchEvent(keyEvent(typed))
    },
  }
}

function keyEvent({ atMs, ...typed }: Typed): KeyEvent {
  const event = new Event('keydown', { cancelable: true })
  Object.defineProperty(event, 'timeStamp', { value: atMs })
  const none = {
    code: '',
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    repeat: false,
    isComposing: false,
  }
  return Object.assign(event, none, typed)
}

describe('keys of the page', () => {
  it('of a person are typed 35 ms later at the latest', () => {
    const keys = setUp()
    expect(keys.hit({ key: 'a', atMs: 100 })).toBe(false)
    keys.moveTo(134)
    expect(keys.page).toEqual([])
    keys.moveTo(135)
    expect(keys.page).toEqual(['a'])
    expect(keys.hit({ key: 'b', atMs: 200 })).toBe(false)
    expect(keys.hit({ key: 'Backspace', atMs: 210 })).toBe(true)
    expect(keys.page).toEqual(['a', 'b', 'Backspace'])
    expect(keys.waiting()).toBe(0)
  })

  it('of a scanner are a code and reach no listener of the page', () => {
    const keys = setUp()
    for (const [index, key] of [...'6901'].entries()) expect(keys.hit({ key, atMs: 100 + index * 4 })).toBe(false)
    expect(keys.hit({ key: 'Enter', atMs: 116 })).toBe(false)
    keys.moveTo(1_000)
    expect([keys.page, keys.codes, keys.dropped()]).toEqual([[], ['6901'], 0])
  })

  it.each([
    ['a command', { ctrlKey: true }],
    ['a menu key', { altKey: true }],
    ['the system’s', { metaKey: true }],
    ['one held down', { repeat: true }],
    ['an input method’s', { isComposing: true }],
  ])('%s is left alone', (_, flags) => {
    const keys = setUp()
    for (const [index, key] of [...'aaaaa'].entries())
      expect(keys.hit({ key, atMs: 100 + index * 4, ...flags })).toBe(true)
    expect(keys.hit({ key: 'Enter', atMs: 121 })).toBe(true)
    expect(keys.codes).toEqual([])
  })

  it('Shift goes with a scanner’s capitals', () => {
    const keys = setUp()
    for (const [index, key] of ['Shift', 'A', 'Shift', 'B', '1', '2'].entries())
      keys.hit({ key, atMs: 100 + index * 4 })
    keys.hit({ key: 'Enter', atMs: 125 })
    expect([keys.page, keys.codes]).toEqual([['Shift', 'Shift'], ['AB12']])
  })

  it('keys that waited behind a late timer are heard before stillness is believed', () => {
    const keys = setUp()
    keys.hit({ key: '6', atMs: 100 })
    // The timer fires at 130; keys hit before that are heard only now.
    keys.moveTo(131)
    for (const [index, key] of [...'901'].entries()) keys.hit({ key, atMs: 104 + index * 4 })
    keys.hit({ key: 'Enter', atMs: 116 })
    expect([keys.page, keys.codes]).toEqual([[], ['6901']])
  })

  it('what is held when it ends is typed, and nothing is held after that', () => {
    const keys = setUp()
    keys.hit({ key: 'a', atMs: 100 })
    keys.stop()
    expect(keys.page).toEqual(['a'])
    expect(keys.hit({ key: 'b', atMs: 105 })).toBe(true)
    expect(keys.waiting()).toBe(0)
  })
})

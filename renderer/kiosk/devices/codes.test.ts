import { beforeEach, expect, test } from 'vitest'
import { type CodeSource, Codes } from './codes.ts'
import { listenForWedgeCodes } from './wedge-keys.ts'

let dropped: CodeSource[]
let codes: Codes
beforeEach(() => {
  dropped = []
  codes = new Codes((source) => void dropped.push(source))
})

test('the newest page is asked first; one that cannot use a code leaves it to the one before', () => {
  const below: string[] = []
  const above: string[] = []
  codes.want((text) => below.push(text) > 0)
  const leave = codes.want((text) => text.startsWith('A') && above.push(text) > 0)
  expect(codes.tell('A1', 'keyboard')).toBe(true)
  expect(codes.tell('B1', 'device-host')).toBe(true)
  leave()
  leave()
  codes.tell('A2', 'keyboard')
  expect({ above, below }).toEqual({ above: ['A1'], below: ['B1', 'A2'] })
  expect(dropped).toEqual([])
})

test('a code that no page wants is dropped, and only where it came from is said', () => {
  expect(codes.tell('SECRET', 'keyboard')).toBe(false)
  codes.want(() => false)
  expect(codes.tell('SECRET', 'device-host')).toBe(false)
  expect(dropped).toEqual(['keyboard', 'device-host'])
})

test('a page that goes away with the code it took does not take it twice, nor keep it from the next', () => {
  const taken: string[] = []
  const leave = codes.want((text) => {
    leave()
    codes.want((later) => taken.push(`next ${later}`) > 0)
    return taken.push(text) > 0
  })
  codes.tell('A', 'keyboard')
  codes.tell('B', 'keyboard')
  expect(taken).toEqual(['A', 'next B'])
})

test('a burst of keys arrives as one code, and no key of it at the page', () => {
  const target = new EventTarget()
  const taken: string[] = []
  const typed: string[] = []
  codes.want((text) => taken.push(text) > 0)
  const stop = listenForWedgeCodes({
    target,
    onCode: (text) => codes.tell(text, 'keyboard'),
    after: () => () => undefined,
  })
  target.addEventListener('keydown', (event) => void typed.push('key' in event ? String(event.key) : ''))
  const words = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, repeat: false, isComposing: false }
  for (const [at, key] of [...'9999999K', 'Enter'].entries()) {
    const event = new Event('keydown', { cancelable: true })
    Object.defineProperty(event, 'timeStamp', { value: at * 5 })
    target.dispatchEvent(Object.assign(event, { key, code: '', ...words }))
  }
  stop()
  expect({ taken, typed }).toEqual({ taken: ['9999999K'], typed: [] })
})

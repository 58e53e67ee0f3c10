import { expect, test } from 'vitest'
import { mayNavigate } from './navigation.ts'
import { mayHave } from './permissions.ts'
import { isBlocked } from './shortcuts.ts'

test.each(['app://kiosk/', 'app://kiosk/index.html', 'app://kiosk/index.html?fresh=1'])(
  'our page may load itself: %s',
  (url) => {
    expect(mayNavigate(url)).toBe(true)
  },
)

test.each([
  'https://example.invalid/',
  'app://kiosk.example.invalid/index.html',
  'app://kiosk@evil/index.html',
  'app://other/index.html',
  'app://kiosk/assets/main.js',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,hello',
  'about:blank',
  'kiosk',
  '',
])('nowhere else: %s', (url) => {
  expect(mayNavigate(url)).toBe(false)
})

test.each([
  'geolocation',
  'notifications',
  'media',
  'clipboard-read',
  'midi',
  'serial',
  'hid',
  'usb',
  'fullscreen',
  'made-up',
])('permission denied: %s', (permission) => {
  expect(mayHave(permission)).toBe(false)
})

const press = (key: string, modifiers: Partial<Record<'control' | 'alt' | 'meta', boolean>> = {}) => ({
  type: 'keyDown',
  key,
  control: false,
  alt: false,
  meta: false,
  ...modifiers,
})

test('typing passes, ways out do not', () => {
  expect(isBlocked(press('周'))).toBe(false)
  expect(isBlocked(press('Enter'))).toBe(false)
  expect(isBlocked(press('Control', { control: true }))).toBe(false)
  expect(isBlocked(press('a', { control: true }))).toBe(false)
  for (const key of ['F5', 'F11', 'F12', 'ContextMenu']) expect(isBlocked(press(key))).toBe(true)
  for (const key of ['r', 'R', 'w', 'p', 'c', 'i', 'q', '+', '0', 'Tab'])
    expect(isBlocked(press(key, { control: true }))).toBe(true)
  expect(isBlocked(press('F4', { alt: true }))).toBe(true)
  expect(isBlocked(press('Tab', { alt: true }))).toBe(true)
  expect(isBlocked(press('l', { meta: true }))).toBe(true)
})

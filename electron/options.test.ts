import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without a word everything lies below the data folder', () => {
  const read = readOptions([], '/here')
  expect(read).toEqual({
    kind: 'options',
    options: {
      dataDir: '/here/.bianmin/terminal',
      settingsFile: '/here/.bianmin/terminal/settings.json',
      provisioningFile: '/here/.bianmin/terminal/provisioning.json',
      pageDir: '/here/dist/kiosk',
      kiosk: true,
      browser: true,
      port: 0,
      dev: false,
    },
  })
})

test('what is said counts, relative to where it was said', () => {
  const read = readOptions(
    ['--data', 'd', '--settings', '/etc/s.json', '--windowed', '--no-browser', '--port', '80'],
    '/h',
  )
  expect(read).toMatchObject({
    options: {
      dataDir: '/h/d',
      settingsFile: '/etc/s.json',
      provisioningFile: '/h/d/provisioning.json',
      kiosk: false,
      browser: false,
      port: 80,
    },
  })
})

test.each([
  [['--dta', 'x'], '--dta'],
  [['--port', 'eighty'], '--port eighty'],
  [['--port', '65536'], '--port 65536'],
  [['--port', '-1'], '--port'],
  [['--port', ''], '--port'],
  [['--data'], '--data'],
])('%j is wrong, and the text says where', (args, where) => {
  const read = readOptions(args, '/h')
  expect(read.kind).toBe('wrong')
  expect(read.kind === 'wrong' && read.text).toContain(where)
})

test('help is help, whatever else is said', () => {
  expect(readOptions(['--port', 'x', '--help'], '/h').kind).toBe('help')
})

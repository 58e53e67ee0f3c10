import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkCheckout } from './import-rules.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** A git repository with these files, all tracked; `untracked` ones are written but not added. */
function repository(files: Record<string, string>, untracked: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'import-rules-'))
  roots.push(root)
  const put = (all: Record<string, string>) => {
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
  }
  put(files)
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', '-A'], { cwd: root })
  put(untracked)
  return root
}

const sentences = (root: string) => checkCheckout(root).violations.map((each) => each.sentence)

const HOUSE = {
  'sync/protocol/ids.ts': `import { z } from 'zod'\nexport const Id = z.string()\nexport type Id = string\n`,
  'sync/journal/journal.ts': `import { readFile } from 'node:fs/promises'\nimport { Id } from '../protocol/ids.ts'\nexport const read = (id: Id) => readFile(Id.parse(id))\n`,
  'sync/queue/drain.ts': `import type { Id } from '../protocol/ids.ts'\nexport const drain = (ids: Id[]) => ids\n`,
  'sync/hub/main.ts': `import Fastify from 'fastify'\nexport const hub = Fastify()\n`,
  'drivers/reader/states.ts': `export type ReaderState = 'ready'\n`,
  'drivers/reader/driver.ts': `import type { ReaderState } from './states.ts'\nexport const state: ReaderState = 'ready'\n`,
  'electron/bridge/devices.contract.ts': `import type { ReaderState } from '../../drivers/reader/states.ts'\nexport type Ask = ReaderState\n`,
  'electron/main.ts': `import { app } from 'electron'\nimport { read } from '../sync/journal/journal.ts'\nexport const start = () => read(app.name)\n`,
  'renderer/sync-worker/messages.ts': `export type Message = { waiting: number }\n`,
  'renderer/sync-worker/client.ts': `import type { Message } from './messages.ts'\nexport const open = () => new Worker(new URL('./worker.ts', import.meta.url))\nexport type M = Message\n`,
  'renderer/sync-worker/worker.ts': `import 'rxdb'\nimport { drain } from '../../sync/queue/drain.ts'\nimport type { M } from './client.ts'\nexport const run = (m: M) => drain([String(m.waiting)])\n`,
  'renderer/sync-worker/store.ts': `export { createRxDatabase as create } from 'rxdb'\n`,
  'renderer/kiosk/idle.tsx': `import { useState } from 'react'\nimport type { Ask } from '../../electron/bridge/devices.contract.ts'\nimport { open } from '../sync-worker/client.ts'\nexport const Idle = (ask: Ask) => { useState(open); return <p title={ask}>空</p> }\n`,
  'sync/journal/journal.test.ts': `import { expect } from 'vitest'\nimport { read } from './journal.ts'\nimport { tool } from '../../test/support/tool.ts'\nexpect(read(tool))\n`,
  'sync/queue/testing/home.ts': `import 'fake-indexeddb'\nimport 'node:fs'\nexport const home = 1\n`,
  'test/support/tool.ts': `import { chromium } from 'playwright-core'\nimport { hub } from '../../sync/hub/main.ts'\nexport const tool = String([chromium, hub])\n`,
  'vite.config.ts': `import { defineConfig } from 'vitest/config'\nexport default defineConfig({})\n`,
}

test('a house that keeps every rule passes, and every file of it is read', () => {
  const report = checkCheckout(repository(HOUSE))
  expect(report.violations).toEqual([])
  expect(report).toMatchObject({ ok: true, listed: Object.keys(HOUSE).length, read: Object.keys(HOUSE).length })
})

test('this checkout passes', () => {
  const report = checkCheckout(join(import.meta.dirname, '../..'))
  expect(report.violations.map((each) => each.sentence)).toEqual([])
  expect(report.ok).toBe(true)
})

/** [what is planted, file, text, what the sentence must say] */
const PLANTS: [string, string, string, string][] = [
  [
    'a run-time arrow',
    'renderer/kiosk/bad.ts',
    `// 一\nexport { drain } from '../../sync/queue/drain.ts'\n`,
    'renderer/kiosk/bad.ts:2: renderer -> sync/queue is forbidden',
  ],
  [
    'a type-only arrow',
    'drivers/reader/bad.ts',
    `\n\nimport type { Id } from '../../sync/protocol/ids.ts'\nexport type X = Id\n`,
    'drivers/reader/bad.ts:3: drivers -> sync/protocol is forbidden: drivers deliver raw fields',
  ],
  [
    'a type written as import()',
    'sync/hub/bad.ts',
    `export type X = import('../journal/journal.ts').Y\n`,
    'sync/hub/bad.ts:1: sync/hub -> sync/journal is forbidden',
  ],
  [
    'a dynamic import',
    'sync/envelope/bad.ts',
    `export const x = () => import('../journal/journal.ts')\n`,
    'sync/envelope/bad.ts:1: sync/envelope -> sync/journal is forbidden',
  ],
  [
    'a file started by path',
    'electron/bad.ts',
    `export const x = new URL('../sync/hub/main.ts', import.meta.url)\n`,
    'electron/bad.ts:1: electron -> sync/hub is forbidden: main composes',
  ],
  [
    'a bundler glob',
    'renderer/kiosk/bad.ts',
    `export const x = import.meta.glob(['../../sync/hub/*.ts'])\n`,
    'renderer/kiosk/bad.ts:1: renderer -> sync/hub is forbidden',
  ],
  [
    'a path made at run time',
    'electron/bad.ts',
    `export const x = (name: string) => import(name)\n`,
    'electron/bad.ts:1: electron -> a computed path is forbidden',
  ],
  [
    'the worker behind its door',
    'renderer/kiosk/bad.ts',
    `export { run } from '../sync-worker/worker.ts'\n`,
    'renderer/kiosk/bad.ts:1: renderer -> renderer/sync-worker is forbidden',
  ],
  [
    'the door importing what it should only start',
    'renderer/sync-worker/messages.ts',
    `export { create } from './store.ts'\nexport type Message = { waiting: number }\n`,
    'renderer/sync-worker/messages.ts:1: renderer/sync-worker door -> renderer/sync-worker is forbidden',
  ],
  [
    'a Node module in the renderer',
    'renderer/kiosk/bad.ts',
    `export { readFileSync } from 'fs'\n`,
    'renderer/kiosk/bad.ts:1: renderer -> fs is forbidden: what runs in a browser',
  ],
  [
    'a Node type in the queue',
    'sync/queue/bad.ts',
    `import type { Socket } from 'node:net'\nexport type X = Socket\n`,
    'sync/queue/bad.ts:1: sync/queue -> node:net is forbidden',
  ],
  [
    'Node types by reference',
    'renderer/kiosk/bad.ts',
    `/// <reference types="node" />\nexport const x = 1\n`,
    'renderer/kiosk/bad.ts:1: renderer -> node is forbidden',
  ],
  [
    'a Node package in a contract',
    'electron/bridge/bad.contract.ts',
    `import pino from 'pino'\nexport const x = pino\n`,
    'electron/bridge/bad.contract.ts:1: electron/bridge/*.contract -> pino is forbidden',
  ],
  [
    'Electron outside electron/',
    'drivers/reader/bad.ts',
    `import type { App } from 'electron'\nexport type X = App\n`,
    'drivers/reader/bad.ts:1: drivers -> electron is forbidden',
  ],
  [
    'React outside the renderer',
    'electron/bad.ts',
    `export { createElement } from 'react'\n`,
    'electron/bad.ts:1: electron -> react is forbidden',
  ],
  [
    'RxDB on the page',
    'renderer/kiosk/bad.ts',
    `export { createRxDatabase } from 'rxdb/plugins/core'\n`,
    'renderer/kiosk/bad.ts:1: renderer -> rxdb/plugins/core is forbidden',
  ],
  [
    'a driven browser in a driver',
    'drivers/reader/bad.ts',
    `export { chromium } from 'playwright-core'\n`,
    'drivers/reader/bad.ts:1: drivers -> playwright-core is forbidden',
  ],
  [
    'test support in what is shipped',
    'electron/bad.ts',
    `export { tool } from '../test/support/tool.ts'\n`,
    'electron/bad.ts:1: electron -> test/support is forbidden',
  ],
  [
    'a helper of tests in what is shipped',
    'sync/queue/bad.ts',
    `export { home } from './testing/home.ts'\n`,
    'sync/queue/bad.ts:1: sync/queue -> sync/queue/testing/home.ts is forbidden: what is shipped must not need a test',
  ],
  [
    'a test tool in what is shipped',
    'electron/bad.ts',
    `export { vi } from 'vitest'\n`,
    'electron/bad.ts:1: electron -> vitest is forbidden',
  ],
  [
    'code that the check cannot see',
    'electron/bad.ts',
    `export { x } from './hidden.js'\n`,
    'electron/bad.ts:1: electron -> electron/hidden.js is forbidden: code is .ts or .tsx',
  ],
  [
    'a file outside any room',
    'tools/bad.ts',
    `export const x = 1\n`,
    'tools/bad.ts:1: no room -> tools/bad.ts is forbidden: the file lies outside every room',
  ],
  [
    'a file that does not parse',
    'electron/bad.ts',
    `\nexport const = 1\n`,
    'electron/bad.ts:2: electron -> electron/bad.ts is forbidden: it could not be parsed',
  ],
]

test.each(PLANTS)('it bites on %s', (_, file, text, expected) => {
  const found = sentences(repository({ ...HOUSE, [file]: text }))
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(expected)
})

test('it bites on a run-time circle and shows the way round', () => {
  const found = sentences(
    repository({
      'drivers/a/a.ts': `export { b } from './b.ts'\n`,
      'drivers/a/b.ts': `\nexport { c as b } from './c.ts'\n`,
      'drivers/a/c.ts': `import './a.ts'\nexport const c = 1\n`,
    }),
  )
  expect(found).toEqual([
    'drivers/a/a.ts:1: drivers -> drivers/a/b.ts is forbidden: these files import each other in a circle: ' +
      'drivers/a/b.ts (drivers/a/a.ts:1) -> drivers/a/c.ts (drivers/a/b.ts:2) -> drivers/a/a.ts (drivers/a/c.ts:1)',
  ])
})

test('it bites on a circle that only a type import closes', () => {
  const found = sentences(
    repository({
      'drivers/a/a.ts': `export { b } from './b.ts'\nexport type A = 1\n`,
      'drivers/a/b.ts': `import type { A } from './a.ts'\nexport const b: A = 1\n`,
    }),
  )
  expect(found).toHaveLength(1)
  expect(found[0]).toContain('drivers/a/b.ts:1: drivers -> drivers/a/a.ts is forbidden')
  expect(found[0]).toContain('through type imports')
})

test('it sees a new file that is not committed yet', () => {
  const root = repository(HOUSE, { 'drivers/reader/new.ts': `import '../../sync/protocol/ids.ts'\n` })
  expect(sentences(root)[0]).toContain('drivers/reader/new.ts:1: drivers -> sync/protocol is forbidden')
})

test('a file that git lists and nobody can read is a failure, and so is an empty list', () => {
  const root = repository(HOUSE)
  rmSync(join(root, 'electron/main.ts'))
  const report = checkCheckout(root)
  expect(report).toMatchObject({ ok: false, listed: Object.keys(HOUSE).length, read: Object.keys(HOUSE).length - 1 })
  expect(report.violations[0]?.sentence).toContain('electron/main.ts:1: electron -> electron/main.ts is forbidden: git')
  expect(checkCheckout(repository({ 'readme.txt': 'x' })).ok).toBe(false)
})

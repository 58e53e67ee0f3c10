import { expect, test } from 'vitest'
import { packageOf, readImports, resolveImport } from './import-graph.ts'

/** [source, what it mentions: kind and specifier] */
const FORMS: [string, string, (string | undefined)?][] = [
  [`import './a.ts'`, 'value', './a.ts'],
  [`import a, { type B } from './a.ts'`, 'value', './a.ts'],
  [`import * as a from './a.ts'`, 'value', './a.ts'],
  [`import type A from './a.ts'`, 'type', './a.ts'],
  [`import { type A, type B } from './a.ts'`, 'type', './a.ts'],
  [`export * from './a.ts'`, 'value', './a.ts'],
  [`export * as a from './a.ts'`, 'value', './a.ts'],
  [`export type * from './a.ts'`, 'type', './a.ts'],
  [`export { a } from './a.ts'`, 'value', './a.ts'],
  [`export { type A } from './a.ts'`, 'type', './a.ts'],
  [`export type { A } from './a.ts'`, 'type', './a.ts'],
  [`const a = () => import('./a.ts')`, 'value', './a.ts'],
  ['const a = () => import(`./a.ts`)', 'value', './a.ts'],
  [`const a = (b) => import('./' + b)`, 'value', undefined],
  [`let a: import('./a.ts').A`, 'type', './a.ts'],
  [`let a: typeof import('./a.ts')`, 'type', './a.ts'],
  [`import a = require('./a.ts')`, 'value', './a.ts'],
  [`const a = require('./a.ts')`, 'value', './a.ts'],
  [`const a = new URL('./a.ts', import.meta.url)`, 'start', './a.ts'],
  [`const a = import.meta.resolve('./a.ts')`, 'start', './a.ts'],
  [`import A from './a.ts?worker'`, 'start', './a.ts?worker'],
  [`const a = import.meta.glob('./a/*.ts')`, 'value', './a/*.ts'],
  [`declare module './a.ts' { interface A { b: 1 } }`, 'type', './a.ts'],
  [`/// <reference path="a.ts" />`, 'type', './a.ts'],
  [`/// <reference types="vite/client" />`, 'type', 'vite/client'],
]

test.each(FORMS)('it reads %s', (source, kind, specifier) => {
  expect(readImports('x.ts', `// 便民\n${source}\n`)).toEqual({ ok: true, imports: [{ kind, specifier, line: 2 }] })
})

test('what names no module counts for nothing', () => {
  const source = `export const a = 1
export type B = 2
declare module Inner {}
const u = [new URL('./picture.svg', import.meta.url), new URL('https://x/a.ts'), 'import "./a.ts"']
// import './a.ts'`
  expect(readImports('x.ts', source)).toEqual({ ok: true, imports: [] })
})

test('relative specifiers become files, bare ones packages', () => {
  const listed = new Set(['a/b.ts', 'a/c/index.ts', 'a/d.tsx'])
  expect(resolveImport('a/x.ts', './b.ts', listed)).toBe('a/b.ts')
  expect(resolveImport('a/x.ts', './b.ts?worker', listed)).toBe('a/b.ts')
  expect(resolveImport('e/x.ts', '../a/c', listed)).toBe('a/c/index.ts')
  expect(resolveImport('a/c/x.ts', '../d', listed)).toBe('a/d.tsx')
  expect(resolveImport('a/x.ts', './absent.ts', listed)).toBe('a/absent.ts')
  expect(resolveImport('a/x.ts', 'zod', listed)).toBeUndefined()
  expect(['zod', 'jose/jwt', '@orpc/server/node', 'node:fs/promises'].map(packageOf)).toEqual([
    'zod',
    'jose',
    '@orpc/server',
    'node:fs',
  ])
})

/**
 * Reads which files a TypeScript file knows, and finds circles among files. Pure: text in, data out; no disk.
 * Parsed with oxc (through vite), so that an import that only TypeScript sees counts like one that runs.
 */
import { posix } from 'node:path'
import { parseSync } from 'vite'

/**
 * How one file knows another. `value`: evaluated at run time. `type`: erased before it runs, but still a dependency of
 * the reader. `start`: named by path to be started or bundled apart (`new URL('./x.ts', import.meta.url)`, `./x?worker`).
 */
export type ImportKind = 'value' | 'type' | 'start'

/** One mention of another module. `specifier` undefined: computed at run time, so nobody can check it. Line from 1. */
export type ImportReference = { specifier: string | undefined; kind: ImportKind; line: number }

export type ReadImports =
  | { ok: true; imports: ImportReference[] }
  | { ok: false; fault: 'not-parsed'; line: number; detail: string }

type Node = { type: string; start: number; [key: string]: unknown }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** The text of a string literal or of a template without holes; undefined for anything computed. */
function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TSLiteralType') return literalText(node.literal)
  if (node.type === 'TemplateLiteral') {
    const quasis = node.quasis as { value: { cooked: string | null } }[]
    return quasis.length === 1 ? (quasis[0]?.value.cooked ?? undefined) : undefined
  }
  return undefined
}

const isImportMeta = (node: unknown, property: string): boolean =>
  isNode(node) &&
  node.type === 'MemberExpression' &&
  isNode(node.object) &&
  node.object.type === 'MetaProperty' &&
  isNode(node.property) &&
  (node.property as Node & { name?: string }).name === property

const isName = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === 'Identifier' && (node as Node & { name?: string }).name === name

/** `import type …`, `export type …`, or braces in which every single name is marked `type`. */
function isTypeOnly(node: Node, marker: 'importKind' | 'exportKind'): boolean {
  if (node[marker] === 'type') return true
  const names = node.specifiers as Node[] | undefined
  return names !== undefined && names.length > 0 && names.every((name) => name[marker] === 'type')
}

/** What a bundler suffix asks for: `./x.ts?worker` starts x, it does not run it here. */
const startedByQuery = (specifier: string): boolean => /\?(?:.*&)?(?:worker|sharedworker|url|raw)\b/.test(specifier)

type Found = { specifier: string | undefined; kind: ImportKind; start: number }

/** The references that this one syntax node makes (its children are visited on their own). */
function referencesOf(node: Node): Found[] {
  const start = node.start
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ specifier: literalText(node.source), kind: isTypeOnly(node, 'importKind') ? 'type' : 'value', start }]
    case 'ExportAllDeclaration':
      return [{ specifier: literalText(node.source), kind: node.exportKind === 'type' ? 'type' : 'value', start }]
    case 'ExportNamedDeclaration':
      if (!isNode(node.source)) return []
      return [{ specifier: literalText(node.source), kind: isTypeOnly(node, 'exportKind') ? 'type' : 'value', start }]
    case 'ImportExpression':
      return [{ specifier: literalText(node.source), kind: 'value', start }]
    case 'TSImportType':
      return [{ specifier: literalText(node.source ?? node.argument), kind: 'type', start }]
    case 'TSImportEqualsDeclaration': {
      const reference = node.moduleReference
      if (!isNode(reference) || reference.type !== 'TSExternalModuleReference') return []
      const kind = node.importKind === 'type' ? 'type' : 'value'
      return [{ specifier: literalText(reference.expression), kind, start }]
    }
    case 'TSModuleDeclaration': {
      const name = literalText(node.id) // declare module './x.ts' { … } reaches into x
      return name === undefined ? [] : [{ specifier: name, kind: 'type', start }]
    }
    case 'NewExpression': {
      const [path, base] = node.arguments as unknown[]
      if (!isName(node.callee, 'URL') || !isImportMeta(base, 'url')) return []
      const target = literalText(path)
      return target !== undefined && /\.[cm]?[jt]sx?$/.test(target) ? [{ specifier: target, kind: 'start', start }] : []
    }
    case 'CallExpression': {
      const [first] = node.arguments as unknown[]
      if (isName(node.callee, 'require')) return [{ specifier: literalText(first), kind: 'value', start }]
      if (isImportMeta(node.callee, 'glob')) return globReferences(first, start)
      if (isImportMeta(node.callee, 'resolve')) return [{ specifier: literalText(first), kind: 'start', start }]
      return []
    }
    default:
      return []
  }
}

function globReferences(argument: unknown, start: number): Found[] {
  const patterns =
    isNode(argument) && argument.type === 'ArrayExpression' ? (argument.elements as unknown[]) : [argument]
  return patterns
    .map((pattern): Found => ({ specifier: literalText(pattern), kind: 'value', start }))
    .filter(({ specifier }) => !specifier?.startsWith('!'))
}

function visit(value: unknown, found: Found[]): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (isNode(value)) found.push(...referencesOf(value))
  for (const child of Object.values(value)) visit(child, found)
}

/** `/// <reference path="…"/>` and `types="…"`: comments to JavaScript, dependencies to the compiler. */
function tripleSlashReferences(text: string): Found[] {
  return [...text.matchAll(/^\/\/\/\s*<reference\s+(path|types)\s*=\s*["']([^"']+)["']/gm)].map((match) => {
    const [, attribute, name = ''] = match
    const specifier = attribute === 'path' && !name.startsWith('.') ? `./${name}` : name
    return { specifier, kind: 'type' as const, start: match.index }
  })
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** Every mention of another module in one file. `file` decides the dialect (.ts, .tsx, .d.ts). */
export function readImports(file: string, text: string): ReadImports {
  const parsed = parseSync(file, text)
  const error = parsed.errors.find((each) => each.severity === 'Error')
  if (error !== undefined) {
    const detail = error.message
    return { ok: false, fault: 'not-parsed', line: lineAt(text, error.labels[0]?.start ?? 0), detail }
  }
  const found = tripleSlashReferences(text)
  visit(parsed.program.body, found)
  const imports = found.map(({ specifier, kind, start }): ImportReference => {
    const started = specifier !== undefined && kind === 'value' && startedByQuery(specifier)
    return { specifier, kind: started ? 'start' : kind, line: lineAt(text, start) }
  })
  return { ok: true, imports: imports.sort((a, b) => a.line - b.line) }
}

/**
 * The file (repository-relative, posix) that a relative specifier names, whether it is listed or not; undefined for a
 * package. A missing extension is filled in when a listed file fits.
 */
export function resolveImport(from: string, specifier: string, listed: ReadonlySet<string>): string | undefined {
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return undefined
  const target = posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''))
  const candidates = [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`, `${target}/index.tsx`]
  return candidates.find((each) => listed.has(each)) ?? target
}

/** The package that a bare specifier names: `@orpc/server/node` is `@orpc/server`, `node:fs/promises` is `node:fs`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** An arrow between two files of ours. */
export type FileEdge = { from: string; to: string; kind: ImportKind; line: number }

/** A circle: its arrows in order, the last one ending where the first one began. `typeOnly`: no run-time circle. */
export type Circle = { typeOnly: boolean; edges: FileEdge[] }

/**
 * One shortest circle for every knot of files that import each other. `start` arrows do not count: a page that starts
 * a worker and the worker that reads the page's message types are two programs, not a circle of evaluation.
 */
export function findCircles(edges: readonly FileEdge[]): Circle[] {
  const imports = edges.filter((edge) => edge.kind !== 'start')
  const values = imports.filter((edge) => edge.kind === 'value')
  const valueKnots = knots(values)
  const known = new Set(valueKnots.map((knot) => [...knot].sort().join('\n')))
  const mixedKnots = knots(imports).filter((knot) => !known.has([...knot].sort().join('\n')))
  return [
    ...valueKnots.map((knot) => ({ typeOnly: false, edges: shortestCircle(knot, values) })),
    ...mixedKnots.map((knot) => ({ typeOnly: true, edges: circleWithType(knot, imports) })),
  ]
}

function bySource(edges: readonly FileEdge[]): Map<string, FileEdge[]> {
  const out = new Map<string, FileEdge[]>()
  for (const edge of edges) {
    const list = out.get(edge.from)
    if (list === undefined) out.set(edge.from, [edge])
    else list.push(edge)
  }
  return out
}

/** Tarjan's strongly connected components, of those only the ones with a circle in them. */
function knots(edges: readonly FileEdge[]): Set<string>[] {
  const out = bySource(edges)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: Set<string>[] = []
  const lower = (file: string, to: number) => low.set(file, Math.min(low.get(file) ?? to, to))
  const connect = (file: string) => {
    index.set(file, index.size)
    lower(file, index.size - 1)
    stack.push(file)
    for (const { to } of out.get(file) ?? []) {
      if (!index.has(to)) connect(to)
      if (stack.includes(to)) lower(file, low.get(to) ?? 0)
    }
    if (low.get(file) !== index.get(file)) return
    const knot = new Set(stack.splice(stack.indexOf(file)))
    if (knot.size > 1 || out.get(file)?.some((edge) => edge.to === file)) found.push(knot)
  }
  for (const file of out.keys()) if (!index.has(file)) connect(file)
  return found
}

/** The shortest way from `start` to `goal` over arrows inside the knot. */
function shortestWay(start: string, goal: string, out: Map<string, FileEdge[]>, knot: Set<string>): FileEdge[] {
  const ways = new Map<string, FileEdge[]>([[start, []]])
  for (const [file, way] of ways) {
    if (file === goal) return way
    for (const edge of out.get(file) ?? []) {
      if (knot.has(edge.to) && !ways.has(edge.to)) ways.set(edge.to, [...way, edge])
    }
  }
  return []
}

function shortestCircle(knot: Set<string>, edges: readonly FileEdge[]): FileEdge[] {
  const out = bySource(edges)
  const first = edges.find((edge) => knot.has(edge.from) && knot.has(edge.to))
  return first === undefined ? [] : [first, ...shortestWay(first.to, first.from, out, knot)]
}

/** A circle of a knot that only type imports tie: led by one of them, so that the report shows the arrow to cut. */
function circleWithType(knot: Set<string>, edges: readonly FileEdge[]): FileEdge[] {
  const typeFirst = [...edges].sort((a, b) => Number(a.kind === 'value') - Number(b.kind === 'value'))
  return shortestCircle(knot, typeFirst)
}

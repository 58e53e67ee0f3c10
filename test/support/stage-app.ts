/**
 * Copies a built app to where another user can read it: a checkout may lie in a folder that only root may enter, and
 * Electron's sandbox wants an ordinary user.
 */
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Where Node would find `name` from `folder`, not looking above `root`; undefined when it is not installed. */
function findModule(name: string, folder: string, root: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (at === root || at === dirname(at)) return undefined
  }
}

/** The folders of the named packages and of all that they depend on, as installed under `root`. */
export function dependencyClosure(root: string, modules: readonly string[]): string[] {
  const found = new Set<string>()
  const add = (name: string, from: string, optional: boolean) => {
    const folder = findModule(name, from, root)
    if (folder === undefined) {
      if (optional) return
      throw new Error(`${name} is not installed, but ${relative(root, from) || 'the app'} needs it`)
    }
    if (found.has(folder)) return
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(folder)
    for (const each of Object.keys(dependencies)) add(each, folder, each in optionalDependencies)
    for (const each of Object.keys(optionalDependencies)) add(each, folder, true)
  }
  for (const name of modules) add(name, root, false)
  return [...found].sort()
}

/** Lets every user read (and enter, and run what could be run). */
function letAllRead(path: string): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  const run = stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o555 : 0o444
  chmodSync(path, (stat.mode & 0o7777) | run)
  if (stat.isDirectory()) for (const name of readdirSync(path)) letAllRead(join(path, name))
}

/**
 * Copies the build folder `from` (its parent holds package.json and node_modules) and the named packages with all that
 * they depend on into a fresh folder, laid out the same way. Returns that folder: the app's; remove it yourself.
 */
export function stageApp(from: string, modules: readonly string[]): string {
  const root = dirname(from)
  const stage = mkdtempSync(join(tmpdir(), 'bianmin-app-'))
  cpSync(join(root, 'package.json'), join(stage, 'package.json'))
  cpSync(from, join(stage, relative(root, from)), { recursive: true })
  for (const folder of dependencyClosure(root, modules)) {
    const target = join(stage, relative(root, folder))
    mkdirSync(dirname(target), { recursive: true })
    // Packages nested in this one are copied only if something needs them.
    const nested = join(folder, 'node_modules')
    cpSync(folder, target, { recursive: true, filter: (path) => path !== nested })
  }
  letAllRead(stage)
  return stage
}

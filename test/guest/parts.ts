import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { findCommand } from '../support/chromium.ts'
import type { ArchiveEntry } from './cpio.ts'

/** What the guest is made of, taken from this machine. */

export const CHECKOUT = join(import.meta.dirname, '../..')
/** Where `npm run setup -- --guest` unpacks a kernel that is not installed. */
const KERNEL_FOLDER = join(CHECKOUT, '.bianmin/guest/kernel')
/** In the order in which they are loaded. */
const MODULES = ['hid', 'hid-generic', 'uhid']
const NODE = join(CHECKOUT, 'node_modules/node/bin/node')
const PREBUILD = 'node_modules/node-hid/prebuilds/HID_hidraw-linux-x64'

export interface GuestParts {
  readonly qemu: string
  readonly busybox: string
  readonly kernel: string
  readonly modules: readonly string[]
}

export type FoundParts =
  | { readonly ok: true; readonly parts: GuestParts }
  | { readonly ok: false; readonly missing: readonly string[] }

export function findParts(): FoundParts {
  const missing: string[] = []
  const command = (name: string, what: string): string => {
    const found = findCommand(name)
    if (found === undefined) missing.push(`${what}: no ${name} on PATH`)
    return found ?? ''
  }
  const qemu = command('qemu-system-x86_64', 'QEMU')
  const busybox = command('busybox', 'busybox')
  if (process.platform !== 'linux' || process.arch !== 'x64') missing.push('a Linux machine with an x64 processor')
  if (!existsSync(NODE)) missing.push('the node package in node_modules')
  if (busybox !== '' && !isStatic(busybox)) missing.push('a busybox that needs no libraries (busybox-static)')
  const found = findKernel()
  if (found === undefined) missing.push(`a Debian kernel with its modules, in /boot or in ${KERNEL_FOLDER}`)
  if (missing.length > 0 || found === undefined) return { ok: false, missing }
  return { ok: true, parts: { qemu, busybox, ...found } }
}

/** The newest kernel that has all modules. */
function findKernel(): { readonly kernel: string; readonly modules: readonly string[] } | undefined {
  for (const root of [KERNEL_FOLDER, '/']) {
    for (const kernel of globSync(join(root, 'boot/vmlinuz-*')).sort().reverse()) {
      const version = basename(kernel).replace('vmlinuz-', '')
      const folders = ['lib/modules', 'usr/lib/modules'].map((folder) =>
        join(root, folder, version, 'kernel/drivers/hid'),
      )
      const modules = MODULES.map((name) => folders.flatMap((folder) => globSync(`${join(folder, name)}.ko*`))[0])
      if (modules.every((module) => module !== undefined)) return { kernel, modules }
    }
  }
  return undefined
}

/** The module's own bytes; newer Debian releases keep them compressed. */
function moduleBytes(path: string): Uint8Array {
  return path.endsWith('.xz') ? execFileSync('xz', ['-dc', path], { maxBuffer: 64 << 20 }) : readFileSync(path)
}

const isStatic = (path: string): boolean => librariesOf(path).length === 0

/** Shared libraries that a program or library needs, the loader included, as paths. */
function librariesOf(path: string): string[] {
  let listed: string
  try {
    listed = execFileSync('ldd', [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    // ldd ends with 1 for a program that needs none.
    if (error instanceof Error && 'status' in error && error.status === 1) return []
    throw error
  }
  return listed.split('\n').flatMap((line) => /(\/\S+)\s+\(0x/.exec(line)?.[1] ?? [])
}

const INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
for module in ${MODULES.join(' ')}; do /bin/busybox insmod /modules/$module.ko || echo "GUEST-TROUBLE no module $module"; done
cd /app
UV_THREADPOOL_SIZE=16 /bin/node /app/main.mjs
code=$?
# 137: it ended itself, see inside/main.ts.
[ $code = 137 ] || echo "GUEST-TROUBLE node ended with $code"
/bin/busybox poweroff -f
`

/** The guest's first and only file system. `app` is the bundled program. */
export function guestFiles({ busybox, modules }: GuestParts, app: Uint8Array): ArchiveEntry[] {
  const addon = globSync(join(CHECKOUT, PREBUILD, '*.node'))
  const libraries = new Set([NODE, ...addon].flatMap(librariesOf))
  const nodeHid = ['package.json', 'nodehid.js', 'binding-options.js'].map((file) => `node_modules/node-hid/${file}`)
  const prebuilds = globSync(join(CHECKOUT, 'node_modules/pkg-prebuilds/{package.json,bindings.js,lib/*.js}'))
  const file = (name: string, from: string, isExecutable = false): ArchiveEntry => ({
    name,
    bytes: readFileSync(realpathSync(from)),
    isExecutable,
  })
  return [
    { name: 'init', bytes: Buffer.from(INIT), isExecutable: true },
    ...['proc', 'sys', 'dev', 'tmp'].map((name) => ({ name })),
    file('bin/busybox', busybox, true),
    file('bin/node', NODE, true),
    ...modules.map((path) => ({
      name: `modules/${basename(path).replace(/\.ko.*$/, '.ko')}`,
      bytes: moduleBytes(path),
    })),
    ...[...libraries].map((path) => file(path.slice(1), path, true)),
    { name: 'app/main.mjs', bytes: app },
    ...nodeHid.map((path) => file(`app/${path}`, join(CHECKOUT, path))),
    ...addon.map((path) => file(`app/${PREBUILD}/${basename(path)}`, path)),
    ...prebuilds.map((path) =>
      file(`app/${join('node_modules', path.slice(dirname(join(CHECKOUT, 'node_modules/x')).length))}`, path),
    ),
  ]
}

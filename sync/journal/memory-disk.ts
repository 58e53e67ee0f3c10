import { dirname } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { MemoryFile } from './memory-file.ts'

/**
 * A disk in memory that can fill up, fail and lose power, for tests and the simulation. It keeps apart what was written
 * and what was made durable: content by a file's `sync`, names by `syncDir`. A power cut leaves what is durable, and of
 * the rest as much as the caller decides. Nothing here is random: every choice is the caller's.
 */
export interface MemoryDisk extends Disk {
  /** Bytes that may still be written; a write takes what fits and then fails with ENOSPC. */
  freeBytes: number
  /** Called before each operation; throw `diskError(code)` to make it fail, or hold it by a promise. */
  before: (operation: DiskOperation, path: string) => void | Promise<void>
  /** Every operation that succeeded, in order; stays empty with `record: false`. */
  readonly done: { readonly operation: DiskOperation; readonly path: string; readonly bytes: number }[]
  /** Paths of all files, sorted. */
  paths(): readonly string[]
  /** A file's content as a running system sees it: the bytes themselves, so a change to them is a change on the disk. */
  content(path: string): Buffer | undefined
  /**
   * What a power cut at this very moment would leave for sure, without making a disk of it: paths, those that were made
   * durable last first, and contents for reading only.
   */
  readonly durable: { newestPaths(): Iterable<string>; content(path: string): Buffer | undefined }
  /** Puts a file there, durable. */
  put(path: string, content: Uint8Array): void
  /** Flips bits of one byte where it lies, durable content and all: `mask` names the bits. */
  flip(path: string, offset: number, mask: number): void
  /**
   * The disk after a power cut, all locks gone; this one stays as it is. `survivor` says what a file holds that was
   * changed since its last sync; without it only what was durable.
   */
  powerCut(survivor?: (durable: Buffer, written: Buffer) => Buffer): MemoryDisk
  /**
   * The same, with every choice by `below(n)`, a whole number 0 ≤ x < n: each write, cut and name since the last sync is
   * kept or lost by itself, in any mixture, and the last write of a file may be torn at any byte.
   */
  powerCutBy(below: (limit: number) => number): MemoryDisk
}

export type DiskOperation = 'write' | 'sync' | 'truncate' | 'read' | 'create' | 'remove' | 'rename' | 'sync-dir'

/** A change of names that no `syncDir` made durable yet. */
type NameChange =
  | { readonly kind: 'create'; readonly path: string; readonly file: MemoryFile }
  | { readonly kind: 'rename'; readonly from: string; readonly path: string; readonly file: MemoryFile }
  | { readonly kind: 'remove'; readonly path: string }

/** An error as Node's file functions throw it. */
export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the memory disk`), { code })
}

export function memoryDisk(options: { readonly record?: boolean } = {}): MemoryDisk {
  const record = options.record ?? true
  const files = new Map<string, MemoryFile>()
  /** The names as they are on disk for good, and what changed since, in order. */
  const durableNames = new Map<string, MemoryFile>()
  /** In the order in which they became durable; names that are gone or came again stay in it. */
  const durableOrder: string[] = []
  let changes: NameChange[] = []
  const locks = new Set<string>()
  async function run(operation: DiskOperation, path: string, bytes: number, act: () => void): Promise<void> {
    const held = disk.before(operation, path)
    if (held !== undefined) await held
    act()
    if (record) disk.done.push({ operation, path, bytes })
  }
  function change(next: NameChange): void {
    changes.push(next)
    if (next.kind === 'rename') files.delete(next.from)
    if (next.kind === 'remove') files.delete(next.path)
    else files.set(next.path, next.file)
  }
  function afterCut(keeps: () => boolean, contentOf: (file: MemoryFile) => Buffer): MemoryDisk {
    const names = new Map(durableNames)
    for (const each of changes) if (keeps()) apply(names, each)
    const after = memoryDisk(options)
    let freed = 0
    for (const file of files.values()) freed += file.size
    for (const [path, file] of names) {
      const content = contentOf(file)
      after.put(path, content)
      freed -= content.length
    }
    // As full as it was: what was lost makes room, what came back takes it.
    after.freeBytes = disk.freeBytes + freed
    return after
  }

  const disk: MemoryDisk = {
    freeBytes: Number.POSITIVE_INFINITY,
    before: () => undefined,
    done: [],
    paths: () => [...files.keys()].sort(),
    content: (path) => files.get(path)?.bytes(),
    durable: {
      *newestPaths() {
        for (let at = durableOrder.length - 1; at >= 0; at--) {
          const path = durableOrder[at]
          if (path !== undefined && durableNames.has(path)) yield path
        }
      },
      content: (path) => durableNames.get(path)?.durable(),
    },
    put(path, content) {
      const file = new MemoryFile(content)
      files.set(path, file)
      durableNames.set(path, file)
      durableOrder.push(path)
    },
    flip(path, offset, mask) {
      const file = files.get(path)
      if (file === undefined) throw diskError('ENOENT')
      file.flip(offset, mask)
    },
    powerCut: (survivor) =>
      afterCut(
        () => false,
        (file) => {
          const durable = file.durable()
          return survivor === undefined || !file.isDirty
            ? durable
            : survivor(Buffer.from(durable), Buffer.from(file.bytes()))
        },
      ),
    powerCutBy: (below) =>
      afterCut(
        () => below(2) === 0,
        (file) => file.survivor(below),
      ),

    makeDir: async () => undefined,
    list: async (dir) =>
      disk
        .paths()
        .filter((path) => dirname(path) === dir)
        .map((path) => path.slice(dir.length + 1)),
    async open(path, { create }) {
      if (!files.has(path)) {
        if (!create) throw diskError('ENOENT')
        await run('create', path, 0, () => change({ kind: 'create', path, file: new MemoryFile() }))
      }
      const file = files.get(path)
      if (file === undefined) throw diskError('ENOENT')
      return openFile(path, file)
    },
    remove: (path) =>
      run('remove', path, 0, () => {
        const file = files.get(path)
        if (file === undefined) return
        disk.freeBytes += file.size
        change({ kind: 'remove', path })
      }),
    rename: (from, path) =>
      run('rename', path, 0, () => {
        const file = files.get(from)
        if (file === undefined) throw diskError('ENOENT')
        disk.freeBytes += files.get(path)?.size ?? 0
        change({ kind: 'rename', from, path, file })
      }),
    syncDir: (dir) =>
      run('sync-dir', dir, 0, () => {
        const rest: NameChange[] = []
        for (const each of changes) {
          if (dirname(each.path) === dir) {
            apply(durableNames, each)
            durableOrder.push(each.path)
          } else rest.push(each)
        }
        changes = rest
      }),
    free: async () => Math.min(disk.freeBytes, Number.MAX_SAFE_INTEGER),
    async lock(path) {
      if (locks.has(path)) return { ok: false, holder: 'this process' }
      locks.add(path)
      return { ok: true, release: async () => void locks.delete(path) }
    },
  }

  function openFile(path: string, file: MemoryFile): DiskFile {
    let isOpen = true
    const checked = (): MemoryFile => {
      if (!isOpen) throw diskError('EBADF')
      return file
    }
    return {
      size: async () => checked().size,
      async read(position, length) {
        let bytes: Buffer = Buffer.alloc(0)
        await run('read', path, length, () => {
          bytes = checked().read(position, length)
        })
        return bytes
      },
      async write(bytes, position) {
        const taken = Math.min(bytes.length, disk.freeBytes)
        await run('write', path, taken, () => {
          disk.freeBytes -= checked().write(bytes.subarray(0, taken), position)
        })
        if (taken < bytes.length) throw diskError('ENOSPC')
      },
      truncate: (length) =>
        run('truncate', path, length, () => {
          disk.freeBytes += checked().truncate(length)
        }),
      sync: () => run('sync', path, 0, () => checked().sync()),
      async close() {
        isOpen = false
      },
    }
  }
  return disk
}

function apply(names: Map<string, MemoryFile>, change: NameChange): void {
  if (change.kind === 'remove') names.delete(change.path)
  else names.set(change.path, change.file)
  if (change.kind === 'rename' && names.get(change.from) === change.file) names.delete(change.from)
}

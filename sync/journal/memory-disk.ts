import { dirname } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'

/**
 * A disk in memory that can fill up, fail and lose power, for tests and the simulation. It keeps apart what was written
 * and what was made durable: `powerCut` leaves only the latter, plus as much of the rest as the caller decides.
 */
export interface MemoryDisk extends Disk {
  /** Bytes that may still be written; a write takes what fits and then fails with ENOSPC. */
  freeBytes: number
  /** Called before each operation; throw `diskError(code)` to make it fail, or hold it by a promise. */
  before: (operation: DiskOperation, path: string) => void | Promise<void>
  /** Every operation that succeeded, in order. */
  readonly done: { readonly operation: DiskOperation; readonly path: string; readonly bytes: number }[]
  /** A file's content as a running system sees it. */
  content(path: string): Buffer | undefined
  /** Puts a file there, durable. */
  put(path: string, content: Uint8Array): void
  /**
   * The disk after a power cut, all locks gone. `survivor` says what a file holds that was changed since its last sync;
   * without it only what was durable.
   */
  powerCut(survivor?: (durable: Buffer, written: Buffer) => Buffer): MemoryDisk
}

export type DiskOperation = 'write' | 'sync' | 'truncate' | 'read' | 'create' | 'sync-dir'

interface Stored {
  written: Buffer
  durable: Buffer
  /** Its name is in the folder for good. */
  named: boolean
}

/** An error as Node's file functions throw it. */
export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the memory disk`), { code })
}

export function memoryDisk(): MemoryDisk {
  const files = new Map<string, Stored>()
  const locks = new Set<string>()
  const run = async (operation: DiskOperation, path: string, bytes: number, act: () => void): Promise<void> => {
    await disk.before(operation, path)
    act()
    disk.done.push({ operation, path, bytes })
  }

  const disk: MemoryDisk = {
    freeBytes: Number.POSITIVE_INFINITY,
    before: () => undefined,
    done: [],
    content: (path) => files.get(path)?.written,
    put: (path, content) => void files.set(path, stored(Buffer.from(content))),
    powerCut(survivor = (durable) => durable) {
      const after = memoryDisk()
      for (const [path, file] of files) {
        if (file.named)
          after.put(path, file.written === file.durable ? file.durable : survivor(file.durable, file.written))
      }
      return after
    },
    makeDir: async () => undefined,
    list: async (dir) =>
      [...files.keys()].filter((path) => dirname(path) === dir).map((path) => path.slice(dir.length + 1)),
    async open(path, { create }) {
      if (!files.has(path)) {
        if (!create) throw diskError('ENOENT')
        await run('create', path, 0, () => files.set(path, { ...stored(Buffer.alloc(0)), named: false }))
      }
      return openFile(path)
    },
    syncDir: (dir) =>
      run('sync-dir', dir, 0, () => {
        for (const [path, file] of files) if (dirname(path) === dir) file.named = true
      }),
    async lock(path) {
      if (locks.has(path)) return { ok: false, holder: 'this process' }
      locks.add(path)
      return { ok: true, release: async () => void locks.delete(path) }
    },
  }

  function openFile(path: string): DiskFile {
    let isOpen = true
    const fileOf = (name: string): Stored => {
      const file = files.get(name)
      if (!isOpen || file === undefined) throw diskError('EBADF')
      return file
    }
    return {
      size: async () => fileOf(path).written.length,
      async read(position, length) {
        let bytes: Buffer = Buffer.alloc(0)
        await run('read', path, length, () => {
          bytes = Buffer.from(fileOf(path).written.subarray(position, position + length))
        })
        return bytes
      },
      async write(bytes, position) {
        const taken = Math.min(bytes.length, disk.freeBytes)
        await run('write', path, taken, () => {
          const file = fileOf(path)
          const next = Buffer.alloc(Math.max(file.written.length, position + taken))
          file.written.copy(next)
          next.set(bytes.subarray(0, taken), position)
          file.written = next
          disk.freeBytes -= taken
        })
        if (taken < bytes.length) throw diskError('ENOSPC')
      },
      truncate: (length) =>
        run('truncate', path, length, () => {
          const file = fileOf(path)
          disk.freeBytes += Math.max(0, file.written.length - length)
          file.written = Buffer.from(file.written.subarray(0, length))
        }),
      sync: () =>
        run('sync', path, 0, () => {
          const file = fileOf(path)
          file.durable = file.written
        }),
      async close() {
        isOpen = false
      },
    }
  }
  return disk
}

function stored(content: Buffer): Stored {
  return { written: content, durable: content, named: true }
}

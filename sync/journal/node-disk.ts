import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import { takeLock } from './lock-file.ts'

/** Owner only: the envelopes are sealed, but who applied when is nobody's business. */
const FILE_MODE = 0o600
const DIR_MODE = 0o700

/** The machine's disk. All writes are asynchronous; nothing here blocks the event loop. */
export const nodeDisk: Disk = {
  async makeDir(dir) {
    const first = await mkdir(dir, { recursive: true, mode: DIR_MODE })
    if (first !== undefined) await syncFolder(dirname(resolve(first)))
  },
  async list(dir) {
    try {
      return await readdir(dir)
    } catch (error) {
      if (diskErrorCode(error) === 'ENOENT') return []
      throw error
    }
  },
  async open(path, { write, create }) {
    const flags = (write ? constants.O_RDWR : constants.O_RDONLY) | (create ? constants.O_CREAT : 0)
    return nodeFile(await open(path, flags, FILE_MODE))
  },
  remove: (path) => rm(path, { force: true }),
  rename,
  syncDir: syncFolder,
  async free(dir) {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  },
  lock: takeLock,
}

async function syncFolder(dir: string): Promise<void> {
  // Windows has no fsync for folders; NTFS journals its entries itself.
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function nodeFile(handle: FileHandle): DiskFile {
  return {
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
    async write(bytes, position) {
      // A disk that fills up takes a part first and fails at the next call.
      let written = 0
      while (written < bytes.length) {
        written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten
      }
    },
    truncate: (length) => handle.truncate(length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Disk, diskErrorCode, isDiskFull, readWhole } from './disk.ts'
import type { Log } from './log.ts'

/**
 * Sealed attachment chunks as files beside the journal, `attachments/<sha256>`: written and durable before the `accepted`
 * frame that lists them, removed after their submission was purged. Their content is sealed; their name is their hash.
 */
export interface AttachmentStore {
  /**
   * Resolves once all of them are durable, or with a fault when they are not; then those of this call are gone again.
   * Idempotent. @throws RangeError when a chunk has not the hash that it is given with: a bug.
   */
  put(chunks: readonly SealedChunk[]): Promise<PutResult>
  /** Reads one back and checks its hash. */
  read(sha256: string): Promise<ChunkResult>
  /** Gives chunks up; those that are not there are fine. Returns how many could not be removed: the sweep will. */
  remove(sha256s: Iterable<string>): Promise<number>
  list(): Promise<readonly string[]>
  /** At start, before any `put`: removes what no accepted, unpurged submission lists. Returns how many. */
  sweep(isNeeded: (sha256: string) => boolean): Promise<number>
}

export interface SealedChunk {
  readonly sha256: string
  readonly bytes: Uint8Array
}
export type PutResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: 'disk-full' | 'io'; readonly detail: string }
export type ChunkResult =
  | { readonly ok: true; readonly bytes: Buffer }
  | {
      readonly ok: false
      /** `damaged`: the bytes have another hash. `unreadable`: the disk failed; it may work the next time. */
      readonly fault: 'missing' | 'damaged' | 'unreadable'
      readonly detail: string
    }

const NAME = /^[0-9a-f]{64}$/
/** A draft that a crash left; never a chunk. */
const DRAFT = /^[0-9a-f]{64}\.tmp$/

/** @throws the disk's error when the folder cannot be made. */
export async function openAttachments(disk: Disk, dir: string, log: Log): Promise<AttachmentStore> {
  await disk.makeDir(dir)

  async function write({ sha256, bytes }: SealedChunk): Promise<void> {
    const draft = join(dir, `${sha256}.tmp`)
    const file = await disk.open(draft, { write: true, create: true })
    try {
      await file.truncate(0)
      await file.write(bytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(draft, join(dir, sha256))
  }

  async function remove(names: Iterable<string>): Promise<number> {
    let failed = 0
    for (const name of names) {
      try {
        await disk.remove(join(dir, name))
      } catch (error) {
        const code = diskErrorCode(error)
        if (code === undefined) throw error
        log('warn', 'attachment-not-removed', { name, code })
        failed += 1
      }
    }
    return failed
  }

  async function read(sha256: string): Promise<ChunkResult> {
    if (!NAME.test(sha256)) throw new RangeError('attachments: not a hash')
    try {
      const bytes = await readWhole(disk, join(dir, sha256))
      if (bytes === undefined) return { ok: false, fault: 'missing', detail: sha256 }
      const actual = hashOf(bytes)
      return actual === sha256
        ? { ok: true, bytes }
        : { ok: false, fault: 'damaged', detail: `${bytes.length} bytes with hash ${actual}` }
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return { ok: false, fault: 'unreadable', detail: code }
    }
  }

  return {
    async put(chunks) {
      for (const { sha256, bytes } of chunks) {
        if (hashOf(bytes) !== sha256) throw new RangeError(`attachments: ${sha256} is not the hash of its chunk`)
      }
      const written: string[] = []
      try {
        for (const chunk of chunks) {
          if ((await read(chunk.sha256)).ok) continue
          written.push(chunk.sha256)
          await write(chunk)
        }
        await disk.syncDir(dir)
        return { ok: true }
      } catch (error) {
        const code = diskErrorCode(error)
        if (code === undefined) throw error
        // A full disk needs the room at once.
        await remove(written.flatMap((sha256) => [sha256, `${sha256}.tmp`]))
        return { ok: false, fault: isDiskFull(code) ? 'disk-full' : 'io', detail: code }
      }
    },
    read,
    async remove(sha256s) {
      const names = [...sha256s]
      for (const name of names) if (!NAME.test(name)) throw new RangeError('attachments: not a hash')
      const failed = await remove(names)
      await disk.syncDir(dir)
      return failed
    },
    list: async () => (await disk.list(dir)).filter((name) => NAME.test(name)),
    async sweep(isNeeded) {
      const orphans = (await disk.list(dir)).filter((name) => DRAFT.test(name) || (NAME.test(name) && !isNeeded(name)))
      const failed = await remove(orphans)
      if (orphans.length === 0) return 0
      await disk.syncDir(dir)
      log('info', 'attachments-swept', { removed: orphans.length - failed, failed })
      return orphans.length - failed
    },
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The disk as the journal needs it, injected so that tests and the simulation can fill it, break it and cut its power.
 * Failures are thrown as Node's file errors are: an Error with a `code` such as ENOSPC.
 */
export interface Disk {
  /** Makes a folder, its parents too, and makes that durable. */
  makeDir(dir: string): Promise<void>
  /** Names of the files in a folder; empty when there is no such folder. */
  list(dir: string): Promise<readonly string[]>
  /** Opens for reading and, with `write`, for writing; `create` makes an empty file when there is none. */
  open(path: string, options: { readonly write: boolean; readonly create: boolean }): Promise<DiskFile>
  /** Takes a file's name away; fine when there is none. Durable after `syncDir`. */
  remove(path: string): Promise<void>
  /** Gives a file another name in the same folder, in place of what had it. Durable after `syncDir`. */
  rename(from: string, to: string): Promise<void>
  /** Makes the folder's entries durable: needed after a file was made, renamed or removed. */
  syncDir(dir: string): Promise<void>
  /** Bytes that this user may still write on the file system of a folder. */
  free(dir: string): Promise<number>
  /** Takes the single-writer lock, or says who holds it. The lock of a dead process is taken over. */
  lock(path: string): Promise<DiskLock>
}

export interface DiskFile {
  size(): Promise<number>
  /** Up to `length` bytes from `position`; fewer only at the file's end. */
  read(position: number, length: number): Promise<Buffer>
  /** All of `bytes` at `position`; when it throws, any part of them may lie in the file. */
  write(bytes: Uint8Array, position: number): Promise<void>
  truncate(length: number): Promise<void>
  /** fdatasync: content and length survive a power cut once this resolved. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type DiskLock =
  | { readonly ok: true; readonly release: () => Promise<void> }
  | { readonly ok: false; readonly holder: string }

/** The code of a disk's error, or undefined for an error that is no disk's: those are bugs and go on. */
export function diskErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  // ERR_… codes are Node's own complaints about how it was called.
  return error.code.startsWith('ERR_') ? undefined : error.code
}

/** No space, or no more of it for this user. */
export function isDiskFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** Writes a whole file so that a power cut leaves the old one, none, or all of the new one; never a part. */
export async function replaceFile(disk: Disk, dir: string, name: string, bytes: Uint8Array): Promise<void> {
  const draft = `${dir}/${name}.tmp`
  const file = await disk.open(draft, { write: true, create: true })
  try {
    await file.truncate(0)
    await file.write(bytes, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(draft, `${dir}/${name}`)
  await disk.syncDir(dir)
}

/** A whole file, or undefined when there is none. @throws the disk's error when it cannot be read. */
export async function readWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  let file: DiskFile
  try {
    file = await disk.open(path, { write: false, create: false })
  } catch (error) {
    if (diskErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    return await file.read(0, await file.size())
  } finally {
    await file.close()
  }
}

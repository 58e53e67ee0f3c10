import { join } from 'node:path'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import type { Log } from './log.ts'
import type { Segment } from './segment.ts'

/**
 * Cuts an unfinished write off the last segment. Its bytes are kept in `torn-….bin` beside the journal, so that nothing
 * vanishes unseen; when there is no room for that the cut is made all the same, or the terminal could not start.
 */
export async function cutTornTail(
  disk: Disk,
  dir: string,
  segment: Segment | undefined,
  tornBytes: number,
  log: Log,
): Promise<void> {
  if (segment === undefined) return
  const file = await disk.open(join(dir, segment.name), { write: true, create: false })
  try {
    const keptAs = `torn-${String(segment.number).padStart(6, '0')}-${segment.bytes}.bin`
    const kept = await keepAside(disk, dir, keptAs, await file.read(segment.bytes, tornBytes))
    await file.truncate(segment.bytes)
    await file.sync()
    const place = { segment: segment.name, offset: segment.bytes, tornBytes }
    log('warn', 'journal-tail-cut', kept === undefined ? { ...place, keptAs } : { ...place, notKept: kept })
  } finally {
    await file.close()
  }
}

/** Returns the disk's error code when the bytes could not be kept. */
async function keepAside(disk: Disk, dir: string, name: string, bytes: Buffer): Promise<string | undefined> {
  let file: DiskFile | undefined
  try {
    file = await disk.open(join(dir, name), { write: true, create: true })
    await file.truncate(0)
    await file.write(bytes, 0)
    await file.sync()
    await disk.syncDir(dir)
    return undefined
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    return code
  } finally {
    await file?.close()
  }
}

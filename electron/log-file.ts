import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** A log may use so much of the disk that the journal lives on: the file itself and one former file. */
export const MAX_LOG_BYTES = 8 << 20

export interface LogFile {
  line(text: string): void
  /** Lines that the disk did not take. */
  readonly dropped: number
  close(): void
}

/**
 * Appends lines to a file and keeps it small: at `maxBytes` it becomes `FILE.1` (the one before it is gone) and a new one
 * is begun. A log that cannot be written (a full disk) is never a reason to stop: the line is counted as dropped. Writes
 * are synchronous, because this program is not the one whose speed counts.
 */
export function openLogFile(file: string, maxBytes = MAX_LOG_BYTES): LogFile {
  let handle = openSync(file, 'a', 0o600)
  let bytes = fstatSync(handle).size
  let dropped = 0

  function rotate(): void {
    if (existsSync(file)) renameSync(file, `${file}.1`)
    const next = openSync(file, 'a', 0o600)
    closeSync(handle)
    handle = next
    bytes = 0
  }

  return {
    get dropped() {
      return dropped
    },
    line(text) {
      const line = Buffer.from(`${text}\n`)
      try {
        if (bytes > 0 && bytes + line.length > maxBytes) rotate()
        bytes += writeSync(handle, line)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error
        dropped++
      }
    },
    close: () => closeSync(handle),
  }
}

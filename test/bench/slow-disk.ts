import type { Disk, DiskFile } from '../../sync/journal/disk.ts'

/** The machine's disk with a slow flash's fsync: every fsync and fdatasync takes so much longer than it does here. */
export function slowDisk(disk: Disk, delayMs: number): Disk {
  const slowed = (file: DiskFile): DiskFile => ({
    ...file,
    async sync() {
      await file.sync()
      await delayed(delayMs)
    },
  })
  return {
    ...disk,
    open: async (path, options) => slowed(await disk.open(path, options)),
    async syncDir(dir) {
      await disk.syncDir(dir)
      await delayed(delayMs)
    },
  }
}

/** A timer may be late by a millisecond, a tenth of what is measured; the last stretch is waited for turn by turn. */
const TIMER_SLACK_MS = 2

async function delayed(delayMs: number): Promise<void> {
  const untilMs = performance.now() + delayMs
  await new Promise((resolve) => setTimeout(resolve, delayMs - TIMER_SLACK_MS))
  while (performance.now() < untilMs) await new Promise((resolve) => setImmediate(resolve))
}

import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, statfsSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A real file system of a few megabytes, for a real ENOSPC: ext4 over a loop device, else tmpfs. Needs root. It is filled
 * with one file of ballast and emptied again.
 */
export type SmallDiskResult =
  | { readonly ok: true; readonly disk: SmallDisk }
  | { readonly ok: false; readonly why: string }

export interface SmallDisk {
  readonly dir: string
  readonly kind: 'ext4' | 'tmpfs'
  /** Leaves `freeBytes` or a little less. */
  fill(freeBytes: number): void
  /** Takes the ballast away. */
  empty(): void
  close(): void
}

const STEPS_BYTES = [1 << 20, 64 << 10, 4 << 10, 512] as const

export function openSmallDisk(dir: string, megabytes: number, kinds: readonly SmallDisk['kind'][]): SmallDiskResult {
  if (process.getuid?.() !== 0) return { ok: false, why: 'only root may mount a small file system' }
  mkdirSync(dir, { recursive: true })
  const problems: string[] = []
  for (const kind of kinds) {
    try {
      if (kind === 'ext4') mountExt4(`${dir}.img`, dir, megabytes)
      else command('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir)
      return { ok: true, disk: smallDisk(dir, kind) }
    } catch (error) {
      problems.push(`${kind}: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}`)
    }
  }
  return { ok: false, why: problems.join('; ') }
}

function mountExt4(image: string, dir: string, megabytes: number): void {
  closeSync(openSync(image, 'w', 0o600))
  truncateSync(image, megabytes << 20)
  // No blocks kept back for root, or root would never see the disk full.
  command('mkfs.ext4', '-q', '-F', '-m', '0', '-O', '^has_journal', image)
  command('mount', '-o', 'loop', image, dir)
}

function smallDisk(dir: string, kind: SmallDisk['kind']): SmallDisk {
  const ballast = join(dir, 'ballast')
  let filled = false
  return {
    dir,
    kind,
    fill(freeBytes) {
      const file = openSync(ballast, 'a', 0o600)
      filled = true
      try {
        for (const step of STEPS_BYTES) {
          const block = Buffer.alloc(step, 1)
          while (free(dir) - freeBytes >= step && written(file, block)) {
            // Until the step is too large.
          }
        }
      } finally {
        closeSync(file)
      }
    },
    empty() {
      if (filled) unlinkSync(ballast)
      filled = false
    },
    close() {
      command('umount', '-l', dir)
    },
  }
}

function free(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

function written(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

function command(name: string, ...args: string[]): void {
  execFileSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

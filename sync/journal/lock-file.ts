import { randomUUID } from 'node:crypto'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type DiskLock, diskErrorCode } from './disk.ts'

/**
 * A lock file that names its holder by process id, and on Linux by boot and start time too: after a power cut another
 * program may run under the old id, and the lock must not stay shut for that.
 */
const HolderSchema = z.object({ pid: z.int().min(1), startedAs: z.string(), token: z.string() })
type Holder = z.infer<typeof HolderSchema>

/** Takes the lock, also from a holder that is dead; otherwise says who holds it. */
export async function takeLock(path: string): Promise<DiskLock> {
  const mine: Holder = { pid: process.pid, startedAs: await startOf(process.pid), token: randomUUID() }
  // Written aside and linked into place, so that nobody ever reads a half-written lock.
  const draft = `${path}.${mine.token}`
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    if (await linked(draft, path)) return held(path, mine)
    const seen = await textOf(path)
    const holder = holderOf(seen)
    if (holder !== undefined && (await isAlive(holder))) return { ok: false, holder: `process ${holder.pid}` }
    if (!(await movedAway(path, seen)) || !(await linked(draft, path))) {
      return { ok: false, holder: 'another process that took the lock over just now' }
    }
    return held(path, mine)
  } finally {
    await unlink(draft)
  }
}

function held(path: string, mine: Holder): DiskLock {
  return {
    ok: true,
    async release() {
      // Somebody who believed us dead may hold it by now; theirs stays.
      if (holderOf(await textOf(path))?.token === mine.token) await unlink(path)
    },
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (diskErrorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Takes the dead holder's file away, and puts it back when it turned out to be a living one's. */
async function movedAway(path: string, seen: string | undefined): Promise<boolean> {
  if (seen === undefined) return true
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (diskErrorCode(error) === 'ENOENT') return true
    throw error
  }
  const same = (await textOf(aside)) === seen
  if (!same) await linked(aside, path)
  await unlink(aside)
  return same
}

function holderOf(text: string | undefined): Holder | undefined {
  try {
    return HolderSchema.safeParse(JSON.parse(text ?? '')).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (diskErrorCode(error) === 'ESRCH') return false
  }
  return (await startOf(holder.pid)) === holder.startedAs
}

/** Boot and start time of a process, empty where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const boot = await textOf('/proc/sys/kernel/random/boot_id')
  const stat = await textOf(`/proc/${pid}/stat`)
  if (boot === undefined || stat === undefined) return ''
  // Field 22; the second field, the name, is in parentheses and may hold spaces.
  return `${boot.trim()}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

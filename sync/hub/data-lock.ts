import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

export type LockResult =
  | { readonly ok: true; readonly release: () => Promise<void> }
  | { readonly ok: false; readonly fault: 'in-use'; readonly pid: number }

/**
 * Keeps two processes from opening one PGlite folder, which would ruin it: PGlite itself does not look. The file holds
 * the owner's process id; one left behind by a process that is gone is taken over.
 */
export async function lockDataDir(dataDir: string): Promise<LockResult> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'hub.lock')
  for (;;) {
    if (await created(path)) return { ok: true, release: () => rm(path, { force: true }) }
    const pid = Number(await readFile(path, 'utf8'))
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid))
      return { ok: false, fault: 'in-use', pid }
    await rm(path, { force: true })
  }
}

async function created(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

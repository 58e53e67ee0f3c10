import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../waiting.ts'

const GONE_WITHIN_MS = 10_000

/** SIGKILL for the Chromium that was started on this profile and all that belongs to it, found by the profile's path. */
export async function killChromium(profile: string): Promise<void> {
  for (const pid of processesOf(profile)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  if (!(await until(() => processesOf(profile).length === 0, GONE_WITHIN_MS))) {
    throw new Error('a killed Chromium is still there')
  }
}

function processesOf(profile: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(`--user-data-dir=${profile}`))
    .map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8')
  } catch (error) {
    // It ended while we looked.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}

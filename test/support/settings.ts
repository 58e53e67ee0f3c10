import { readFile, writeFile } from 'node:fs/promises'
import type { Stack } from '../../electron/dev/stack.ts'

/** Changes the settings that the terminal of a stack is started with next. */
export async function changeSettings(stack: Stack, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = JSON.parse(await readFile(stack.settingsFile, 'utf8')) as Record<string, unknown>
  await writeFile(stack.settingsFile, JSON.stringify({ ...settings, ...changes }), { mode: 0o600 })
}

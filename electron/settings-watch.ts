import { unwatchFile, watchFile } from 'node:fs'
import type { Log } from './events.ts'
import { loadSettings, type Settings } from './settings.ts'

/** Looked at, not listened to: editors replace the file, and a network drive tells nobody. */
const LOOK_EVERY_MS = 2_000

/**
 * Takes over other device addresses while the terminal runs, so that a maintainer who swaps a printer need not interrupt
 * anybody. A file with a mistake in it changes nothing and is named in the log; everything else in it counts from the
 * next start, which is said too.
 * @returns ends the watch.
 */
export function watchSettings(options: {
  readonly file: string
  readonly current: Settings
  readonly onDevices: (devices: Settings['devices']) => void
  readonly log: Log
  readonly lookEveryMs?: number
}): () => void {
  const { file, onDevices, log } = options
  let { current } = options

  async function take(): Promise<void> {
    const read = await loadSettings(file)
    if (!read.ok) {
      log('settings-refused', { file: read.file, fault: read.fault, problems: read.problems })
      return
    }
    const before = current
    current = read.value
    const isOther = (part: keyof Settings) => JSON.stringify(before[part]) !== JSON.stringify(current[part])
    const atNextStart = (Object.keys(current) as (keyof Settings)[]).filter(
      (part) => part !== 'devices' && isOther(part),
    )
    if (!isOther('devices') && atNextStart.length === 0) return
    log('settings-taken', { devices: isOther('devices'), atNextStart })
    if (isOther('devices')) onDevices(current.devices)
  }

  const looked = () => void take()
  watchFile(file, { interval: options.lookEveryMs ?? LOOK_EVERY_MS, persistent: false }, looked)
  return () => unwatchFile(file, looked)
}

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Whether the programs of SANE are on this machine; the reason when a test has to be skipped. */

/** Debian keeps one file per backend below a folder of the machine's architecture. */
const BACKEND_FOLDERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf', 'riscv64-linux-gnu'].map(
  (each) => `/usr/lib/${each}/sane`,
)

export function saneObstacle(backend: 'test' | 'airscan'): string | undefined {
  if (spawnSync('scanimage', ['--version']).error !== undefined) return 'scanimage is not installed (sane-utils)'
  const file = `libsane-${backend}.so.1`
  if (BACKEND_FOLDERS.some((folder) => existsSync(`${folder}/${file}`))) return undefined
  return `the SANE backend ${backend} is not installed`
}

/** What the tests use of the system, whether it is here, and what has to be left out without it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium, findCommand, hasChineseFont } from './chromium.ts'
import { electronObstacle, findElectron } from './electron.ts'

/** Where Debian keeps the servers of PostgreSQL, a folder per version. */
const POSTGRES_ROOT = '/usr/lib/postgresql'

/** The folder with initdb and postgres of the newest installed PostgreSQL; undefined when there is none. */
export function findPostgresBin(): string | undefined {
  if (!existsSync(POSTGRES_ROOT)) return undefined
  const versions = readdirSync(POSTGRES_ROOT).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(POSTGRES_ROOT, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

/** A tool that is not here. `why` says what was looked for, `without` what is not tested. */
export type MissingTool = { tool: string; why: string; without: string }

function missingElectron(): string | undefined {
  const found = findElectron()
  return 'missing' in found ? found.missing : electronObstacle(found.executable)
}

const noCommand = (name: string): string | undefined =>
  findCommand(name) === undefined ? `no ${name} on PATH` : undefined

/** Everything the tests would use and do not find here. Starts nothing and installs nothing. */
export function missingTools(): MissingTool[] {
  const looked: { tool: string; why: string | undefined; without: string }[] = [
    {
      tool: 'Chromium',
      why: findChromium() === undefined ? 'no Chromium on PATH, and CHROMIUM_PATH names none' : undefined,
      without: 'no screen is tested in Chromium under the browser shell',
    },
    {
      tool: 'a Chinese font',
      why: hasChineseFont() ? undefined : 'fontconfig lists no font for zh-cn',
      without: 'Chinese is drawn as boxes on screens and receipts',
    },
    { tool: 'Electron', why: missingElectron(), without: 'nothing is tested in a real Electron' },
    { tool: 'socat', why: noCommand('socat'), without: 'no serial device is tested over a PTY' },
    { tool: 'strace', why: noCommand('strace'), without: 'the fdatasync calls of a submission are not counted' },
    {
      tool: 'PostgreSQL',
      why: findPostgresBin() === undefined ? `no initdb below ${POSTGRES_ROOT}` : undefined,
      without: 'the hub is tested on PGlite only',
    },
  ]
  return looked.flatMap(({ tool, why, without }) => (why === undefined ? [] : [{ tool, why, without }]))
}

import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { type LineBoardSimulator, openLineBoardSimulator } from '../drivers/line-board/simulator.ts'
import { main as journalCli } from '../sync/journal/cli.ts'
import { POWER_EXIT_CODE } from './terminal.ts'

let board: LineBoardSimulator | undefined
let dir: string | undefined
let kill: () => void = () => undefined
afterEach(async () => {
  kill()
  await board?.close()
  if (dir !== undefined) await rm(dir, { recursive: true, force: true })
})

test('a shell on battery ends by itself with a code of its own; the journal that it leaves verifies', async () => {
  board = await openLineBoardSimulator()
  dir = await mkdtemp(join(tmpdir(), 'bianmin-power-exit-'))
  const at = (name: string) => join(dir ?? '', name)
  await mkdir(at('page'))
  await writeFile(at('page/index.html'), '<!doctype html>')
  await writeFile(
    at('settings.json'),
    JSON.stringify({
      place: { zh: '云洲市南桥区' },
      hall: { zh: '政务服务中心 3号机' },
      staff: { where: { zh: '服务台' }, telephone: null },
      panel: { pxPerMm: 4 },
      devices: { 'line-board': board.url },
      power: { graceSeconds: 0 },
    }),
  )
  await writeFile(
    at('provisioning.json'),
    JSON.stringify({
      ...{ hubUrl: 'http://127.0.0.1:1', terminalId: 'YZ-NQ-03' },
      ...{ rootKeySha256: 'a'.repeat(64), enrolmentCode: 'x'.repeat(24) },
    }),
  )
  const files = ['--data', at('data'), '--settings', at('settings.json'), '--provisioning', at('provisioning.json')]
  const shell = spawn(
    process.execPath,
    [join(import.meta.dirname, 'browser-shell.ts'), ...files, '--page', at('page'), '--no-browser'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  kill = () => shell.kill('SIGKILL')
  const exited = new Promise<number | null>((resolve) => shell.on('exit', resolve))
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: shell.stdout }).on('line', (line) => {
      if ((JSON.parse(line) as { event: string }).event === 'ready') resolve()
    })
  })
  await Promise.race([ready, exited])
  board.loseMains()
  expect(await exited).toBe(POWER_EXIT_CODE)

  const said: string[] = []
  expect(await journalCli(['verify', '--dir', at('data/journal'), '--json'], (line) => said.push(line))).toBe(0)
  expect(JSON.parse(said.join(''))).toMatchObject({ ok: true, tornBytes: 0, damage: [] })
}, 60_000)

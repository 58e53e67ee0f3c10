import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Child, startChild } from '../../electron/dev/child.ts'
import { ROOT, TERMINAL_ID } from '../../electron/dev/stack.ts'
import { freePort } from './free-port.ts'
import { type Break, CONTROL_VARIABLE, type Control } from './inside/control.ts'
import type { HubRow } from './oracle.ts'

/** A hub that can be killed, started again on the same port, copied away and put back. */
export interface HubSide {
  /** Where its processes listen: one, or two over one PostgreSQL. */
  readonly ports: readonly number[]
  readonly provisioningFile: string
  start(): Promise<void>
  /** SIGKILL, and back again. With `only`, one of two. */
  crash(only?: number): Promise<void>
  /**
   * Copies the data folder away while the hub is stopped for it: a backup. With `confirm` the administrator says so to the
   * hub, and terminals may forget what it holds. Answers how far it reaches.
   */
  backUp(confirm: boolean): Promise<number>
  /** Puts the last copy back; with `byCommand` the administrator also says so to the hub. Answers how many rows that took away. */
  restore(byCommand: boolean): Promise<number>
  rotateKeys(): Promise<void>
  publish(kind: 'settings', content: unknown): Promise<void>
  rows(): Promise<readonly HubRow[]>
  rowsText(): Promise<string>
  readonly hasBackup: boolean
  stop(): Promise<void>
}

export interface HubSideOptions {
  readonly dir: string
  /** PostgreSQL's address; without one PGlite in the data folder. */
  readonly databaseUrl?: string
  readonly processes: 1 | 2
  readonly broken: Break | null
  readonly log: (line: string) => void
}

const run = promisify(execFile)
const HUB = join(ROOT, 'sync/hub/main.ts')
const PRELOAD = new URL('inside/hub-preload.ts', import.meta.url).href

export async function openHubSide(options: HubSideOptions): Promise<HubSide> {
  const data = join(options.dir, 'hub')
  const copy = join(options.dir, 'hub-backup')
  const provisioningFile = join(options.dir, 'provisioning.from-hub.json')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    ...(await breakEnv(options)),
  }
  const ports = await Promise.all(Array.from({ length: options.processes }, freePort))
  const running: (Child | undefined)[] = []
  let hasBackup = false

  async function startOne(index: number): Promise<void> {
    const args = ['--data', data, '--port', String(ports[index]), '--allow-export']
    if (index === 0) args.push('--provision', `${TERMINAL_ID}=${provisioningFile}`)
    const child = startChild(process.execPath, [HUB, ...args], { env, log: options.log })
    running[index] = child
    await child.next('ready')
  }
  /** Each prints one JSON line. @throws with that line when it was not done. */
  async function command(...args: string[]): Promise<Readonly<Record<string, unknown>>> {
    try {
      const { stdout } = await run(process.execPath, [HUB, ...args, '--data', data], { env })
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>
    } catch (error) {
      const said = (error as { stdout?: string }).stdout ?? ''
      throw new Error(`the hub's command "${args.join(' ')}" failed: ${said.trim()} ${(error as Error).message}`)
    }
  }
  async function start(): Promise<void> {
    // One after the other: the first founds the hub.
    for (const index of ports.keys()) await startOne(index)
  }
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await Promise.all(running.map((child) => child?.stop(signal)))
  }
  async function rowsText(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${ports[0]}/export/submissions.jsonl`)
    if (!response.ok) throw new Error(`hub export: ${response.status}`)
    return response.text()
  }

  async function rows(): Promise<readonly HubRow[]> {
    return (await rowsText())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as HubRow)
  }

  return {
    ports,
    provisioningFile,
    start,
    async crash(only) {
      const which = only === undefined ? [...ports.keys()] : [only]
      await Promise.all(which.map((index) => running[index]?.stop('SIGKILL')))
      for (const index of which) await startOne(index)
    },
    get hasBackup() {
      return hasBackup
    },
    async backUp(confirm) {
      await stop()
      const begun = confirm ? await command('backup-begin') : {}
      const through = Number(begun.through ?? 0)
      if (options.databaseUrl === undefined) {
        await rm(copy, { recursive: true, force: true })
        await cp(data, copy, { recursive: true })
        hasBackup = true
      }
      if (confirm && through > 0) await command('backed-up', '--through', String(through))
      await start()
      return through
    },
    async restore(byCommand) {
      if (!hasBackup) return 0
      const before = await rows()
      await stop()
      await rm(data, { recursive: true })
      await cp(copy, data, { recursive: true })
      if (byCommand) await command('new-epoch')
      await start()
      const after = new Set((await rows()).map((row) => row.submission_id))
      return before.filter((row) => !after.has(row.submission_id)).length
    },
    async publish(kind, content) {
      const file = join(options.dir, `${kind}.json`)
      await writeFile(file, JSON.stringify(content))
      await stop()
      await command('publish', kind, file)
      await start()
    },
    async rotateKeys() {
      // The command needs the folder for itself.
      await stop()
      await command('rotate-keys')
      await start()
    },
    rows,
    rowsText,
    stop: () => stop(),
  }
}

async function breakEnv(options: HubSideOptions): Promise<NodeJS.ProcessEnv> {
  if (options.broken !== 'no-unique') return {}
  const control: Control = {
    notes: join(options.dir, 'hub-notes.jsonl'),
    turn: 0,
    kill: null,
    clockOffsetMs: 0,
    break: options.broken,
  }
  const file = join(options.dir, 'hub-control.json')
  await writeFile(file, JSON.stringify(control))
  await writeFile(control.notes, '')
  return { [CONTROL_VARIABLE]: file, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${PRELOAD}`.trim() }
}

/** The provisioning file with another address of the hub: the proxy's. */
export async function provisioningVia(file: string, hubUrl: string, to: string): Promise<void> {
  const given = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  await writeFile(to, JSON.stringify({ ...given, hubUrl }))
}

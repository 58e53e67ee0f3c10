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
  /** Copies the data folder away while the hub is stopped for it: a backup. */
  backUp(): Promise<void>
  /** Puts the last copy back; with `byCommand` the administrator also says so to the hub. False without a copy. */
  restore(byCommand: boolean): Promise<boolean>
  rotateKeys(): Promise<void>
  rows(): Promise<readonly HubRow[]>
  rowsText(): Promise<string>
  /** Ids that a restore took from the hub: what is there now against what was there before. */
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
  async function command(...args: string[]): Promise<void> {
    await run(process.execPath, [HUB, ...args, '--data', data], { env })
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
    async backUp() {
      await stop()
      await rm(copy, { recursive: true, force: true })
      await cp(data, copy, { recursive: true })
      hasBackup = true
      await start()
    },
    async restore(byCommand) {
      if (!hasBackup) return false
      await stop()
      await rm(data, { recursive: true })
      await cp(copy, data, { recursive: true })
      if (byCommand) await command('new-epoch')
      await start()
      return true
    },
    async rotateKeys() {
      // The command needs the folder for itself.
      await stop()
      await command('rotate-keys')
      await start()
    },
    async rows() {
      return (await rowsText())
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as HubRow)
    },
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

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, startChild } from '../../electron/dev/child.ts'
import { ROOT, TERMINAL_ID } from '../../electron/dev/stack.ts'
import { YOUNG_HEAP_FLAG } from '../../electron/young-heap.ts'
import { type Provisioning, ProvisioningSchema } from '../../sync/protocol/keys.ts'
import { type Backlog, writeBacklog } from './backlog.ts'
import { type Enrolled, enrolAt } from './enrolled.ts'
import type { BenchPostgres } from './postgres.ts'

/**
 * A hub and an enrolled terminal with a full queue, made once and copied for every run, so that each run begins with
 * the same bytes on both sides. No devices: nothing here needs a card.
 */
export interface Rig {
  readonly database: HubDatabaseKind
  readonly backlog: Backlog
  /** A fresh copy of hub and terminal under `dir`. */
  copy(dir: string): Promise<RigCopy>
  /** The same terminal before anything was submitted. */
  copyEmpty(dir: string): Promise<RigCopy>
}

export type HubDatabaseKind = 'postgres' | 'pglite'

export interface RigCopy {
  readonly terminalDir: string
  /** Starts this copy's hub in a process of its own. */
  startHub(): Promise<{ readonly hub: Child; readonly host: string; readonly port: number }>
  /** Starts the terminal in the browser shell, without a browser; it finds its hub at `hubUrl`. */
  startTerminal(hubUrl: string, options?: StartOptions): Promise<Child>
  /** Rows of submissions that the hub holds, counted without the hub where that is possible. */
  countRows(hubUrl: string): Promise<number>
}

export interface StartOptions {
  readonly log?: (line: string) => void
  readonly env?: NodeJS.ProcessEnv
  /** Default: the built kiosk page. */
  readonly pageDir?: string
}

export interface RigOptions {
  readonly dir: string
  /** Undefined: PGlite in the hub's folder. */
  readonly postgres: BenchPostgres | undefined
  readonly count: number
  readonly tell: (line: string) => void
}

/** Database names must differ between rigs and copies of one server. */
let made = 0

export async function makeRig({ dir, postgres, count, tell }: RigOptions): Promise<Rig> {
  const database: HubDatabaseKind = postgres === undefined ? 'pglite' : 'postgres'
  const template = `rig_${made++}`
  const hubDir = join(dir, 'hub')
  const terminalDir = join(dir, 'terminal')
  for (const each of [hubDir, terminalDir]) await mkdir(each, { recursive: true, mode: 0o700 })
  if (postgres !== undefined) await postgres.copyDatabase('template1', template)

  const handedOut = join(terminalDir, 'provisioning.json')
  const hub = startHub(hubDir, handedOut, postgres?.url(template))
  let parts: Enrolled
  try {
    await hub.next('ready')
    parts = await enrolAt(terminalDir, await provisioningAt(handedOut), () => undefined)
  } finally {
    await hub.stop()
  }
  await writeFile(join(terminalDir, 'settings.json'), JSON.stringify(SETTINGS))
  const emptyDir = join(dir, 'terminal-empty')
  await cp(terminalDir, emptyDir, { recursive: true })
  tell(`sealing ${count} submissions …`)
  const backlog = await writeBacklog({
    item: parts.item,
    sealKey: parts.sealKey,
    deviceKey: parts.trust.deviceKey,
    journalDir: join(terminalDir, 'journal'),
    terminalId: TERMINAL_ID,
    count,
    tell,
  })

  async function copyOf(from: string, to: string): Promise<RigCopy> {
    const copyDir = join(to, 'terminal')
    const copyHubDir = join(to, 'hub')
    await cp(from, copyDir, { recursive: true })
    await cp(hubDir, copyHubDir, { recursive: true })
    const name = `run_${made++}`
    if (postgres !== undefined) await postgres.copyDatabase(template, name)
    return {
      terminalDir: copyDir,
      async startHub() {
        const copyHub = startHub(copyHubDir, join(copyDir, 'provisioning.json'), postgres?.url(name))
        const url = new URL(String((await copyHub.next('ready')).url))
        return { hub: copyHub, host: url.hostname, port: Number(url.port) }
      },
      async startTerminal(hubUrl, options = {}) {
        const file = join(copyDir, 'provisioning.json')
        await writeFile(file, JSON.stringify({ ...(await provisioningAt(file)), hubUrl }))
        const page = options.pageDir ?? join(ROOT, 'dist/kiosk')
        return startChild(
          process.execPath,
          [YOUNG_HEAP_FLAG, join(ROOT, 'electron/browser-shell.ts'), '--data', copyDir, '--page', page, '--no-browser'],
          { log: options.log ?? 'ignore', env: options.env ?? process.env },
        )
      },
      async countRows(hubUrl) {
        return postgres === undefined ? exportedRows(hubUrl) : postgres.countRows(name, 'submissions')
      },
    }
  }
  return {
    database,
    backlog,
    copy: (to) => copyOf(terminalDir, to),
    copyEmpty: (to) => copyOf(emptyDir, to),
  }
}

const SETTINGS = {
  place: { zh: '云洲市南桥区' },
  hall: { zh: '政务服务中心 3号机' },
  staff: { where: { zh: '大厅入口左边的服务台' }, telephone: '0990-1234567' },
  panel: { pxPerMm: 4.03 },
  devices: {},
}

function startHub(hubDir: string, provisioningFile: string, databaseUrl: string | undefined): Child {
  const { DATABASE_URL: _, ...others } = process.env
  return startChild(
    process.execPath,
    [
      join(ROOT, 'sync/hub/main.ts'),
      ...['--data', hubDir, '--port', '0', '--provision', `${TERMINAL_ID}=${provisioningFile}`, '--allow-export'],
    ],
    { log: 'ignore', env: databaseUrl === undefined ? others : { ...others, DATABASE_URL: databaseUrl } },
  )
}

async function provisioningAt(file: string): Promise<Provisioning> {
  return ProvisioningSchema.parse(JSON.parse(await readFile(file, 'utf8')))
}

async function exportedRows(hubUrl: string): Promise<number> {
  const response = await fetch(new URL('/export/submissions.jsonl', hubUrl))
  if (!response.ok || response.body === null) throw new Error(`hub export: ${response.status}`)
  let rows = 0
  for await (const chunk of response.body) for (const byte of chunk) if (byte === 0x0a) rows += 1
  return rows
}

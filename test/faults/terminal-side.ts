import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, startChild } from '../../electron/dev/child.ts'
import { ROOT } from '../../electron/dev/stack.ts'
import { freePort } from './free-port.ts'
import { type Break, CONTROL_VARIABLE, type Control, type Note, readNotes } from './inside/control.ts'

/** The terminal's process: the browser shell as it ships, with the campaign's preload around it. */
export interface TerminalSide {
  readonly dataDir: string
  readonly journalDir: string
  readonly provisioningFile: string
  /** How its clock is shifted at a start. */
  readonly clockBy: 'libfaketime' | 'Date'
  child(): Child
  isAlive(): boolean
  start(kill?: Control['kill']): Promise<void>
  /** A fresh address for a page. */
  startAddress(): Promise<string>
  /** Resolves when the preload has taken it. */
  arm(kill: Control['kill']): Promise<void>
  /** The next read of its journal fails, once. */
  failOneRead(): Promise<void>
  /** From now on without a restart, by Date. */
  jumpClock(offsetMs: number): Promise<void>
  /** At the next start. */
  setClock(clock: ClockSetting): void
  kill(): Promise<void>
  notes(): readonly Note[]
  /** A second process over the same data: answers its exit code. */
  second(): Promise<number | null>
  /** Its log, line by line. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  stop(): Promise<void>
}

/** An offset from now, or a moment; null is the true time. */
export type ClockSetting = { readonly offsetMs: number } | { readonly atUnixMs: number } | null

export interface TerminalSideOptions {
  readonly dir: string
  readonly dataDir: string
  readonly settingsFile: string
  readonly provisioningFile: string
  readonly broken: Break | null
}

const PRELOAD = new URL('inside/terminal-preload.ts', import.meta.url).href
const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
]
const NOTE_LOOK_MS = 10

export async function openTerminalSide(options: TerminalSideOptions): Promise<TerminalSide> {
  const controlFile = join(options.dir, 'terminal-control.json')
  const notesFile = join(options.dir, 'terminal-notes.jsonl')
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  await writeFile(notesFile, '')
  const faketime = LIBRARIES.find((path) => existsSync(path))
  const port = await freePort()
  let control: Control = { notes: notesFile, turn: 0, kill: null, clockOffsetMs: 0, break: options.broken }
  let clock: ClockSetting = null
  let running: Child | undefined
  let alive = false
  const log: Readonly<Record<string, unknown>>[] = []

  const args = [
    join(ROOT, 'electron/browser-shell.ts'),
    ...['--data', options.dataDir, '--settings', options.settingsFile, '--provisioning', options.provisioningFile],
    ...['--page', join(ROOT, 'dist/kiosk'), '--no-browser'],
  ]
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    [CONTROL_VARIABLE]: controlFile,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${PRELOAD}`.trim(),
    ...(faketime === undefined || clock === null ? {} : faketimeEnv(faketime, clock)),
  })
  function take(line: string): void {
    if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>)
    else if (line !== '') log.push({ event: 'stderr', line })
  }
  function child(): Child {
    if (running === undefined) throw new Error('the terminal is not running')
    return running
  }
  async function change(changes: Partial<Control>): Promise<void> {
    control = { ...control, failRead: false, ...changes, turn: control.turn + 1 }
    await writeFile(controlFile, JSON.stringify(control))
    if (!alive) return
    process.kill(Number(child().process.pid), 'SIGUSR2')
    // The file of notes is written by a process that may die any moment: looked at, not listened to.
    while (alive && !readNotes(notesFile).some((note) => note.note === 'armed' && note.turn === control.turn)) {
      await new Promise((resolve) => setTimeout(resolve, NOTE_LOOK_MS))
    }
  }

  return {
    dataDir: options.dataDir,
    journalDir: join(options.dataDir, 'journal'),
    provisioningFile: options.provisioningFile,
    clockBy: faketime === undefined ? 'Date' : 'libfaketime',
    child,
    isAlive: () => alive,
    log,
    async start(kill = null) {
      const offsetMs = clock === null || faketime !== undefined ? 0 : offsetOf(clock)
      await change({ kill, clockOffsetMs: offsetMs })
      running = startChild(process.execPath, [...args, '--port', String(port)], { log: take, env: env() })
      alive = true
      void running.exited.then(() => {
        alive = false
      })
      await running.next('ready')
    },
    async startAddress() {
      // The one that was made at start, or for another caller, may be stale: asked for until the last is fresh.
      child().type('')
      await child().next('start-address')
      child().type('')
      return String((await child().next('start-address')).url)
    },
    arm: (kill) => change({ kill }),
    failOneRead: () => change({ failRead: true }),
    jumpClock: (clockOffsetMs) => change({ clockOffsetMs }),
    setClock(next) {
      clock = next
    },
    kill: async () => running?.stop('SIGKILL'),
    notes: () => readNotes(notesFile),
    async second() {
      const other = startChild(process.execPath, [...args, '--port', '0'], { log: 'ignore' })
      const code = await Promise.race([
        other.exited,
        other.next('ready').then(
          () => 'started' as const,
          () => null,
        ),
      ])
      if (code !== 'started') return other.exited
      await other.stop('SIGKILL')
      return 0
    },
    async stop() {
      await running?.stop()
    },
  }
}

function offsetOf(clock: NonNullable<ClockSetting>): number {
  return 'offsetMs' in clock ? clock.offsetMs : clock.atUnixMs - Date.now()
}

/** Wall clock only: the monotonic clock stays, as it does on a real machine. */
function faketimeEnv(library: string, clock: NonNullable<ClockSetting>): NodeJS.ProcessEnv {
  const seconds = Math.round(offsetOf(clock) / 1000)
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Clock } from '../drivers/transport/clock.ts'
import type { Log } from './events.ts'
import { YOUNG_HEAP_SWITCH } from './young-heap.ts'

/** A browser that ends is started again after this wait, doubled up to the cap. */
const RESTART_FIRST_MS = 500
const RESTART_CAP_MS = 30_000
const STABLE_AFTER_MS = 60_000
/** A start address is good for 10 s; a browser that has not come in by then stands before a closed door for ever. */
const ENTER_WITHIN_MS = 15_000

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

/** The installed Chromium: CHROMIUM_PATH, else the first known name on PATH. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env.CHROMIUM_PATH
  if (given !== undefined) return given
  const folders = (env.PATH ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** The kiosk's screen in its own pixels. Without a window manager even kiosk mode needs to be told. */
export interface ScreenSize {
  readonly widthPx: number
  readonly heightPx: number
}

/** Chromium's cache on disk, of both shells. */
export const DISK_CACHE_BYTES = 32 << 20

/** On a desk the whole kiosk is wanted, smaller: the page keeps its pixels, the window shows them at this scale. */
const DESK_SCALE = 0.45

function smallWindow({ widthPx, heightPx }: ScreenSize): string[] {
  return [`--force-device-scale-factor=${DESK_SCALE}`, `--window-size=${widthPx},${heightPx}`]
}

/** Why each switch: nothing of Chromium's own may stand between a citizen and the page, or call out. */
function switches(profileDir: string, kiosk: boolean, size: ScreenSize): string[] {
  return [
    `--user-data-dir=${profileDir}`,
    ...(kiosk
      ? ['--kiosk', '--window-position=0,0', `--window-size=${size.widthPx},${size.heightPx}`]
      : smallWindow(size)),
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-translate',
    '--disable-features=Translate,OptimizationHints,MediaRouter',
    // The page comes from this machine: the disk belongs to the journal.
    `--disk-cache-size=${DISK_CACHE_BYTES}`,
    YOUNG_HEAP_SWITCH,
    '--disable-pinch',
    '--overscroll-history-navigation=0',
    // Who comes by card has not touched the glass yet, and is warned by sound as well.
    '--autoplay-policy=no-user-gesture-required',
    '--disable-session-crashed-bubble',
    '--password-store=basic',
    // Chromium refuses its sandbox to root; a real terminal runs as an ordinary user (README).
    // --test-type keeps its warning about that off the page.
    ...(process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : []),
  ]
}

export interface KioskBrowser {
  /** The browser came in by its start address. */
  entered(): void
  stop(): void
}

/** Keeps a Chromium on the page: each start gets a start address of its own. */
export function keepBrowser(options: {
  readonly executable: string
  readonly profileDir: string
  readonly kiosk: boolean
  readonly size: ScreenSize
  readonly startUrl: () => string
  readonly clock: Clock
  readonly log: Log
}): KioskBrowser {
  let child: ChildProcess | undefined
  let waitMs = RESTART_FIRST_MS
  let stopped = false
  let cancel: (() => void) | undefined
  let cancelEntry: (() => void) | undefined
  mkdirSync(options.profileDir, { recursive: true, mode: 0o700 })

  function launch(): void {
    const bornMs = options.clock.nowMs()
    const fresh = spawn(
      options.executable,
      [...switches(options.profileDir, options.kiosk, options.size), `--app=${options.startUrl()}`],
      {
        stdio: 'ignore',
        // A Chinese page in an English browser would be offered for translation, over the page.
        env: { ...process.env, LANGUAGE: 'zh_CN:zh' },
      },
    )
    child = fresh
    cancelEntry = options.clock.after(ENTER_WITHIN_MS, () => fresh.kill())
    let gone = false
    const ended = (detail: Readonly<Record<string, unknown>>) => {
      // A browser that could not be started says "error" and never "exit"; one that crashed may say both.
      if (gone || stopped) return
      gone = true
      cancelEntry?.()
      if (options.clock.nowMs() - bornMs > STABLE_AFTER_MS) waitMs = RESTART_FIRST_MS
      options.log('browser-exited', { ...detail, restartInMs: waitMs })
      cancel = options.clock.after(waitMs, launch)
      waitMs = Math.min(waitMs * 2, RESTART_CAP_MS)
    }
    fresh.on('error', (error) => ended({ error: error.message }))
    fresh.on('exit', (code, signal) => ended({ code, signal }))
  }
  launch()
  return {
    entered: () => cancelEntry?.(),
    stop() {
      stopped = true
      cancel?.()
      cancelEntry?.()
      child?.kill()
    },
  }
}

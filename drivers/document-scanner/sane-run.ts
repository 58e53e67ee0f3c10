import { spawn } from 'node:child_process'
import type { Clock } from '../transport/clock.ts'

/** Runs scanimage as a child in a process group of its own, so that all of it can be ended, whatever it hangs in. */

/** Which program, and what it gets beside our own arguments. */
export interface SaneProgram {
  /** Default `scanimage`, from PATH. */
  readonly program?: string
  /** More arguments, behind ours: for backends with options of their own. */
  readonly extraArguments?: readonly string[]
  /** More environment, for instance SANE_CONFIG_DIR. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface SaneRunOptions {
  readonly clock: Clock
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory?: string
  readonly onOutput: (bytes: Uint8Array) => void
  readonly onErrorOutput: (bytes: Uint8Array) => void
  /** Between the request to end and the kill. */
  readonly killAfterMs: number
}

export interface SaneRun {
  /** Resolves when every process of the group has let go of its pipes. `isMissing`: there is no such program. */
  readonly ended: Promise<{ readonly isMissing: boolean }>
  /** Asks it to end, which lets a scanner draw its carriage back, and kills the group a little later. */
  end(): void
}

/**
 * The pipe to `cat` is a real one: Node gives children sockets, and a socket cannot be opened anew by name (/dev/stdout),
 * which is how several pages get out of scanimage without touching a disk. The exit code is told on the side.
 */
const SCRIPT = 'command -v "$1" >/dev/null || exit 127; { "$@"; echo "exit $?" >&2; } | cat'
const MISSING = 127

export function runScanimage(options: SaneRunOptions): SaneRun {
  const { clock, program, args, environment, directory, onOutput, onErrorOutput, killAfterMs } = options
  const child = spawn('sh', ['-c', SCRIPT, 'sh', program, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The C locale: its lines are read by us.
    env: { ...process.env, ...environment, LC_ALL: 'C' },
    ...(directory !== undefined && { cwd: directory }),
  })
  let isEnded = false
  let cancelKill: () => void = () => undefined
  let settle: () => void = () => undefined

  function signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
    // Once all have ended, their number may belong to somebody else.
    if (isEnded || child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch (error) {
      // Gone between our look and our signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  const ended = new Promise<{ readonly isMissing: boolean }>((resolve) => {
    let isMissing = false
    settle = () => {
      isEnded = true
      cancelKill()
      resolve({ isMissing })
    }
    child.on('exit', (code) => {
      isMissing = code === MISSING
    })
    child.on('close', () => settle())
    // No shell, or no process to be had: there will be no other event.
    child.on('error', () => {
      isMissing = true
      settle()
    })
  })
  child.stdout.on('data', onOutput)
  child.stderr.on('data', onErrorOutput)

  /** A process in the middle of a system call that never returns cannot even be killed: it is left to itself. */
  function letGo(): void {
    child.stdout.destroy()
    child.stderr.destroy()
    child.unref()
    settle()
  }

  return {
    ended,
    end() {
      signalGroup('SIGTERM')
      cancelKill()
      cancelKill = clock.after(killAfterMs, () => {
        signalGroup('SIGKILL')
        cancelKill = clock.after(killAfterMs, letGo)
      })
    },
  }
}

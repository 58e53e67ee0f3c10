import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program of ours that reports on standard output, one JSON object with an `event` a line. */
export interface Child {
  readonly process: ChildProcess
  /** The next report of this event. Rejects when the process ends without it. */
  next(event: string): Promise<Readonly<Record<string, unknown>>>
  /** Types a line into its standard input. */
  type(line: string): void
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Where its log (standard error) goes: ours, nowhere, or a listener line by line. */
  readonly log?: 'inherit' | 'ignore' | ((line: string) => void)
}

/** Starts `node script args…`, or another command when `script` names one with its own `command`. */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const log = options.log ?? 'inherit'
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', typeof log === 'function' ? 'pipe' : log],
    env: options.env ?? process.env,
  })
  if (typeof log === 'function' && child.stderr !== null) createInterface({ input: child.stderr }).on('line', log)
  const reports: Readonly<Record<string, unknown>>[] = []
  let wake: () => void = () => undefined
  let over = false
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => {
      over = true
      wake()
      resolve(code)
    })
  })
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      reports.push(JSON.parse(line) as Record<string, unknown>)
      wake()
    })
  }
  return {
    process: child,
    async next(event) {
      for (;;) {
        const place = reports.findIndex((report) => report.event === event)
        const report = place < 0 ? undefined : reports.splice(place, 1)[0]
        if (report !== undefined) return report
        if (over)
          throw new Error(`${command} ${args[0] ?? ''} ended with code ${await exited} before it reported "${event}"`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    type: (line) => child.stdin?.write(`${line}\n`),
    exited,
    async stop(signal = 'SIGTERM') {
      if (!over) child.kill(signal)
      await exited
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Programs of others that a test runs beside itself: found, started, waited for, and ended by their own process id. */

/** Debian keeps servers where an ordinary user's PATH does not look. */
const SERVER_FOLDERS = ['/usr/sbin', '/sbin']
/** A busy machine takes its time. */
const START_TIMEOUT_MS = 10_000
const LOOK_AGAIN_MS = 20

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** A port that nobody holds now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

export interface RunningProgram {
  readonly said: () => string
  readonly isRunning: () => boolean
  /** Ends it at once and waits until it is gone. */
  kill(): Promise<void>
}

export function startProgram(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
  const child: ChildProcess = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let running = true
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false
      resolve()
    }
    child.once('exit', end)
    child.once('error', (error) => {
      said += error.message
      end()
    })
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-20_000)
    })
  }
  return {
    said: () => said,
    isRunning: () => running,
    async kill() {
      if (running) child.kill('SIGKILL')
      await gone
    },
  }
}

/** Waits until a started program can do what `isReady` asks of it. Throws with what it said when it cannot. */
export async function untilReady(program: RunningProgram, isReady: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + START_TIMEOUT_MS
  while (program.isRunning() && performance.now() < giveUpAtMs) {
    if (await isReady()) return
    await sleep(LOOK_AGAIN_MS)
  }
  throw new Error(`it did not become ready: ${program.said()}`)
}

/** Runs a program to its end. */
export function runProgram(
  path: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        said += bytes.toString('utf8')
      })
    }
    child.once('error', (error) => resolve({ code: -1, said: error.message }))
    child.once('close', (code) => resolve({ code: code ?? -1, said }))
  })
}

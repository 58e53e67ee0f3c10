import { readdirSync, readFileSync } from 'node:fs'
import type { CDPSession, Page } from 'playwright-core'

/** What processes hold in memory, as Linux counts it (resident set), and what their JavaScript engines use of it. */

const KIB_PER_MIB = 1024
export const BYTES_PER_MIB = 1 << 20

/** Resident memory in MiB. @throws when the process is gone. */
export function residentMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (line === null) throw new Error(`process ${pid} tells no resident memory`)
  return Number(line[1]) / KIB_PER_MIB
}

/** Linux counts processor time in hundredths of a second, everywhere that matters. */
const MS_PER_TICK = 10
/** Of the fields after the command's name in /proc/PID/stat: utime and stime. */
const UTIME_AT = 11
const STIME_AT = 12

/** Processor time that a process has used so far, in ms. @throws when the process is gone. */
export function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME_AT]) + Number(fields[STIME_AT])) * MS_PER_TICK
}

/** The renderer of a browser's page: of all renderers below the browser with this profile, the largest. */
export function rendererPid(profileDir: string): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const read = processAt(Number(name))
      return read === undefined ? [] : [read]
    })
  const browser = processes.find(({ args }) => args.includes(`--user-data-dir=${profileDir}`) && typeOf(args) === '')
  if (browser === undefined) throw new Error(`no browser runs on ${profileDir}`)
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (at === browser.pid) return true
    return false
  }
  const renderers = processes.filter(({ pid, args }) => typeOf(args) === 'renderer' && isBelow(pid))
  const [largest] = renderers.map(({ pid }) => pid).sort((a, b) => residentMb(b) - residentMb(a))
  if (largest === undefined) throw new Error('the browser has no renderer')
  return largest
}

function typeOf(args: readonly string[]): string {
  return args.find((arg) => arg.startsWith('--type='))?.slice('--type='.length) ?? ''
}

function processAt(pid: number): { pid: number; parent: number; args: readonly string[] } | undefined {
  try {
    // Chromium's children write theirs anew, with spaces between.
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/)
    const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    return { pid, parent, args }
  } catch (error) {
    // Ended while we looked.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** The heap of the page's dedicated worker, asked over the debugging protocol. */
export interface WorkerHeap {
  /** MiB in use. */
  usedMb(): Promise<number>
}

/** @throws when the page has no worker. */
export async function openWorkerHeap(page: Page): Promise<WorkerHeap> {
  const session: CDPSession = await page.context().newCDPSession(page)
  const answers = new Map<number, (result: { usedSize?: number }) => void>()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result: { usedSize?: number } }
    answers.get(id)?.(result)
    answers.delete(id)
  })
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId)
    })
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  if (page.workers().length === 0) throw new Error('the page has no worker')
  const sessionId = await attached
  let last = 0
  return {
    async usedMb() {
      const id = ++last
      const answer = new Promise<{ usedSize?: number }>((resolve) => answers.set(id, resolve))
      const message = JSON.stringify({ id, method: 'Runtime.getHeapUsage' })
      await session.send('Target.sendMessageToTarget', { sessionId, message })
      const { usedSize } = await answer
      if (usedSize === undefined) throw new Error('the worker does not tell its heap')
      return usedSize / BYTES_PER_MIB
    },
  }
}

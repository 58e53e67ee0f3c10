import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** socat makes a pair in a few ms; a loaded machine may need more. */
const START_TIMEOUT_MS = 5_000

export interface PtyPair {
  readonly ok: true
  /** Paths of the two ends: what goes into one comes out of the other, unpaced. */
  readonly ends: readonly [string, string]
  /** Ends both at once, as pulling a USB adapter does. */
  close(): Promise<void>
}

export type PtyPairResult = PtyPair | { readonly ok: false; readonly fault: 'no-socat'; readonly detail: string }

/** Makes two connected pseudo-terminals with socat: a serial cable without hardware, for simulators and tests. */
export async function openPtyPair(): Promise<PtyPairResult> {
  const directory = await mkdtemp(join(tmpdir(), 'pty-pair-'))
  const ends = [join(directory, 'a'), join(directory, 'b')] as const
  const socat = spawn('socat', ['-d', '-d', ...ends.map((end) => `pty,raw,echo=0,link=${end}`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => socat.once('close', () => resolve()))
  const started = await new Promise<true | string>((resolve) => {
    let said = ''
    const timer = setTimeout(
      () => resolve(`socat did not start within ${START_TIMEOUT_MS} ms: ${said}`),
      START_TIMEOUT_MS,
    )
    const settle = (outcome: true | string) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    socat.once('error', (error) => settle(`socat could not be started: ${error.message}`))
    socat.once('exit', (code) => settle(`socat ended with ${code}: ${said}`))
    socat.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8')
      if (said.includes('starting data transfer loop')) settle(true)
    })
  })
  const close = async () => {
    if (socat.pid !== undefined && socat.exitCode === null && socat.signalCode === null) {
      socat.kill('SIGKILL')
      await exited
    }
    await rm(directory, { recursive: true, force: true })
  }
  if (started !== true) {
    await close()
    return { ok: false, fault: 'no-socat', detail: started }
  }
  return { ok: true, ends, close }
}

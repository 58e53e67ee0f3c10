import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../../transport/clock.ts'
import { DEFAULT_SOCKET_PATH } from '../pcsc-url.ts'
import { openService } from '../service.ts'
import { openServiceSocket } from '../service-socket.ts'
import { DEFAULT_TIMING } from '../timing.ts'

/**
 * The real pcscd with vpcd's virtual reader, for one test: on a socket in a folder of its own, handed over as systemd
 * would do it (LISTEN_FDS), with its own list of readers and without USB, so it disturbs nobody and several can run.
 */

const PCSCD = '/usr/sbin/pcscd'
const VPCD = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
const START_TIMEOUT_MS = 10_000
/** Names its slots "Virtual PCD 00 00" and "… 00 01". */
const READER_NAME = 'Virtual PCD'
export const VIRTUAL_READER = `${READER_NAME} 00 00`

/** Listens on argument 1 as file descriptor 3 and becomes the command behind it: what systemd's socket unit does. */
const HAND_OVER = `
use Socket; use POSIX (); my ($path, @command) = @ARGV; $^F = 255;
socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die $!; bind($s, sockaddr_un($path)) or die $!; listen($s, 16) or die $!;
POSIX::dup2(fileno($s), 3) or die $!; $ENV{LISTEN_FDS} = 1; $ENV{LISTEN_PID} = $$;
exec @command or die $!;`

export interface PrivatePcscd {
  readonly ok: true
  readonly url: string
  readonly vpcdPort: number
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it anew on the same socket. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Or why there is none here, in a sentence for the test report. */
export async function openPrivatePcscd(): Promise<PrivatePcscd | { readonly ok: false; readonly reason: string }> {
  for (const needed of [PCSCD, VPCD, '/usr/bin/perl']) {
    try {
      await access(needed)
    } catch (error) {
      return { ok: false, reason: `no ${needed} (${String(error)}); npm run setup installs it` }
    }
  }
  const own = await openServiceSocket(DEFAULT_SOCKET_PATH, 1_000)
  if (own.ok) {
    await own.link.close()
    return {
      ok: false,
      reason: 'this machine runs a pcscd of its own, whose process file a second one would overwrite',
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'pcscd-'))
  const vpcdPort = await twoFreePorts()
  const config = join(folder, 'readers')
  const usb = join(folder, 'usb')
  await mkdir(config)
  await mkdir(usb)
  await writeFile(
    join(config, 'vpcd'),
    `FRIENDLYNAME "${READER_NAME}"\nDEVICENAME /dev/null:${vpcdPort}\nLIBPATH ${VPCD}\nCHANNELID ${vpcdPort}\n`,
  )
  const socketPath = join(folder, 'comm')
  let child: ChildProcess | undefined
  let output = ''

  async function start(): Promise<string | undefined> {
    await rm(socketPath, { force: true })
    output = ''
    const started = spawn('perl', ['-e', HAND_OVER, socketPath, PCSCD, '--foreground', '--info', '--config', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PCSCLITE_HP_DROPDIR: usb },
    })
    child = started
    return new Promise((resolve) => {
      const settle = (trouble: string | undefined) => {
        clearTimeout(timer)
        resolve(trouble)
      }
      const timer = setTimeout(() => settle(`pcscd was not ready within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS)
      const hear = (bytes: Buffer) => {
        output += bytes.toString('utf8')
        if (output.includes('daemon ready')) settle(undefined)
      }
      started.stdout.on('data', hear)
      started.stderr.on('data', hear)
      started.once('error', (error) => settle(`pcscd could not be started: ${error.message}`))
      started.once('exit', (code) => settle(`pcscd ended with ${code}: ${output.slice(-400)}`))
    })
  }

  async function kill(): Promise<void> {
    const killed = child
    child = undefined
    if (killed === undefined || killed.exitCode !== null || killed.signalCode !== null) return
    await new Promise<void>((resolve) => {
      killed.once('close', () => resolve())
      killed.kill('SIGKILL')
    })
  }

  const close = async () => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  }
  const trouble = (await start()) ?? (await knock(socketPath))
  if (trouble !== undefined) {
    await close()
    return { ok: false, reason: trouble }
  }
  return {
    ok: true,
    url: `pcsc:Virtual%20PCD*?socket=${encodeURIComponent(socketPath)}`,
    vpcdPort,
    kill,
    async restart() {
      const again = await start()
      if (again !== undefined) throw new Error(again)
    },
    close,
  }
}

/** Whether it lets this user in: polkit may not. */
async function knock(path: string): Promise<string | undefined> {
  const opened = await openService({ openSocket: openServiceSocket, path, clock: realClock, timing: DEFAULT_TIMING })
  if (!opened.ok) return `pcscd does not serve this user (${opened.why})`
  await opened.service.close()
  return undefined
}

/** Given out by this process already, perhaps not yet in use. */
const given = new Set<number>()

/** vpcd opens a port for each of its two slots, one after the other. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const first = await listen(0)
    const port = portOf(first)
    const second = given.has(port) || given.has(port + 1) ? undefined : await tryListen(port + 1)
    await end(first)
    if (second === undefined) continue
    given.add(port).add(port + 1)
    await end(second)
    return port
  }
}

async function tryListen(port: number): Promise<Server | undefined> {
  try {
    return await listen(port)
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'EADDRINUSE' || error.code === 'ERR_SOCKET_BAD_PORT')
    )
      return undefined
    throw error
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '0.0.0.0', () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port')
  return address.port
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

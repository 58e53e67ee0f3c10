import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../../transport/clock.ts'
import { parsePrinterUrl } from '../address.ts'
import { createConversation } from '../conversation.ts'
import { createIppPost } from '../http-post.ts'
import { A4 } from '../protocol.ts'
import { DEFAULT_TIMING } from '../timing.ts'
import { findProgram, freePort, type RunningProgram, startProgram, untilReady } from './programs.ts'

/**
 * ippeveprinter (CUPS' own test printer, Debian package cups-ipp-utils), which nobody here wrote. It asks for a system
 * D-Bus at start, so it gets a private one of its own; no avahi is needed with `-r off`, because its client waits for one.
 * All files lie in a folder of its own; both processes end by their own process id.
 */
export interface Ippeveprinter {
  readonly ok: true
  /** ipp://localhost:port/ipp/print */
  readonly url: string
  readonly port: number
  /** Documents that it kept, in the order in which it got them. */
  documents(): Promise<Uint8Array[]>
  /** Jobs stand in the printer, at "processing", until this is called with false. */
  hold(on: boolean): Promise<void>
  /** From now on each job says this of the printer while it prints: "+media-jam-error", "-cover-open". Empty: nothing. */
  say(stateReasons: string): Promise<void>
  /** Sheets in its main tray, by its own web page; 0 empties it. */
  loadSheets(sheets: number): Promise<void>
  /** Ends the printer at once, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again on the same port, with no memory of its jobs. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface IppeveprinterOptions {
  readonly formats?: string
  /** For ipps: where it keeps the certificate that it makes itself. */
  readonly tls?: boolean
  /** Each job takes so much longer, as a real printer does. */
  readonly msPerJob?: number
}

export type IppeveprinterResult = Ippeveprinter | { readonly ok: false; readonly missing: string }

const NAME = 'BianminA4'

export async function startIppeveprinter(options: IppeveprinterOptions = {}): Promise<IppeveprinterResult> {
  const programs = { ippeveprinter: findProgram('ippeveprinter'), 'dbus-daemon': findProgram('dbus-daemon') }
  const { ippeveprinter, 'dbus-daemon': dbusDaemon } = programs
  if (ippeveprinter === undefined || dbusDaemon === undefined) {
    const missing = Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [name] : []))
    return { ok: false, missing: `no ${missing.join(', no ')} on this machine` }
  }
  const folder = await mkdtemp(join(tmpdir(), 'ippeveprinter-'))
  const spool = join(folder, 'spool')
  await mkdir(spool)
  const files = { hold: join(folder, 'hold'), say: join(folder, 'say'), command: join(folder, 'print') }
  await writeFile(files.command, printCommand(files, options.msPerJob ?? 0), { mode: 0o755 })
  const bus = await startBus(dbusDaemon, folder)
  const port = await freePort()
  const args = ['-2', '-r', 'off', '-n', 'localhost', '-p', String(port), '-d', spool, '-k', '-c', files.command]
  if (options.tls === true) args.push('-K', folder)
  args.push('-f', options.formats ?? 'application/pdf,image/pwg-raster', NAME)
  const url = `ipp://localhost:${port}/ipp/print`
  const start = async (): Promise<RunningProgram> => {
    const program = startProgram(ippeveprinter, args, { DBUS_SYSTEM_BUS_ADDRESS: bus.address })
    await untilReady(program, () => answers(url))
    return program
  }
  const close = async (): Promise<void> => {
    await printer?.kill()
    await bus.program.kill()
    await rm(folder, { recursive: true, force: true })
  }
  let printer: RunningProgram | undefined
  try {
    printer = await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    ok: true,
    url,
    port,
    async documents() {
      // Named by job number; a job that was never sent its document leaves an empty file.
      const names = (await readdir(spool)).filter((name) => name.endsWith('.pdf'))
      names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      return Promise.all(names.map((name) => readFile(join(spool, name))))
    },
    async hold(on) {
      if (on) await writeFile(files.hold, '')
      else await rm(files.hold, { force: true })
    },
    async say(stateReasons) {
      await writeFile(files.say, stateReasons === '' ? '' : `STATE: ${stateReasons}\n`)
    },
    async loadSheets(sheets) {
      // All fields of its form: a tray that is not named counts as empty.
      const form = new URLSearchParams({ size1: A4, type1: 'stationery', level1: String(sheets) })
      for (const [name, value] of Object.entries({ size3: A4, type3: 'stationery', level3: '-2' }))
        form.set(name, value)
      const answer = await fetch(`http://localhost:${port}/media?${form}`)
      if (!answer.ok) throw new Error(`its media page answers with ${answer.status}`)
      await answer.text()
    },
    kill: async () => printer?.kill(),
    async restart() {
      printer = await start()
    },
    close,
  }
}

/** What it runs for each job: standard error is its way to be told how the printer is. */
function printCommand(files: { readonly hold: string; readonly say: string }, msPerJob: number): string {
  return `#!/bin/sh
[ -f '${files.say}' ] && cat '${files.say}' >&2
while [ -f '${files.hold}' ]; do sleep 0.02; done
${msPerJob > 0 ? `sleep ${msPerJob / 1000}` : ':'}
exit 0
`
}

async function startBus(dbusDaemon: string, folder: string) {
  const socket = join(folder, 'bus')
  const address = `unix:path=${socket}`
  const config = join(folder, 'bus.conf')
  await writeFile(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>${address}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
  )
  const program = startProgram(dbusDaemon, [`--config-file=${config}`, '--nofork', '--nopidfile'])
  await untilReady(program, () =>
    access(socket).then(
      () => true,
      () => false,
    ),
  )
  return { program, address }
}

/** Whether an IPP printer or queue answers there. */
export async function answers(url: string): Promise<boolean> {
  const parsed = parsePrinterUrl(url)
  if (!parsed.ok) throw new Error(parsed.detail)
  const post = createIppPost(realClock)
  const asked = await createConversation(parsed.address.target, post, DEFAULT_TIMING).printer('look')
  post.close()
  return asked.ok
}

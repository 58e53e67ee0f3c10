import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers } from './ippeveprinter.ts'
import { findProgram, freePort, runProgram, startProgram, untilReady } from './programs.ts'

/** A CUPS of the test's own: its files in one folder, its own port, nothing announced, ended by its own process id. */
export interface PrivateCups {
  readonly ok: true
  readonly port: number
  /** Adds a queue without a driver of a maker: "everywhere" for an IPP device, "raw" for anything else. */
  addQueue(name: string, deviceUri: string, how: 'everywhere' | 'raw', errorPolicy?: string): Promise<string>
  /** The arguments that let lp, lpadmin and their like talk to this CUPS. */
  readonly hostArgs: readonly string[]
  /** Runs one of CUPS' commands against it. */
  command(name: 'cupsdisable' | 'cupsenable' | 'lp' | 'cancel', ...args: string[]): Promise<string>
  close(): Promise<void>
}

export type PrivateCupsResult = PrivateCups | { readonly ok: false; readonly missing: string }

const SERVER_BIN = '/usr/lib/cups'
const COMMANDS = ['cupsd', 'lpadmin', 'lp'] as const

export async function startPrivateCups(): Promise<PrivateCupsResult> {
  const lost = COMMANDS.filter((name) => findProgram(name) === undefined)
  const cupsd = findProgram('cupsd')
  if (lost.length > 0 || cupsd === undefined) return { ok: false, missing: `no ${lost.join(', no ')} on this machine` }
  if (!existsSync(join(SERVER_BIN, 'filter/pdftopdf'))) return { ok: false, missing: 'no cups-filters on this machine' }

  const folder = await mkdtemp(join(tmpdir(), 'private-cups-'))
  // cupsd started by root runs its filters as another user, who must get through.
  await chmod(folder, 0o755)
  const port = await freePort()
  for (const name of ['etc', 'spool', 'cache', 'run', 'tmp', 'log']) await mkdir(join(folder, name))
  const files = { cupsd: join(folder, 'etc/cupsd.conf'), files: join(folder, 'etc/cups-files.conf') }
  await writeFile(files.files, filesConfig(folder))
  await writeFile(files.cupsd, serverConfig(port))
  const program = startProgram(cupsd, ['-f', '-c', files.cupsd, '-s', files.files])
  const close = async (): Promise<void> => {
    await program.kill()
    await rm(folder, { recursive: true, force: true })
  }
  const hostArgs = ['-h', `127.0.0.1:${port}`]
  const command = async (name: string, ...args: string[]): Promise<string> => {
    const path = findProgram(name)
    if (path === undefined) throw new Error(`no ${name} on this machine`)
    const { code, said } = await runProgram(path, [...hostArgs, ...args])
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${said}`)
    return said
  }
  const lpstat = async (): Promise<string> => (await runProgram('lpstat', [...hostArgs, '-r'])).said
  try {
    await untilReady(program, async () => (await lpstat()).includes('is running'))
  } catch (error) {
    await close()
    throw error
  }
  return {
    ok: true,
    port,
    hostArgs,
    command,
    async addQueue(name, deviceUri, how, errorPolicy = 'abort-job') {
      const model = how === 'everywhere' ? ['-m', 'everywhere'] : []
      await command('lpadmin', '-p', name, '-E', '-v', deviceUri, ...model, '-o', `printer-error-policy=${errorPolicy}`)
      const url = `cups://127.0.0.1:${port}/printers/${name}`
      await untilReady(program, () => answers(url))
      return url
    },
    close,
  }
}

function filesConfig(folder: string): string {
  return `ServerRoot ${folder}/etc
RequestRoot ${folder}/spool
CacheDir ${folder}/cache
StateDir ${folder}/run
TempDir ${folder}/tmp
ServerBin ${SERVER_BIN}
DataDir /usr/share/cups
AccessLog ${folder}/log/access
ErrorLog ${folder}/log/error
PageLog ${folder}/log/page
ServerKeychain ${folder}/etc/ssl
`
}

function serverConfig(port: number): string {
  return `Listen 127.0.0.1:${port}
LogLevel warn
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Location /admin>
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
`
}

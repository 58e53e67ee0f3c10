import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { openAttachments } from '../sync/journal/attachments.ts'
import { main as journalCli } from '../sync/journal/cli.ts'
import { Ledger } from '../sync/journal/ledger.ts'
import { nodeDisk } from '../sync/journal/node-disk.ts'
import { JournalReads } from '../sync/journal/reads.ts'
import { scanJournal } from '../sync/journal/scan.ts'
import type { ChunkStore } from './chunk-sending.ts'
import { type BundleResult, bundleItems, writeBundle } from './rescue-bundle.ts'
import { loadProvisioning } from './settings.ts'
import { filesOf } from './small-files.ts'
import { hashPin, PinSchema } from './staff-pin.ts'
import { readDeviceKey } from './trust.ts'

const HELP = `Works on a terminal's data from outside; safe while the terminal runs.

  npm run terminal -- export [--to DIR] [--all]   writes all unsent sealed submissions as one signed bundle, for a stick;
                                                  the hub takes it in, however often. --all: all that is still here
  npm run terminal -- check                       replays the whole journal and changes nothing: says whether this version
                                                  can read it, and what is damaged
  npm run terminal -- pin                         reads a PIN of 6 to 12 digits from standard input and prints the line
                                                  for settings.json: "maintenance": { "pinScrypt": … }

  --data DIR            the terminal's data (default .bianmin/terminal)
  --provisioning FILE   provisioning.json (default DIR/provisioning.json)
  --json                one JSON object as the last line
  --help                this text

Exit code 0 when all is well; 1 when not; 2 when the call is wrong.
`

/** What a run reads and writes; injected by tests. */
export interface CliWorld {
  print(line: string): void
  /** Asks for one line, if possible without showing it. */
  ask(question: string): Promise<string>
  readonly cwd: string
  readonly nowIso: () => string
}

/** Runs the command line; returns the exit code. */
export async function main(args: readonly string[], world: CliWorld): Promise<number> {
  const asked = readArgs(args)
  if (!asked.ok) {
    world.print(asked.text)
    return asked.exitCode
  }
  const { command, json } = asked
  const dataDir = resolve(world.cwd, asked.data)
  if (command === 'pin') return pin(json, world)
  if (command === 'check') {
    const dir = join(dataDir, 'journal')
    return journalCli(['verify', '--dir', dir, ...(json ? ['--json'] : [])], world.print)
  }
  const provisioningFile = resolve(world.cwd, asked.provisioning ?? join(dataDir, 'provisioning.json'))
  const to = resolve(world.cwd, asked.to ?? join(dataDir, 'export'))
  const result = await exportFrom({ dataDir, provisioningFile, to, all: asked.all, nowIso: world.nowIso })
  if (json) world.print(JSON.stringify(result))
  else for (const line of inWords(result)) world.print(line)
  return result.ok && result.damaged.length === 0 ? 0 : 1
}

export interface ExportOptions {
  readonly dataDir: string
  readonly provisioningFile: string
  readonly to: string
  /** Everything that is retained, not only what the hub has not confirmed. */
  readonly all: boolean
  readonly nowIso: () => string
}
export type ExportOutcome =
  | BundleResult
  | {
      readonly ok: false
      readonly fault: 'provisioning' | 'device-key' | 'no-device-key' | 'no-journal' | 'unreadable' | 'newer-format'
      readonly detail: string
    }

/** Reads a terminal's data without its lock and writes the bundle; nothing of the terminal is changed. */
export async function exportFrom({
  dataDir,
  provisioningFile,
  to,
  all,
  nowIso,
}: ExportOptions): Promise<ExportOutcome> {
  const provisioning = await loadProvisioning(provisioningFile)
  if (!provisioning.ok) {
    return { ok: false, fault: 'provisioning', detail: [provisioning.file, ...provisioning.problems].join(': ') }
  }
  const deviceKey = await readDeviceKey(filesOf(join(dataDir, 'trust')))
  if (!deviceKey.ok) return deviceKey
  const journalDir = join(dataDir, 'journal')
  const ledger = new Ledger()
  const reads = new JournalReads(nodeDisk, journalDir, () => head)
  const scanned = await scanJournal(nodeDisk, journalDir, {
    onEntry(entry, at) {
      ledger.apply(entry)
      reads.note(entry, at)
    },
  })
  if (!scanned.ok) return scanned
  const { journalId, lastSequence, lastHash, segments } = scanned
  const head = { lastSequence, lastHash, segments }
  if (segments.length === 0) return { ok: false, fault: 'no-journal', detail: journalDir }
  return writeBundle(
    {
      terminalId: provisioning.value.terminalId,
      // Damage may have taken its name: the submissions count.
      journalId: journalId ?? 'not known',
      items: bundleItems(ledger.items(), all),
      readAccepted: (submissionId) => reads.accepted(submissionId),
      attachments: chunksIn(join(dataDir, 'attachments')),
      deviceKey: deviceKey.key,
      nowIso,
    },
    to,
  )
}

/** Opened at the first use: a terminal without attachments may have no such folder, and none is made. */
function chunksIn(dir: string): Pick<ChunkStore, 'read'> {
  let store: ReturnType<typeof openAttachments> | undefined
  return {
    async read(sha256) {
      store ??= openAttachments(nodeDisk, dir, () => undefined)
      return (await store).read(sha256)
    },
  }
}

async function pin(json: boolean, { ask, print }: CliWorld): Promise<number> {
  const given = await ask('PIN (6 to 12 digits): ')
  const parsed = PinSchema.safeParse(given.trim())
  if (!parsed.success) {
    print(json ? JSON.stringify({ ok: false, fault: 'not-a-pin' }) : 'A PIN has 6 to 12 digits and nothing else.')
    return 1
  }
  const pinScrypt = await hashPin(parsed.data)
  print(json ? JSON.stringify({ ok: true, pinScrypt }) : `"maintenance": { "pinScrypt": "${pinScrypt}" }`)
  return 0
}

function inWords(result: ExportOutcome): readonly string[] {
  if (!result.ok) return [`NOT WRITTEN: ${result.fault} (${result.detail})`, ...(ADVICE[result.detail] ?? [])]
  const { file, submissions, bytes, damaged } = result
  const lines = [`${file}: ${submissions} submissions, ${bytes} bytes`]
  if (damaged.length > 0) lines.push(`DAMAGED, not in the bundle: tickets ${damaged.join(' ')}`)
  return lines
}

const ADVICE: Readonly<Record<string, readonly string[]>> = {
  CHANGED_MEANWHILE: ['The running terminal gave something up while it was read: run the command again.'],
  ENOSPC: ['There is no room in that folder: name another with --to.'],
}

type Asked =
  | {
      readonly ok: true
      readonly command: 'export' | 'check' | 'pin'
      readonly data: string
      readonly provisioning: string | undefined
      readonly to: string | undefined
      readonly all: boolean
      readonly json: boolean
    }
  | { readonly ok: false; readonly text: string; readonly exitCode: number }

function readArgs(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string', default: '.bianmin/terminal' },
        provisioning: { type: 'string' },
        to: { type: 'string' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return { ok: false, text: HELP, exitCode: 0 }
    const [command] = positionals
    if ((command !== 'export' && command !== 'check' && command !== 'pin') || positionals.length > 1) {
      return { ok: false, text: HELP, exitCode: 2 }
    }
    const { data, provisioning, to, all, json } = values
    return { ok: true, command, data, provisioning, to, all, json }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { ok: false, text: `${error.message}\n\n${HELP}`, exitCode: 2 }
  }
}

/** One line of standard input; at a keyboard the digits are not shown. */
function askHere(question: string): Promise<string> {
  const isKeyboard = process.stdin.isTTY === true
  if (isKeyboard) process.stderr.write(question)
  // Readline shows what is typed only through its output: there is none.
  const lines = createInterface({ input: process.stdin, terminal: isKeyboard })
  return new Promise((done) => {
    let given = ''
    lines.once('line', (line) => {
      given = line
      lines.close()
    })
    lines.once('close', () => {
      if (isKeyboard) process.stderr.write('\n')
      done(given)
    })
  })
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), {
    print: (line) => process.stdout.write(`${line}\n`),
    ask: askHere,
    cwd: process.cwd(),
    nowIso: () => new Date().toISOString(),
  })
}

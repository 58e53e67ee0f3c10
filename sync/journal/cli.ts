import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { diskErrorCode } from './disk.ts'
import type { Damage } from './journal-api.ts'
import { Ledger } from './ledger.ts'
import { nodeDisk } from './node-disk.ts'
import { type Scanned, scanJournal } from './scan.ts'

const HELP = `Looks into a terminal's journal without changing it; safe while the terminal runs.

  node sync/journal/cli.ts verify --dir DIR [--json]   replay it all, check every hash, link and sequence, and count:
                                                       says whether this version of the program can read the journal
  node sync/journal/cli.ts list   --dir DIR [--json]   one line a submission: no personal data, no envelope
  node sync/journal/cli.ts --help

Exit code 0 when this version can read it and all damage, if there is any, is journalled; 1 when not; 2 when the call is
wrong. A torn tail (an unfinished write at the end) is reported and is no fault: the terminal cuts it off when it starts.
`

type Print = (line: string) => void

/** Runs the command line; `print` gets each line. Returns the exit code. */
export async function main(args: readonly string[], print: Print): Promise<number> {
  const asked = readArgs(args)
  if (!asked.ok) {
    print(asked.text)
    return asked.exitCode
  }
  const { command, dir, json } = asked
  const ledger = new Ledger()
  // Only what lies in the segments counts as read: an index may say more than its segment still can.
  const options = { readAll: command === 'verify' }
  const scanned = await scanJournal(nodeDisk, dir, { onEntry: (entry) => ledger.apply(entry) }, options)
  if (!scanned.ok) {
    const { ok, fault, detail } = scanned
    const report = { ok, readable: false, fault, detail }
    print(json ? JSON.stringify(report) : `THIS VERSION CANNOT READ IT: ${fault} (${detail})`)
    return 1
  }
  if (scanned.segments.length === 0) {
    print(json ? JSON.stringify({ ok: false, fault: 'empty' }) : 'there is no journal in this folder')
    return 1
  }
  if (command === 'list') return list(ledger, json, print)
  return verify(scanned, ledger, json, print)
}

function list(ledger: Ledger, json: boolean, print: Print): number {
  for (const item of ledger.items()) {
    const { journalSequence, acceptedAt, submissionId, ticket, itemId, state, purged, reason } = item
    const words = [journalSequence, acceptedAt, submissionId, ticket, itemId, purged ? `${state} purged` : state]
    print(json ? JSON.stringify(item) : words.concat(reason ?? []).join('  '))
  }
  if (json) print(JSON.stringify({ ok: true, listed: ledger.size }))
  return 0
}

function verify(scanned: Scanned, ledger: Ledger, json: boolean, print: Print): number {
  const journalled = new Set(scanned.damageSeen.map(placeOf))
  const unseen = scanned.damage.filter((damage) => !journalled.has(placeOf(damage)))
  const report = {
    ok: unseen.length === 0,
    readable: true,
    journalId: scanned.journalId,
    frames: scanned.frames,
    lastSequence: scanned.lastSequence,
    segments: scanned.segments.length,
    purgedSegments: scanned.segments.filter(({ purged }) => purged).length,
    bytes: scanned.segments.reduce((sum, { present, bytes }) => sum + (present ? bytes : 0), 0),
    tornBytes: scanned.tornBytes,
    unknownFrames: scanned.unknownFrames,
    unknownTypes: scanned.unknownTypes,
    unfitFrames: ledger.unfitFrames,
    submissions: ledger.size,
    waiting: ledger.waiting,
    received: ledger.received,
    quarantined: ledger.quarantined,
    purged: ledger.purged,
    lastHash: scanned.lastHash.toString('hex'),
    damage: scanned.damage,
    /** What the next start of the terminal will journal. */
    damageNotJournalled: unseen.length,
  }
  if (json) print(JSON.stringify(report))
  else {
    for (const damage of unseen) print(`DAMAGED: ${inWords(damage)}`)
    for (const [name, value] of Object.entries(report)) {
      print(`${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    }
  }
  return report.ok ? 0 : 1
}

type Asked =
  | { readonly ok: true; readonly command: 'verify' | 'list'; readonly dir: string; readonly json: boolean }
  | { readonly ok: false; readonly text: string; readonly exitCode: number }

function readArgs(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { dir: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return { ok: false, text: HELP, exitCode: 0 }
    const [command] = positionals
    if ((command !== 'verify' && command !== 'list') || positionals.length > 1 || values.dir === undefined) {
      return { ok: false, text: HELP, exitCode: 2 }
    }
    return { ok: true, command, dir: values.dir, json: values.json ?? false }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { ok: false, text: `${error.message}\n\n${HELP}`, exitCode: 2 }
  }
}

function placeOf({ segment, offset }: Damage): string {
  return `${segment}:${offset}`
}

function inWords({ segment, offset, bytes, fromSequence, throughSequence, tickets }: Damage): string {
  const missing = throughSequence === null || throughSequence >= fromSequence
  const frames = missing
    ? `frames ${fromSequence} to ${throughSequence ?? 'the end'}`
    : `the link before ${fromSequence}`
  return `${bytes} bytes at ${offset} of ${segment}: ${frames}; tickets ${tickets.join(' ') || 'not known'}`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // A reader such as head may have seen enough.
  process.stdout.on('error', (error) => {
    if (diskErrorCode(error) !== 'EPIPE') throw error
    process.exit()
  })
  process.exitCode = await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`))
}

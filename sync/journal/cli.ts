import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { diskErrorCode } from './disk.ts'
import { Ledger } from './ledger.ts'
import { nodeDisk } from './node-disk.ts'
import { scanJournal } from './scan.ts'

const HELP = `Looks into a terminal's journal without changing it; safe while the terminal runs.

  node sync/journal/cli.ts verify --dir DIR [--json]   check every hash, link and sequence, and count
  node sync/journal/cli.ts list   --dir DIR [--json]   one line a submission: no personal data, no envelope
  node sync/journal/cli.ts --help

Exit code 0 when the chain holds, 1 when it does not, 2 when the call is wrong. A torn tail (an unfinished write at the
end) is reported and is no fault: the terminal cuts it off when it starts.
`

/** Runs the command line; `print` gets each line. Returns the exit code. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const asked = readArgs(args)
  if (!asked.ok) {
    print(asked.text)
    return asked.exitCode
  }
  const { command, dir, json } = asked
  const ledger = new Ledger()
  const scanned = await scanJournal(nodeDisk, dir, { onEntry: (entry) => ledger.apply(entry) })
  if (!scanned.ok) {
    const { ok, fault, detail } = scanned
    const place = scanned.fault === 'broken-chain' ? { place: scanned.place } : {}
    print(
      json
        ? JSON.stringify({ ok, fault, ...place, detail })
        : `NOT INTACT: ${fault} (${detail}) ${inWords(place.place)}`,
    )
    return 1
  }
  if (scanned.journalId === null) {
    print(json ? JSON.stringify({ ok: false, fault: 'empty' }) : 'there is no journal in this folder')
    return 1
  }
  if (command === 'list') {
    for (const item of ledger.items()) {
      const line = [item.journalSequence, item.acceptedAt, item.submissionId, item.ticket, item.itemId, item.state]
      print(
        json
          ? JSON.stringify(item)
          : line
              .concat(item.reason ?? '')
              .join('  ')
              .trimEnd(),
      )
    }
    if (json) print(JSON.stringify({ ok: true, listed: ledger.size }))
    return 0
  }
  const report = {
    ok: true,
    journalId: scanned.journalId,
    frames: scanned.lastSequence,
    segments: scanned.segments.length,
    bytes: scanned.segments.reduce((sum, segment) => sum + segment.bytes, 0),
    tornBytes: scanned.tornBytes,
    unknownFrames: scanned.unknownFrames,
    unfitFrames: ledger.unfitFrames,
    submissions: ledger.size,
    waiting: ledger.waiting,
    received: ledger.received,
    quarantined: ledger.quarantined,
    lastHash: scanned.lastHash.toString('hex'),
  }
  if (json) print(JSON.stringify(report))
  else for (const [name, value] of Object.entries(report)) print(`${name}: ${value}`)
  return 0
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

function inWords(
  place: { readonly segment: string; readonly offset: number; readonly sequence: number } | undefined,
): string {
  return place === undefined
    ? ''
    : `at byte ${place.offset} of ${place.segment}, where frame ${place.sequence} should stand`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // A reader such as head may have seen enough.
  process.stdout.on('error', (error) => {
    if (diskErrorCode(error) !== 'EPIPE') throw error
    process.exit()
  })
  process.exitCode = await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`))
}

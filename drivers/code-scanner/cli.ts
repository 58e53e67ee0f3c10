import { parseArgs } from 'node:util'
import type { Condition } from '../condition/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { type CodeScannerLogEntry, createCodeScanner } from './driver.ts'
import {
  type CodeFault,
  type CodeRead,
  type CodeScannerEvent,
  type CodeScannerState,
  codeScannerCondition,
} from './states.ts'

/** One question to one scanner, from opening its wire to closing it; and a maintainer's tool around it. */

const CONNECT_TIMEOUT_MS = 4_000
/** How long somebody may take to hold a code there. */
const CODE_TIMEOUT_MS = 30_000

export interface AskOptions {
  readonly openLink?: OpenLink
  readonly clock?: Clock
  readonly log?: (entry: CodeScannerLogEntry) => void
}

export interface ScannerProbe {
  /** The wire opens. More cannot be known of a device that only speaks when it has read something. */
  readonly ok: boolean
  readonly state: CodeScannerState
  readonly condition: Condition
}

export async function probe(url: string, options: AskOptions = {}): Promise<ScannerProbe> {
  const asked = ask(url, options)
  const ok = await asked.connected
  const state = asked.state()
  await asked.stop()
  return { ok, state, condition: codeScannerCondition(state) }
}

export type ScanOneCode =
  | ({ readonly ok: true } & Omit<CodeRead, 'event'>)
  /** `no-code`: nobody held one there in time. `not-connected`: `state` says why. */
  | { readonly ok: false; readonly fault: CodeFault | 'no-code' | 'not-connected'; readonly state: CodeScannerState }

/** Waits for one code. */
export async function scanOneCode(
  url: string,
  options: AskOptions & { codeTimeoutMs?: number } = {},
): Promise<ScanOneCode> {
  const asked = ask(url, options)
  const connected = await asked.connected
  const told = connected ? await asked.first(options.codeTimeoutMs ?? CODE_TIMEOUT_MS) : undefined
  const state = asked.state()
  await asked.stop()
  if (!connected) return { ok: false, fault: 'not-connected', state }
  if (told === undefined) return { ok: false, fault: 'no-code', state }
  if (told.event === 'code-fault') return { ok: false, fault: told.fault, state }
  const { event: _, ...code } = told
  return { ok: true, ...code }
}

type Told = Exclude<CodeScannerEvent, { event: 'state' }>

function ask(url: string, options: AskOptions) {
  const clock = options.clock ?? realClock
  let settle: (isConnected: boolean) => void = () => undefined
  const connected = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  const cancel = clock.after(CONNECT_TIMEOUT_MS, () => settle(false))
  let first: Told | undefined
  let onFirst: (told: Told) => void = () => undefined
  const scanner = createCodeScanner({
    url,
    openLink: options.openLink ?? openLink,
    clock,
    log: options.log ?? (() => undefined),
    onEvent(event) {
      if (event.event !== 'state') {
        first ??= event
        onFirst(first)
      } else if (event.state.state !== 'stopped') {
        cancel()
        settle(event.state.state !== 'unplugged')
      }
    },
  })
  scanner.start()
  return {
    connected,
    state: scanner.state,
    stop: scanner.stop,
    first: (timeoutMs: number) =>
      new Promise<Told | undefined>((resolve) => {
        const giveUp = clock.after(timeoutMs, () => resolve(undefined))
        onFirst = (told) => {
          giveUp()
          resolve(told)
        }
        if (first !== undefined) onFirst(first)
      }),
  }
}

const HELP = `node drivers/code-scanner/cli.ts COMMAND --url URL [options]

  status   whether the scanner's wire opens
  scan     waits for one code; what it says is only shown with --show-text

  --url        serial:///dev/ttyACM0, tcp://host:port, hid://0c2e:0b61?usage=8c
  --wait N     for so many seconds, 30 unless given
  --show-text  print what the code says; without it only its kind and length
  --json       one JSON object on the last line

Exit code: 0 done, 1 the scanner could not do it, 2 the command line is wrong.
`
const EXIT_FAILED = 1
const EXIT_USAGE = 2

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      wait: { type: 'string', default: '30' },
      'show-text': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const [command, ...rest] = positionals
  const isKnown = (command === 'status' || command === 'scan') && rest.length === 0
  if (!isKnown || values.url === undefined || !/^\d+$/.test(values.wait)) {
    process.stderr.write(HELP)
    return EXIT_USAGE
  }
  const result =
    command === 'status'
      ? await probe(values.url)
      : await scanOneCode(values.url, { codeTimeoutMs: Number(values.wait) * 1_000 })
  say(
    values.json,
    'text' in result && !values['show-text'] ? { ...result, text: `${result.text.length} characters` } : result,
  )
  return result.ok ? 0 : EXIT_FAILED
}

function say(json: boolean, result: object): void {
  const words = Object.entries(result).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  process.stdout.write(`${json ? JSON.stringify(result) : words.join('  ')}\n`)
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      if (!(error instanceof TypeError && 'code' in error)) throw error
      process.stderr.write(`${error.message}\n\n${HELP}`)
      process.exitCode = EXIT_USAGE
    },
  )
}

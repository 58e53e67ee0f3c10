import { parseArgs } from 'node:util'
import type { Condition } from '../condition/states.ts'
import type { OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { createSignaturePad } from './driver.ts'
import { type SignaturePadState, type SignatureResult, signaturePadCondition } from './states.ts'

/** One question to one pad, from opening its wire to closing it; and a maintainer's tool around it. */

const CONNECT_TIMEOUT_MS = 4_000
const SIGN_MS = 15_000

export interface AskOptions {
  readonly openLink?: OpenLink
  readonly clock?: Clock
}

export interface PadProbe {
  readonly ok: boolean
  readonly state: SignaturePadState
  readonly condition: Condition
}

export async function probe(url: string, options: AskOptions = {}): Promise<PadProbe> {
  const asked = ask(url, options)
  const ok = await asked.connected
  const state = asked.pad.state()
  await asked.pad.stop()
  return { ok, state, condition: signaturePadCondition(state) }
}

/** Lets somebody sign for `signMs` and gives what was written then. */
export async function signOnce(
  url: string,
  options: AskOptions & { readonly signMs?: number } = {},
): Promise<SignatureResult> {
  const { clock = realClock, signMs = SIGN_MS } = options
  const asked = ask(url, options)
  await asked.connected
  const begun = asked.pad.begin()
  if (begun.ok) {
    await new Promise<void>((resolve) => {
      clock.after(signMs, resolve)
    })
  }
  const result = begun.ok ? asked.pad.finish() : begun
  await asked.pad.stop()
  return result
}

function ask(url: string, options: AskOptions) {
  const clock = options.clock ?? realClock
  let settle: (isConnected: boolean) => void = () => undefined
  const connected = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  const cancel = clock.after(CONNECT_TIMEOUT_MS, () => settle(false))
  const pad = createSignaturePad({
    url,
    openLink: options.openLink ?? openLink,
    clock,
    log: () => undefined,
    onEvent(event) {
      if (event.event !== 'state') return
      cancel()
      settle(event.state.state === 'ready')
    },
  })
  pad.start()
  return { pad, connected }
}

const HELP = `node drivers/signature-pad/cli.ts COMMAND --url URL [options]

  status   whether a pad is there that can be read
  sign     lets you sign for some seconds and tells how much came

  --url      hid://056a:00a8
  --seconds  how long, 15 unless given
  --json     one JSON object on the last line

Exit code: 0 done, 1 the pad could not do it, 2 the command line is wrong.
`
const EXIT_FAILED = 1
const EXIT_USAGE = 2

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      seconds: { type: 'string', default: '15' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const [command] = positionals
  const isKnown = positionals.length === 1 && (command === 'status' || command === 'sign')
  if (!isKnown || values.url === undefined || !/^\d+$/.test(values.seconds)) {
    process.stderr.write(HELP)
    return EXIT_USAGE
  }
  const told =
    command === 'status'
      ? await probe(values.url)
      : shown(await signOnce(values.url, { signMs: Number(values.seconds) * 1_000 }))
  const words = Object.entries(told).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  process.stdout.write(`${values.json ? JSON.stringify(told) : words.join('  ')}\n`)
  return told.ok ? 0 : EXIT_FAILED
}

/** How much was written, never what. */
function shown(result: SignatureResult) {
  if (!result.ok) return result
  const { strokes, sha256, cut } = result.signature
  return { ok: true, strokes: strokes.length, points: strokes.flat().length, sha256, cut }
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

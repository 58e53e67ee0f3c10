import { parseArgs } from 'node:util'
import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { createConversation } from './conversation.ts'
import { createReceiptPrinter } from './driver.ts'
import { SAMPLE_RECEIPT } from './sample-receipt.ts'
import type { PrintResult, ReceiptPrinterState } from './states.ts'
import { stateOf } from './status.ts'
import { DEFAULT_TIMING } from './timing.ts'

const HELP = `Look at a receipt printer, or let it print a test receipt.

  node drivers/receipt-printer/cli.ts status --url URL [--json]
  node drivers/receipt-printer/cli.ts print-test --url URL [--json]

  --url   tcp://192.0.2.7:9100 or serial:///dev/ttyUSB0?baud=115200
  --json  one JSON object on the last line
  --help  this text

Exit code: 0 ready or printed; 1 not; 2 wrong arguments.
`

/** What a maintainer does next; a state that needs nothing has no entry. */
const ADVICE: Partial<Record<ReceiptPrinterState['state'], string>> = {
  'paper-out': 'Put in a new roll of paper and close the cover.',
  'cover-open': 'Close the cover until it clicks.',
  'cutter-error': 'Switch the printer off, open the cover, clear the paper out of the cutter, switch it on.',
  'head-hot': 'Wait a few minutes until the print head has cooled.',
  error: 'Let go of the feed key; else switch the printer off and on.',
  unplugged: 'Check power, cable and the address in --url.',
  'no-answer': 'Check baud rate and cable; another program may be using the printer.',
}

async function readState(url: string): Promise<ReceiptPrinterState> {
  const opened = await openLink(url, DEFAULT_TIMING.openTimeoutMs)
  if (!opened.ok) return { state: 'unplugged', cause: opened.fault }
  const ignore = (): void => undefined
  const conversation = createConversation(opened.link, realClock, { onAutoStatus: ignore, onLost: ignore })
  const reading = await conversation.readStatus(DEFAULT_TIMING.answerTimeoutMs)
  await conversation.close()
  if (reading.ok) return stateOf(reading.status)
  if (reading.fault === 'lost') return { state: 'unplugged', cause: reading.link.fault }
  return { state: 'no-answer', garbledBytes: reading.garbled }
}

async function printTest(url: string): Promise<PrintResult> {
  const nothing = (): void => undefined
  const printer = createReceiptPrinter({ url, openLink, clock: realClock, onEvent: nothing, log: nothing })
  printer.start()
  const result = await printer.print(SAMPLE_RECEIPT, { jobId: 'print-test' })
  await printer.stop()
  return result
}

function describeState(state: ReceiptPrinterState): string {
  const { state: name, ...rest } = state
  const details = Object.entries(rest).map(([key, value]) => `${key}: ${value}`)
  return [[name, ...details].join(', '), ADVICE[name]].filter(Boolean).join('\n')
}

/** The arguments, or what is wrong with them. */
function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { url: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    })
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}

/** Answers the exit code. */
async function main(args: string[]): Promise<number> {
  const parsed = readArguments(args)
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n\n${HELP}`)
    return 2
  }
  const { values, positionals } = parsed
  const [command] = positionals
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  if ((command !== 'status' && command !== 'print-test') || values.url === undefined) {
    process.stderr.write(HELP)
    return 2
  }
  const say = (answer: object, sentence: string): void =>
    void process.stdout.write(`${values.json === true ? JSON.stringify(answer) : sentence}\n`)
  if (command === 'status') {
    const state = await readState(values.url)
    say(state, describeState(state))
    return state.state === 'ready' ? 0 : 1
  }
  const result = await printTest(values.url)
  const sentence = result.ok
    ? 'Printed: the printer said so.'
    : `Not printed (${result.fault}; paper: ${result.paper}).\n${describeState(result.state)}`
  say(result, sentence)
  return result.ok ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))

import { parseArgs } from 'node:util'
import { realClock } from '../transport/clock.ts'
import { DEFAULT_BAUD } from '../transport/device-url.ts'
import { openLink } from '../transport/open-link.ts'
import { probe, readOneCard } from './ask.ts'
import { createIdCardReader, type IdCardReader } from './driver.ts'
import type { ReaderLogLine } from './log.ts'
import { measureReadings } from './measure.ts'
import { SAMPLE_PERSONS, samplePerson } from './sample-persons.ts'
import { createCardReaderSimulator } from './simulator.ts'
import type { CardReaderEvent } from './states.ts'
import { sw3Text } from './status-words.ts'

export { probe, readOneCard } from './ask.ts'

/** A maintainer's tool: try a reader, or play one, without the terminal around it. */

const HELP = `node drivers/id-card-reader/cli.ts COMMAND [options]

  watch    --url URL [--json] [--show-fields] [--address] [--count N]
           tells what the reader tells, until Ctrl-C or N cards were read
  read     --url URL [--json] [--show-fields] [--address] [--fingerprint] [--management] [--wait SECONDS]
           waits for one card and reads it once
  status   --url URL [--json]      asks the SAM module for its status
  id       --url URL [--json]      asks the SAM module for its number
  simulate --listen PORT | --attach URL  [--baud N] [--card ID]
           plays a reader over TCP, or over one end of a serial cable or PTY
  measure  [--wire pty|tcp] [--readings N] [--json]
           reads from the paced simulator and compares with the wire time

  URL          serial:///dev/ttyUSB0?baud=115200, serial://COM3, tcp://host:port, hid://0400:c35a
  --json       one JSON object a line
  --show-fields  print what is on the card; without it only the card's type is shown
  --address    ask each card for its additional address too, --fingerprint for its fingerprints (only their
               size is shown), --management for its management number
  --wait       for how long, 30 seconds unless given
  --baud       speed of the imitated wire, ${DEFAULT_BAUD} unless given, 0 = not paced
  --card       ${SAMPLE_PERSONS.map(({ id }) => id).join(', ')}, foreigner-2017, foreigner-2023, hk-mo-tw,
               impossible-date, wrong-check-digit

Exit code: 0 done, 1 the reader could not do it, 2 the command line is wrong.
`
const EXIT_FAILED = 1
const EXIT_USAGE = 2

type Values = ReturnType<typeof parse>['values']

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
      'show-fields': { type: 'boolean', default: false },
      address: { type: 'boolean', default: false },
      fingerprint: { type: 'boolean', default: false },
      management: { type: 'boolean', default: false },
      wait: { type: 'string', default: '30' },
      count: { type: 'string' },
      listen: { type: 'string' },
      attach: { type: 'string' },
      baud: { type: 'string' },
      card: { type: 'string' },
      wire: { type: 'string', default: 'pty' },
      readings: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}

class UsageError extends Error {}

function say(json: boolean, object: Record<string, unknown>): void {
  const line = json
    ? JSON.stringify(object)
    : Object.entries(object)
        .map(([key, value]) => `${key}: ${text(value)}`)
        .join('  ')
  process.stdout.write(`${line}\n`)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new UsageError(`--${name} "${value}" is not a whole number`)
  return Number(value)
}

function openReader(values: Values, onEvent: (event: CardReaderEvent) => void): IdCardReader {
  const reader = createIdCardReader({
    url: urlOf(values),
    openLink,
    clock: realClock,
    additionalAddress: values.address,
    onEvent,
    log: warnings,
  })
  reader.start()
  return reader
}

async function watch(values: Values): Promise<number> {
  const wanted = values.count === undefined ? Number.POSITIVE_INFINITY : wholeNumber('count', values.count)
  let cards = 0
  await new Promise<void>((resolve) => {
    const reader = openReader(values, (event) => {
      say(values.json, shown(event, values['show-fields']))
      if (event.event === 'card') cards += 1
      if (cards >= wanted) void reader.stop().then(resolve)
    })
    process.once('SIGINT', () => void reader.stop().then(resolve))
  })
  return 0
}

/** Personal data goes to a terminal window only when asked for; the photo never. */
function shown(event: CardReaderEvent, showFields: boolean): Record<string, unknown> {
  if (event.event !== 'card') return event
  const tookMs = Math.round((event.timing.fieldsAtMs - event.timing.foundAtMs) * 10) / 10
  const { cardType } = event.card
  return { event: 'card', readId: event.readId, tookMs, card: showFields ? event.card : { cardType } }
}

async function askModule(values: Values, question: 'status' | 'id'): Promise<number> {
  const { ok, samId, samStatus, state } = await probe(urlOf(values), { log: warnings })
  if (samStatus === undefined) say(values.json, { ok, ...state })
  else if (!samStatus.ok) {
    const sw3 = samStatus.fault === 'refused' ? { sw3: sw3Text(samStatus.sw3) } : {}
    say(values.json, { ok, fault: samStatus.fault, ...sw3 })
  } else say(values.json, question === 'status' ? { ok } : { ok: samId !== null, samId })
  return ok && (question === 'status' || samId !== null) ? 0 : EXIT_FAILED
}

async function read(values: Values): Promise<number> {
  const result = await readOneCard(urlOf(values), {
    log: warnings,
    additionalAddress: values.address,
    fingerprint: values.fingerprint,
    managementNumber: values.management,
    cardTimeoutMs: wholeNumber('wait', values.wait) * 1_000,
  })
  if (!result.ok) {
    say(values.json, { ...result })
    return EXIT_FAILED
  }
  const { card, wlt, fingerprint, photo } = result
  say(values.json, {
    ok: true,
    tookMs: Math.round(result.tookMs * 10) / 10,
    card: values['show-fields'] ? card : { cardType: card.cardType },
    wltBytes: wlt.length,
    ...(fingerprint === undefined ? {} : { fingerprintBytes: fingerprint.length }),
    photo: photo.ok ? 'decoded' : photo.fault,
  })
  return 0
}

function urlOf(values: Values): string {
  if (values.url === undefined) throw new UsageError('--url is needed')
  return values.url
}

function warnings(line: ReaderLogLine): void {
  if (line.level !== 'info') process.stderr.write(`${JSON.stringify(line)}\n`)
}

async function simulate(values: Values): Promise<number> {
  const baud = values.baud === undefined ? DEFAULT_BAUD : wholeNumber('baud', values.baud)
  const person = values.card === undefined ? undefined : samplePerson(values.card)
  if (values.card !== undefined && person === undefined) throw new UsageError(`--card "${values.card}" is not known`)
  if ((values.listen === undefined) === (values.attach === undefined)) {
    throw new UsageError('either --listen or --attach is needed')
  }
  const simulator = createCardReaderSimulator({ baud })
  if (values.attach !== undefined) {
    const attached = await simulator.attach(values.attach)
    if (!attached.ok) {
      say(values.json, { ...attached })
      return EXIT_FAILED
    }
    say(values.json, { simulating: values.attach })
  } else {
    say(values.json, { simulating: await simulator.listen(wholeNumber('listen', values.listen ?? '')) })
  }
  if (person !== undefined) simulator.putCard(person)
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()))
  await simulator.close()
  return 0
}

async function measure(values: Values): Promise<number> {
  if (values.wire !== 'pty' && values.wire !== 'tcp') throw new UsageError(`--wire "${values.wire}" is not pty or tcp`)
  const result = await measureReadings({ readings: wholeNumber('readings', values.readings), wire: values.wire })
  say(
    values.json,
    result.ok ? { ...result, foundToFieldsMs: result.foundToFieldsMs.map((ms) => Math.round(ms * 10) / 10) } : result,
  )
  return result.ok ? 0 : EXIT_FAILED
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args)
  const [command, ...rest] = positionals
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (command === undefined) throw new UsageError('a command is needed')
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is too much`)
  if (command === 'watch') return watch(values)
  if (command === 'status' || command === 'id') return askModule(values, command)
  if (command === 'read') return read(values)
  if (command === 'simulate') return simulate(values)
  if (command === 'measure') return measure(values)
  throw new UsageError(`"${command}" is not a command`)
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
      if (!isUsage) throw error
      process.stderr.write(`${error.message}\n\n${HELP}`)
      process.exitCode = EXIT_USAGE
    },
  )
}

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printOnce } from '../document-printer/cli.ts'
import { scan } from '../document-scanner/cli.ts'
import { ScanOptionsSchema } from '../document-scanner/states.ts'
import type { HostedClass } from '../host/classes.ts'
import { readOneCard } from '../id-card-reader/cli.ts'
import { createProgramDecoder } from '../id-card-reader/wlt-decoder.ts'
import { readCard as readSmartCard } from '../smart-card/cli.ts'
import { checkAll, readDevices } from './check.ts'
import { listDevices } from './list.ts'
import { classesOf, type Probe, probe } from './probe.ts'

const HELP = `npm run device -- list | check | probe URL | read-card URL | print URL FILE | scan URL   [--json]

  list               what is plugged in, as addresses to try; opens nothing
  check              every device of --settings FILE (default: settings.json), one line each: the report that the
                     maintenance page shows and prints
  probe URL          how the device is now; --class says which, where an address fits several
  read-card URL      one resident ID card (serial, tcp, hid) or social-security card (pcsc); shows what stands on it;
                     --wlt-decoder PROGRAM makes a picture of its photo, --photo FILE keeps it (BMP)
  print URL FILE     a PDF on an A4 printer (ipp, ipps, cups); --copies N, --sides two-sided-long-edge
  scan URL           pages into --out DIR (default: scans); --source flatbed|feeder, --duplex, --mode colour|grey,
                     --dpi 200|300, --format image/jpeg|image/png|application/pdf

  --json   one JSON object as the last line
Exit code: 0 it works, or was done; 1 not; 2 wrong arguments.
`

/** What a maintainer does next. */
const ADVICE: Readonly<Record<Probe['condition']['mend'], string>> = {
  nobody: '',
  citizen: 'whoever stands there can mend it',
  staff: 'hall staff can mend it: look at paper, covers, cable and power',
  maintainer: 'a maintainer is needed: check the address and the device',
}

class Usage extends Error {}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        settings: { type: 'string', default: 'settings.json' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        class: { type: 'string' },
        copies: { type: 'string' },
        sides: { type: 'string' },
        'wlt-decoder': { type: 'string' },
        photo: { type: 'string' },
        out: { type: 'string', default: 'scans' },
        source: { type: 'string', default: 'flatbed' },
        duplex: { type: 'boolean', default: false },
        mode: { type: 'string', default: 'colour' },
        dpi: { type: 'string', default: '300' },
        format: { type: 'string' },
      },
    })
  } catch (error) {
    throw new Usage((error as Error).message)
  }
}
type Values = ReturnType<typeof read>['values']

function classOf(url: string, wanted: string | undefined): HostedClass {
  const classes = classesOf(url)
  const [first] = classes
  if (first === undefined) throw new Usage(`${url} is no device address`)
  if (wanted === undefined) return first
  const named = classes.find((each) => each === wanted)
  if (named === undefined) throw new Usage(`${url} is not for ${wanted}; it is for ${classes.join(', ')}`)
  return named
}

interface Answer {
  readonly ok: boolean
  readonly lines: readonly string[]
  readonly result: unknown
}

async function list(): Promise<Answer> {
  const listing = await listDevices()
  const lines = Object.entries(listing).flatMap(([kind, each]) => {
    if (!each.ok) return [`${kind}: ${each.detail}`]
    if (each.seen.length === 0) return [`${kind}: none`]
    return [`${kind}:`, ...each.seen.map(({ url, what }) => `  ${url}  ${what}`)]
  })
  return { ok: true, lines, result: listing }
}

async function check({ settings }: Values): Promise<Answer> {
  const named = await readDevices(settings)
  if (!named.ok) throw new Usage(named.detail)
  const found = await checkAll(named.plan)
  const wide = Math.max(0, ...found.rows.map(({ url }) => url.length))
  const lines = found.rows.map(({ device, url, condition, used }) => {
    const { condition: how, severity, mend } = condition
    const sign = { normal: 'ok     ', warning: 'warning', alarm: 'ALARM  ' }[severity]
    const next = ADVICE[mend] === '' ? '' : `; ${ADVICE[mend]}`
    return `${sign}  ${device.padEnd(17)}  ${url.padEnd(wide)}  ${used ? '' : '(not used now) '}${how}${next}`
  })
  const summary = found.ready ? 'ready' : `not ready: ${found.missing.join(', ')}`
  return { ok: found.ready, lines: [...lines, summary], result: found }
}

async function probed(url: string, values: Values): Promise<Answer> {
  const found = await probe(classOf(url, values.class), url)
  const { condition, severity, mend } = found.condition
  const lines = [`${found.device}  ${url}`, `  ${condition} (${severity})  ${JSON.stringify(found.state)}`]
  if (ADVICE[mend] !== '') lines.push(`  ${ADVICE[mend]}`)
  return { ok: found.fit, lines, result: found }
}

async function card(url: string, values: Values): Promise<Answer> {
  if (classOf(url, undefined) === 'smart-card') {
    const result = await readSmartCard(url)
    const lines = result.ok ? fieldLines(result.card.fields) : [`not read: ${result.fault}`]
    return { ok: result.ok, lines, result }
  }
  const { 'wlt-decoder': command, photo: file } = values
  const wltDecoder = command === undefined ? undefined : createProgramDecoder({ command })
  const answer = await readOneCard(url, wltDecoder === undefined ? {} : { wltDecoder })
  if (!answer.ok) {
    const result = { ok: false, fault: answer.fault, state: answer.state }
    return { ok: false, lines: [`not read: ${answer.fault} ${JSON.stringify(answer.state)}`], result }
  }
  const { card: found, wlt, photo, tookMs } = answer
  if (file !== undefined && photo.ok) await writeFile(file, photo.bmp)
  const result = { ok: true, card: found, wltBytes: wlt.length, photo: photo.ok ? 'decoded' : photo.fault, tookMs }
  return { ok: true, lines: [found.cardType, ...fieldLines(found.fields), `photo: ${result.photo}`], result }
}

function fieldLines(fields: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(fields).map(([name, value]) => `  ${name.padEnd(18)}${value ?? ''}`)
}

async function print(url: string, file: string, { copies, sides }: Values): Promise<Answer> {
  if (classOf(url, undefined) !== 'document-printer') throw new Usage(`${url} is no A4 printer`)
  const known = (['one-sided', 'two-sided-long-edge', 'two-sided-short-edge'] as const).find((each) => each === sides)
  if (sides !== undefined && known === undefined) throw new Usage(`--sides ${sides} is unknown`)
  const result = await printOnce(
    url,
    {
      pdf: await readFile(file),
      ...(copies === undefined ? {} : { copies: Number(copies) }),
      ...(known === undefined ? {} : { sides: known }),
    },
    (state) => process.stderr.write(`${state.state}\n`),
  )
  return {
    ok: result.ok,
    lines: [result.ok ? 'printed' : `not printed: ${result.fault} (paper: ${result.paper})`],
    result,
  }
}

async function scanned(url: string, values: Values): Promise<Answer> {
  if (classOf(url, undefined) !== 'document-scanner') throw new Usage(`${url} is no scanner`)
  const { source, duplex, mode, dpi, format = url.startsWith('sane:') ? 'image/png' : 'image/jpeg', out } = values
  const asked = ScanOptionsSchema.safeParse({ source, ...(duplex ? { duplex } : {}), mode, dpi: Number(dpi), format })
  if (!asked.success)
    throw new Usage(asked.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('; '))
  await mkdir(out, { recursive: true })
  const ending = { 'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf' }[asked.data.format]
  const files: string[] = []
  const writing: Promise<void>[] = []
  const result = await scan(url, asked.data, {
    onPage({ page, bytes }) {
      const file = join(out, `page-${page}.${ending}`)
      files.push(file)
      writing.push(writeFile(file, bytes))
      process.stderr.write(`page ${page}: ${bytes.length} bytes\n`)
    },
  })
  await Promise.all(writing)
  const lines = [...files, result.ok ? `${result.pages} pages` : `not scanned to the end: ${result.fault}`]
  return { ok: result.ok, lines, result: { ...result, files } }
}

async function run(): Promise<number> {
  const { values, positionals } = read()
  const [what, url, file] = positionals
  if (values.help || what === undefined) {
    process.stdout.write(HELP)
    return values.help ? 0 : 2
  }
  let answer: Answer
  if (what === 'list') answer = await list()
  else if (what === 'check') answer = await check(values)
  else if (url === undefined) throw new Usage(`${what} needs an address`)
  else if (what === 'probe') answer = await probed(url, values)
  else if (what === 'read-card') answer = await card(url, values)
  else if (what === 'scan') answer = await scanned(url, values)
  else if (what !== 'print') throw new Usage(`there is no "${what}"`)
  else if (file === undefined) throw new Usage('print needs a file')
  else answer = await print(url, file, values)
  process.stdout.write(`${answer.lines.join('\n')}\n`)
  if (values.json) process.stdout.write(`${JSON.stringify(answer.result)}\n`)
  return answer.ok ? 0 : 1
}

run().then(
  (code) => {
    // A driver's last timer must not hold the answer back.
    process.exit(code)
  },
  (error: unknown) => {
    if (!(error instanceof Usage)) throw error
    process.stderr.write(`${error.message}\n\n${HELP}`)
    process.exit(2)
  },
)

import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { renderPaperPng } from '../../drivers/receipt-printer/paper-png.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { findChromium } from '../support/chromium.ts'
import { type Promised, recount } from '../support/recount.ts'
import { endVisit, statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { hubRows, openWorld, readJson, type World } from '../support/world.ts'

const HELP = `The main job without hands: card, form, submit without network, print, reconnect, hub receipt.

  npm run demo -- [--json] [--keep DIR]
  --json       one JSON object as the last line
  --keep DIR   leave there promised.jsonl, hub.jsonl, journal/, printed/, key-set.jws, provisioning.json, pages/

Needs Chromium, and socat for the card reader's PTY: npm run setup. Exit code 1 when a promise was not kept.
`

const PERSON = 'zhou-mingyuan'
const STEP_TIMEOUT_MS = 60_000

interface Outcome {
  readonly cardRead: boolean
  readonly submittedOffline: number
  readonly printed: boolean
  readonly received: number
  readonly receiptVerified: boolean
  readonly lost: number
  readonly duplicated: number
  readonly [more: string]: unknown
}

async function demo(keep: string, say: (line: string) => void): Promise<Outcome> {
  const startedMs = performance.now()
  const world = await openWorld({ dataDir: join(keep, 'data'), pty: true })
  try {
    if (world.wire !== 'pty') throw new Error('no PTY for the card reader: socat is missing (npm run setup)')
    say('hub, simulated devices and cable are up; the card reader hangs on a real PTY')
    await world.startTerminal()
    const page = await world.openPage()
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    await statusShows(page, 'connected')
    const ticket = await walkOffline(world, page, join(keep, 'pages'), say)

    await world.stack.bench.network.restore()
    say('the network is back')
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
    say('the hub’s receipt is in the journal')
    await page.screenshot({ path: join(keep, 'pages', 'delivered.png') })
    await endVisit(page)
    await page.getByTestId('idle-page').waitFor()

    const rows = await hubRows(world.stack)
    const cardRead = world.log.some((line) => line.event === 'card-read')
    const printed = world.log.some((line) => line.event === 'receipt-printed') && (await keepPapers(world, keep)) === 1
    const browser = page.context().browser()?.version() ?? 'Chromium'
    await world.close()

    const promised = await promises(world, [ticket])
    await keepFiles(world, keep, promised, rows)
    const provisioning = (await readJson(world.stack.provisioningFile)) as { rootKeySha256: string }
    const counted = await recount({
      promised,
      hubRows: rows,
      journalDir: join(keep, 'journal'),
      keySetJws: await readFile(join(keep, 'key-set.jws'), 'utf8'),
      rootKeySha256: provisioning.rootKeySha256,
    })
    return {
      cardRead,
      submittedOffline: promised.length,
      printed,
      ...counted,
      reader: world.wire,
      printer: 'tcp',
      browser,
      node: process.version,
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    }
  } catch (error) {
    await world.close()
    throw error
  }
}

/** Card, choice, form, and a submission while the cable is cut; answers the ticket on the screen. */
async function walkOffline(
  world: World,
  page: Page,
  picturesDir: string,
  say: (line: string) => void,
): Promise<string> {
  await mkdir(picturesDir, { recursive: true })
  const picture = async (name: string) => {
    await page.screenshot({ path: join(picturesDir, `${name}.png`) })
    say(`page: ${name}`)
  }
  await walkToConfirm(page, world.stack.bench, PERSON, picture)
  await world.stack.bench.network.cut()
  await statusShows(page, 'no-network')
  say('the network is cut')
  const ticket = await submitForTicket(page)
  say(`accepted without network, ticket ${ticket.slice(0, 4)} ${ticket.slice(4)}`)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await picture('receipt-offline')
  if ((await hubRows(world.stack)).length !== 0) throw new Error('the hub has a row although the network is cut')
  return ticket
}

/** The journal says which submission a ticket is, and what its hash was when it was promised. */
async function promises(world: World, tickets: readonly string[]): Promise<readonly Promised[]> {
  const ledger = new Ledger()
  const opened = await openJournal({
    dir: join(world.stack.terminalDir, 'journal'),
    log: () => undefined,
    onEntry: (entry) => ledger.apply(entry),
  })
  if (!opened.ok) throw new Error(`the journal cannot be read: ${opened.fault}`)
  await opened.journal.close()
  return tickets.map((ticket) => {
    const item = ledger.byTicket(ticket)
    if (item === undefined) throw new Error(`ticket ${ticket} was shown but is not in the journal`)
    return { id: item.submissionId, ticket, sha256: item.envelopeSha256 }
  })
}

async function keepPapers(world: World, keep: string): Promise<number> {
  const dir = join(keep, 'printed')
  await mkdir(dir, { recursive: true })
  const papers = world.stack.bench.printer.papers()
  for (const [index, { paper, bytes }] of papers.entries()) {
    await writeFile(join(dir, `${index + 1}.escpos`), bytes)
    await writeFile(join(dir, `${index + 1}.svg`), world.stack.bench.printer.svg(paper))
    const rendered = await renderPaperPng(paper, findChromium())
    if (rendered.ok) await writeFile(join(dir, `${index + 1}.png`), rendered.png)
  }
  return papers.length
}

async function keepFiles(
  world: World,
  keep: string,
  promised: readonly Promised[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
  await writeFile(join(keep, 'promised.jsonl'), lines(promised))
  await writeFile(join(keep, 'hub.jsonl'), lines(rows))
  await cp(join(world.stack.terminalDir, 'journal'), join(keep, 'journal'), { recursive: true })
  await cp(join(world.stack.terminalDir, 'trust', 'key-set.jws'), join(keep, 'key-set.jws'))
  await cp(world.stack.provisioningFile, join(keep, 'provisioning.json'))
}

function holds(outcome: Outcome): boolean {
  const { cardRead, submittedOffline, printed, received, receiptVerified, lost, duplicated } = outcome
  return (
    cardRead && submittedOffline === 1 && printed && received === 1 && receiptVerified && lost === 0 && duplicated === 0
  )
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(HELP)
} else {
  const keep = values.keep === undefined ? await mkdtemp(join(tmpdir(), 'bianmin-demo-')) : resolve(values.keep)
  await mkdir(keep, { recursive: true })
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const outcome = await demo(keep, say)
  say(`files: ${keep}`)
  process.stdout.write(values.json ? `${JSON.stringify(outcome)}\n` : `${JSON.stringify(outcome, null, 2)}\n`)
  process.exit(holds(outcome) ? 0 : 1)
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openSmallDisk, type SmallDisk } from '../small-disk.ts'
import type { Cell, Fact } from './cell.ts'
import { openPeerBrowser, type PeerBrowser, type PeerName, type PeerWindow } from './peer-browser.ts'

/** Each fact's circumstances for RxDB and PouchDB alike: a queue in the page, a hub of its own, and what came of it. */
export interface PeerOptions {
  readonly name: PeerName
  readonly dir: string
  readonly pageDir: string
}

const DISK_MEGABYTES = 60
const SETTLED_MS = 5_000
/** Left free when the disk is "full": a database that runs out at another place behaves otherwise. */
export const FREE_BYTES = [0, 50_000, 120_000] as const
const HOUR_MS = 3_600_000
const SMALL_BYTES = 1_000
/** So that a full disk is noticed soon. */
const LARGE_BYTES = 20_000

export async function peerCell(fact: Fact['number'], options: PeerOptions): Promise<Cell | string> {
  const dir = join(options.dir, `fact-${fact}-${options.name}`)
  mkdirSync(dir, { recursive: true })
  const needsDisk = fact <= 2
  const mounted = needsDisk ? openSmallDisk(join(dir, 'disk'), DISK_MEGABYTES, ['tmpfs']) : undefined
  if (mounted !== undefined && !mounted.ok) return mounted.why
  const disk = mounted?.disk
  const profile = join(disk?.dir ?? dir, 'profile')
  const browser = await openPeerBrowser({ ...options, dir, profile })
  try {
    return await FACT_RUNS[fact]({ browser, disk })
  } finally {
    await browser.close()
    disk?.close()
  }
}

interface Run {
  readonly browser: PeerBrowser
  readonly disk: SmallDisk | undefined
}
const FACT_RUNS: Readonly<Record<Fact['number'], (run: Run) => Promise<Cell>>> = {
  1: diskFullThenKilled,
  2: diskFullForAMoment,
  3: clockCorrected,
  4: oneReadFails,
  5: poison,
  6: rolledBack,
}

/** Three rounds with more and more room left on the full disk: what a store does depends on where exactly it ran out. */
async function diskFullThenKilled({ browser, disk }: Run): Promise<Cell> {
  const saved: string[] = []
  const said: string[] = []
  const rounds: string[] = []
  for (const [round, freeBytes] of FREE_BYTES.entries()) {
    await browser.start()
    const before = saved.length
    await insertMany(browser, `before-${round}`, 51, SMALL_BYTES, saved, said)
    disk?.fill(freeBytes)
    await insertMany(browser, `full-${round}`, 10, LARGE_BYTES, saved, said)
    const onFull = saved.length - before - 51
    await browser.end('kill')
    const seen: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      seen.push(await idsAfterStart(browser))
      await browser.end('kill')
    }
    disk?.empty()
    const after = await idsAfterStart(browser)
    await tried(() => sendAndSettle(browser, false), 'could not send')
    rounds.push(
      `${freeBytes} bytes left: ${saved.length} queued (${onFull} of 10 saved on the full disk), its queue shows ${seen.join(' / ')} at three starts, ${after} with room again`,
    )
  }
  return cell(browser, saved, { told: said[0] ?? '', note: rounds.join('; '), isOver: true })
}

async function diskFullForAMoment({ browser, disk }: Run): Promise<Cell> {
  const saved: string[] = []
  const said: string[] = []
  await browser.start()
  await insertMany(browser, 'before', 51, SMALL_BYTES, saved, said)
  disk?.fill(0)
  await insertMany(browser, 'full', 10, LARGE_BYTES, saved, said)
  const onFull = saved.length - 51
  disk?.empty()
  const afterwards: string[] = []
  const saidAfterwards: string[] = []
  await insertMany(browser, 'room', 20, SMALL_BYTES, afterwards, saidAfterwards)
  saved.push(...afterwards)
  await browser.end('close')
  await browser.start()
  const settled = await sendAndSettle(browser, false)
  return cell(browser, saved, {
    told: said[0] ?? '',
    note: `${onFull} of 10 saved on the full disk; with room again ${afterwards.length} of 20 saved without a restart${saidAfterwards[0] === undefined ? '' : ` (${saidAfterwards[0]})`}; after a restart sending said "${settled}"`,
    isOver: true,
    refused: 20 - afterwards.length,
  })
}

async function clockCorrected({ browser }: Run): Promise<Cell> {
  const saved: string[] = []
  const settled: string[] = []
  for (const [id, clockOffsetMs] of [
    ['A', HOUR_MS],
    ['B', 0],
    ['C', 0],
    ['D', 2 * HOUR_MS],
  ] as const) {
    await browser.start({ clockOffsetMs })
    await insertOne(browser, id, SMALL_BYTES, saved, [])
    settled.push(`${id} ${await sendAndSettle(browser, false)}`)
  }
  const told = await toldBy(browser)
  return cell(browser, saved, { told, note: `each start sends to its end: ${settled.join(', ')}`, isOver: true })
}

async function oneReadFails({ browser }: Run): Promise<Cell> {
  const saved: string[] = []
  await browser.start()
  await send(browser, true)
  await insertOne(browser, 'A', SMALL_BYTES, saved, [])
  await settle(browser)
  const said: string[] = []
  // RxDB's cycle begins inside the insert; PouchDB's own insert reads too, and is not what is under test.
  if (browser.name === 'rxdb') await browser.failOneRead()
  await insertOne(browser, 'B', SMALL_BYTES, saved, said)
  if (browser.name === 'pouchdb') await browser.failOneRead()
  await settle(browser)
  const struck = await browser.readFailed()
  await insertOne(browser, 'C', SMALL_BYTES, saved, said)
  const first = await settle(browser)
  await browser.page().evaluate(() => (globalThis as PeerWindow).peer.again())
  const again = await settle(browser)
  const told = await toldBy(browser)
  await browser.start()
  const restarted = await sendAndSettle(browser, true)
  return cell(browser, saved, {
    told: [...said, told].filter((each) => each !== '').join(' | '),
    note: `${said.length} of 3 not saved, and the user told so; the read ${struck ? 'failed' : 'DID NOT FAIL'}; said then "${first}", asked again "${again}", after a restart "${restarted}"`,
    isOver: restarted !== 'still running',
  })
}

async function poison({ browser }: Run): Promise<Cell> {
  const saved: string[] = []
  await browser.control({ poison: 'doc-01' })
  await browser.start()
  await insertMany(browser, 'doc', 21, SMALL_BYTES, saved, [])
  const while_ = await sendAndSettle(browser, true)
  const { ids, calls } = await browser.hub()
  const told = await toldBy(browser)
  const blocked = 20 - ids.filter((id) => id !== 'doc-01').length
  await browser.control({ poison: null })
  await browser.page().evaluate(() => (globalThis as PeerWindow).peer.again())
  await settle(browser)
  await browser.start()
  const after = await sendAndSettle(browser, true)
  const result = await cell(browser, saved, {
    told,
    note: `while refused: ${ids.length} arrived in ${calls[browser.name]} calls, said "${while_}"; when the hub took it again and after a restart "${after}"`,
    isOver: after !== 'still running',
  })
  return { ...result, blocked }
}

async function rolledBack({ browser }: Run): Promise<Cell> {
  const saved: string[] = []
  const seen: string[] = []
  for (const [ids, version] of [
    [['A', 'B'], 0],
    [['C'], 1],
    [['D'], 0],
    [[], 1],
  ] as const) {
    await browser.start({ version })
    for (const id of ids) await insertOne(browser, id, SMALL_BYTES, saved, [])
    seen.push(`v${version}: ${(await idsOf(browser)).sort().join('')}`)
  }
  const settled = await sendAndSettle(browser, false)
  seen.push(`after sending ${(await idsOf(browser)).sort().join('')}`)
  const told = await toldBy(browser)
  return cell(browser, saved, {
    told,
    note: `the queue shows ${seen.join(', ')}; sending said "${settled}"`,
    isOver: true,
  })
}

/** Lost: saved, not at the hub, and the peer says that it is done. Blocked: not at the hub, and it still tries. */
async function cell(
  browser: PeerBrowser,
  saved: readonly string[],
  words: { told: string; note: string; isOver: boolean; refused?: number },
): Promise<Cell> {
  const { ids } = await browser.hub()
  const missing = saved.filter((id) => !ids.includes(id)).length
  return {
    queued: saved.length,
    arrived: saved.length - missing,
    lost: words.isOver ? missing : 0,
    blocked: (words.isOver ? 0 : missing) + (words.refused ?? 0),
    told: words.told,
    note: words.note,
  }
}

async function insertMany(
  browser: PeerBrowser,
  prefix: string,
  count: number,
  bytes: number,
  saved: string[],
  said: string[],
): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await insertOne(browser, `${prefix}-${String(number).padStart(2, '0')}`, bytes, saved, said)
  }
}

async function insertOne(browser: PeerBrowser, id: string, bytes: number, saved: string[], said: string[]) {
  const fault = await tried(
    () =>
      browser
        .page()
        .evaluate(([name, size]) => (globalThis as PeerWindow).peer.insert(name, size), [id, bytes] as const),
    'the page died',
  )
  if (fault === '') saved.push(id)
  else said.push(fault)
}

async function idsAfterStart(browser: PeerBrowser): Promise<string> {
  return tried(async () => {
    await browser.start()
    return `${(await idsOf(browser)).length}`
  }, 'no answer').then((answer) => (/^\d+$/.test(answer) ? answer : 'an error'))
}

function idsOf(browser: PeerBrowser): Promise<string[]> {
  return browser.page().evaluate(() => (globalThis as PeerWindow).peer.ids())
}

function send(browser: PeerBrowser, live: boolean): Promise<void> {
  return browser.page().evaluate((isLive) => (globalThis as PeerWindow).peer.send(isLive), live)
}

function settle(browser: PeerBrowser): Promise<string> {
  return browser.page().evaluate((limitMs) => (globalThis as PeerWindow).peer.settled(limitMs), SETTLED_MS)
}

async function sendAndSettle(browser: PeerBrowser, live: boolean): Promise<string> {
  await send(browser, live)
  return settle(browser)
}

async function toldBy(browser: PeerBrowser): Promise<string> {
  return (await browser.page().evaluate(() => (globalThis as PeerWindow).peer.told()))[0] ?? ''
}

/** A browser on a full disk may fail at anything: that is a finding, not an error of the campaign. */
async function tried<T, F>(work: () => Promise<T>, otherwise: F): Promise<T | F> {
  try {
    return await work()
  } catch (error) {
    return typeof otherwise === 'string' && error instanceof Error
      ? (`${otherwise}: ${error.message.split('\n')[0]?.slice(0, 120)}` as F)
      : otherwise
  }
}

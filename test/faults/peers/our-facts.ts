import { join } from 'node:path'
import { launchChromium } from '../../support/chromium.ts'
import { newDraft } from '../citizen.ts'
import { type Hall, openHall } from '../hall.ts'
import { appendForeignFrame } from '../journal-bytes.ts'
import { Struck } from '../kinds.ts'
import { until } from '../waiting.ts'
import type { Cell, Fact } from './cell.ts'
import { killChromium } from './chromium-processes.ts'
import { FREE_BYTES } from './peer-facts.ts'

/**
 * Ours in the same circumstances: the terminal as it ships, with its kiosk page and sync worker in a real Chromium where
 * the fact is about the browser's store, and its journal on the same full disk as the browser's profile.
 */
const HOUR_MS = 3_600_000
const DELIVERED_WITHIN_MS = 60_000
const PAGE_WITHIN_MS = 30_000

export async function ourCell(fact: Fact['number'], dir: string): Promise<Cell | string> {
  const hall = await openHall({
    dir: join(dir, `fact-${fact}-ours`),
    kind: 'pglite',
    broken: null,
    mayMount: fact <= 2,
    struck: new Struck(),
  })
  try {
    if (fact <= 2 && hall.disk === undefined) return hall.noDisk ?? 'no small disk'
    await hall.bringUp(false)
    return await FACT_RUNS[fact](hall)
  } finally {
    await hall.close()
  }
}

const FACT_RUNS: Readonly<Record<Fact['number'], (hall: Hall) => Promise<Cell>>> = {
  1: diskFullThenKilled,
  2: diskFullForAMoment,
  3: clockCorrected,
  4: oneReadFails,
  5: poison,
  6: rolledBack,
}

async function diskFullThenKilled(hall: Hall): Promise<Cell> {
  const profile = join(hall.disk?.dir ?? '', 'profile')
  const ids: string[] = []
  const rounds: string[] = []
  let told = ''
  for (const freeBytes of FREE_BYTES) {
    await kiosk(hall, profile)
    hall.proxy.cut()
    const before = await submitMany(hall, 51)
    hall.disk?.fill(freeBytes)
    const onFull = await submitMany(hall, 10)
    told ||= before.told || onFull.told
    ids.push(...before.ids, ...onFull.ids)
    const seen: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      await killChromium(profile)
      await hall.killTerminal()
      seen.push(await shownAfterStart(hall))
    }
    hall.disk?.empty()
    await hall.killTerminal()
    await hall.bringUp(false)
    rounds.push(
      `${freeBytes} bytes left: ${ids.length} queued (${onFull.ids.length} of 10 accepted on the full disk), its queue shows ${seen.join(' / ')} at three starts, ${await waiting(hall)} with room again`,
    )
  }
  await hall.proxy.restore()
  const cell = await delivered(hall, ids, { told, note: rounds.join('; ') })
  await killChromium(profile)
  return cell
}

async function diskFullForAMoment(hall: Hall): Promise<Cell> {
  const { ids } = await submitMany(hall, 51)
  hall.disk?.fill(0)
  const onFull = await submitMany(hall, 10)
  hall.disk?.empty()
  let room = { ids: [] as string[], told: '' }
  // Intake opens again by itself, when the watch looks next.
  await until(async () => {
    room = await submitMany(hall, 1)
    return room.ids.length === 1
  }, DELIVERED_WITHIN_MS)
  const more = await submitMany(hall, 19)
  const after = [...room.ids, ...more.ids]
  return delivered(hall, [...ids, ...onFull.ids, ...after], {
    told: onFull.told,
    note: `${onFull.ids.length} of 10 accepted on the full disk; with room again ${after.length} of 20 without a restart`,
    blocked: 20 - after.length,
  })
}

async function clockCorrected(hall: Hall): Promise<Cell> {
  const ids: string[] = []
  for (const offsetMs of [HOUR_MS, 0, 0, 2 * HOUR_MS]) {
    await hall.killTerminal()
    hall.terminal.setClock(offsetMs === 0 ? null : { offsetMs })
    await hall.bringUp(false)
    ids.push(...(await submitMany(hall, 1)).ids)
  }
  return delivered(hall, ids, { told: '', note: `order by sequence; clock by ${hall.terminal.clockBy}` })
}

async function oneReadFails(hall: Hall): Promise<Cell> {
  const { ids } = await submitMany(hall, 1)
  await delivered(hall, ids, { told: '', note: '' })
  hall.proxy.cut()
  const more = await submitMany(hall, 2)
  await hall.terminal.failOneRead()
  await hall.proxy.restore()
  const all = [...ids, ...more.ids]
  const cell = await delivered(hall, all, { told: '', note: '' })
  const struck = hall.terminal.notes().some(({ note }) => note === 'read-failed')
  const fault = hall.terminal.log.find(({ event }) => event === 'flight-fault' || event === 'main-drain')
  return {
    ...cell,
    told: fault === undefined ? '' : `log: ${String(fault.event)}`,
    note: `the read ${struck ? 'failed' : 'DID NOT FAIL'}; no restart needed`,
  }
}

async function poison(hall: Hall): Promise<Cell> {
  hall.proxy.cut()
  const { ids } = await submitMany(hall, 21)
  const [first = '', ...others] = ids
  hall.proxy.refuse(first)
  await hall.proxy.restore()
  await delivered(hall, others, { told: '', note: '' })
  const aside = () =>
    hall.journal.frames().find(({ type, submissionId }) => type === 'quarantined' && submissionId === first)
  await until(() => aside() !== undefined, DELIVERED_WITHIN_MS)
  const blocked = others.length - (await held(hall, others))
  hall.proxy.refuse(undefined)
  const put = await hall.requeue([first])
  const cell = await delivered(hall, ids, {
    told: `quarantine: ${String(aside()?.reason)} (${String(aside()?.detail)})`,
    note: put
      ? 'the 20 others arrived at once; the first after a maintainer put it back'
      : 'the 20 others arrived at once; the first is set aside, and nobody put it back',
  })
  // Set aside, visible, and waiting for a maintainer is not lost.
  return put ? { ...cell, blocked } : { ...cell, lost: 0, blocked: blocked + 1 }
}

async function rolledBack(hall: Hall): Promise<Cell> {
  hall.proxy.cut()
  const ids = [...(await submitMany(hall, 2)).ids]
  const seen: string[] = []
  for (const count of [1, 1, 0]) {
    await hall.killTerminal()
    // What the newer program writes and this one does not know.
    appendForeignFrame(hall.terminal.journalDir, 'of-a-later-version')
    await hall.bringUp(false)
    ids.push(...(await submitMany(hall, count)).ids)
    seen.push(String(await waiting(hall)))
  }
  await hall.proxy.restore()
  return delivered(hall, ids, {
    told: '',
    note: `unknown frames are kept and passed over; waiting after each start: ${seen.join(', ')}; the queue's schema stays at version 0`,
  })
}

async function submitMany(hall: Hall, count: number): Promise<{ ids: string[]; told: string }> {
  const ids: string[] = []
  let told = ''
  for (let number = 0; number < count; number++) {
    const outcome = await hall.citizen().submit(newDraft())
    if (outcome.kind === 'promised') ids.push(outcome.id)
    else told ||= outcome.kind === 'refused' ? `screen: ${outcome.fault}` : 'no answer'
  }
  return { ids, told }
}

async function waiting(hall: Hall): Promise<number> {
  for await (const view of await hall.citizen().page.bridge.queue.watchView()) return view.waiting
  throw new Error('the queue view ended')
}

async function held(hall: Hall, ids: readonly string[]): Promise<number> {
  const rows = new Set((await hall.hub.rows()).map(({ submission_id }) => submission_id))
  return ids.filter((id) => rows.has(id)).length
}

async function delivered(
  hall: Hall,
  ids: readonly string[],
  words: { told: string; note: string; blocked?: number },
): Promise<Cell> {
  await until(async () => (await held(hall, ids)) === ids.length, DELIVERED_WITHIN_MS)
  const arrived = await held(hall, ids)
  return {
    queued: ids.length,
    arrived,
    lost: ids.length - arrived,
    blocked: words.blocked ?? 0,
    told: words.told,
    note: words.note,
  }
}

/** The kiosk page with its sync worker, in a Chromium that is killed from outside. */
async function kiosk(hall: Hall, profile: string): Promise<void> {
  const context = await launchChromium({ userDataDir: profile, args: ['--disk-cache-size=1048576'] })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(await hall.terminal.startAddress(), { timeout: PAGE_WITHIN_MS, waitUntil: 'commit' })
  await page.getByTestId('status').waitFor({ timeout: PAGE_WITHIN_MS })
}

/** What the terminal itself says that it holds, on a disk that may be full. */
async function shownAfterStart(hall: Hall): Promise<string> {
  try {
    await hall.bringUp(false)
    return String(await waiting(hall))
  } catch (error) {
    process.stderr.write(
      `ours did not start: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`,
    )
    return 'an error'
  }
}

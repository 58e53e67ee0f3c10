import { join } from 'node:path'
import { measureReadings } from '../../drivers/id-card-reader/measure.ts'
import { DEFAULT_BAUD } from '../../drivers/transport/device-url.ts'
import { BITS_PER_BYTE } from '../../drivers/transport/paced-writer.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient } from '../support/page-client.ts'
import { openWorld, startAddress, type World } from '../support/world.ts'
import { type ClockOffset, clockOffset, clocksAgree } from './clock-offset.ts'
import { devicesEscl } from './devices-escl.ts'
import { noiseReport } from './devices-noise.ts'
import { leavePage, openKioskPage, type PageReading, readOnPage } from './devices-page.ts'
import { measurePdf } from './devices-pdf.ts'
import { measureReceipts } from './devices-receipt.ts'
import { openCardDesk, type Reading } from './devices-terminal.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report, type Row } from './report.ts'
import { quantile, round, type Summary, summarize } from './stats.ts'

/** Request and answer of each exchange in bytes (reference/devices.md 1.10). */
const EXCHANGE_BYTES = { find: 10 + 15, select: 10 + 19, read: 10 + 1295 }
/** Issue 2: p50 at most this many times the wire time. */
const LIMIT = 1.1
/** Issue 2: painted at most so many frames after the fields were handed over. */
const FRAME_LIMIT = 2
/** Issue 2: the polling interval; no card waits longer for the find that finds it. */
const POLL_LIMIT_MS = 150
const DEFAULT_READINGS = 30
/** Issue 4: the driver alone, p50 at most this many times the wire time. */
const DRIVER_LIMIT = 1.05
const NOISE_ROUNDS = 3
/** A page takes some seconds on ippeveprinter, and lp as long again. */
const PAGES = 6
/** The three ways of reading take turns in blocks of so many, so that a load that comes and goes hits all. */
const BLOCK = 5

export const devices: Bench = {
  about:
    'cards, receipts, noise, A4 pages and scans through the drivers, beside the wire time, other libraries, lp and curl',
  run,
}

interface Measured {
  readonly wire: 'pty' | 'tcp'
  readonly terminal: Reading[]
  readonly page: PageReading[]
  readonly driverMs: number[]
  readonly clock: ClockOffset | undefined
  readonly problems: string[]
}

async function run(options: BenchOptions): Promise<Report> {
  const { samples, dir, tell } = options
  const readings = samples ?? DEFAULT_READINGS
  tell('starting hub, terminal and simulated reader …')
  const world = await openWorld({ dataDir: join(dir, 'world'), pty: true })
  let cards: Report
  try {
    await world.startTerminal()
    cards = report(await measure(world, readings, tell))
  } finally {
    await world.close()
  }
  tell('receipts, noise …')
  const receipts = await measureReceipts()
  const noise = noiseReport({ samples: NOISE_ROUNDS })
  tell('A4 pages on ippeveprinter …')
  const { rows, figures, problems } = await measurePdf({ samples: Math.min(readings, PAGES), tell })
  tell('pages of an eSCL scanner …')
  const escl = await devicesEscl.run({ ...options, samples: undefined })
  const parts: Report[] = [cards, receipts, noise, { rows, figures: { pdf: figures }, problems }, escl]
  return {
    rows: parts.flatMap((part) => part.rows),
    figures: Object.assign({}, ...parts.map((part) => part.figures)) as Record<string, unknown>,
    problems: parts.flatMap((part) => part.problems),
  }
}

async function measure(world: World, readings: number, tell: BenchOptions['tell']): Promise<Measured> {
  const problems: string[] = []
  const client = await openPageClient(await startAddress(world.shell()))
  await client.catalogue()
  const desk = openCardDesk(world, client)
  const kiosk = findChromium() === undefined ? undefined : await openKioskPage(world)
  if (kiosk === undefined) problems.push('no Chromium: nothing was measured in a page')
  const clock = kiosk === undefined ? undefined : await clockOffset(kiosk.page)
  if (clock !== undefined && !clocksAgree(clock)) {
    problems.push(`the page's clock is ${round(clock.offsetMs)} ms from ours: its times mean nothing`)
  }

  const terminal: Reading[] = []
  const page: PageReading[] = []
  const driverMs: number[] = []
  try {
    // One reading each that does not count: the first card finds nothing compiled.
    for (let done = -1; done < readings; done += done < 0 ? 1 : BLOCK) {
      const block = done < 0 ? 1 : Math.min(BLOCK, readings - done)
      if (done >= 0) tell(`readings ${done} of ${readings}`)
      if (kiosk !== undefined) await leavePage(kiosk.page)
      for (let each = 0; each < block; each += 1) {
        const reading = await desk.put().read
        if (done >= 0) terminal.push(reading)
        await desk.clear()
      }
      for (let each = 0; each < block && kiosk !== undefined; each += 1) {
        const reading = await readOnPage(kiosk.page, kiosk.origin, desk)
        if (done >= 0) page.push(reading)
        await desk.clear()
      }
      if (done < 0) continue
      const bare = await measureReadings({ readings: block, wire: world.wire })
      if (!bare.ok) throw new Error(`the driver alone: ${bare.fault}: ${bare.detail}`)
      driverMs.push(...bare.foundToFieldsMs)
    }
  } catch (error) {
    // What was read so far is reported; that not all was, is the bench's failure.
    problems.push(firstLine(error))
  } finally {
    client.close()
  }
  return { wire: world.wire, terminal, page, driverMs, clock, problems }
}

function report({ wire, terminal, page, driverMs, clock, problems }: Measured): Report {
  const wireMs = wireTimeMs(EXCHANGE_BYTES.find + EXCHANGE_BYTES.select + EXCHANGE_BYTES.read)
  if (terminal.length === 0) return { rows: [], figures: { wireMs: round(wireMs, 1) }, problems }
  const client = summarize(terminal.map((each) => each.clientMs))
  const handOver = summarize(terminal.map((each) => each.clientMs - each.driverMs))
  // Handed over before it was handed out: then two processes' clocks disagree.
  if (handOver.min < 0) problems.push(`the device host's clock is ahead of ours by ${-handOver.min} ms or more`)
  const pollWait = summarize([...terminal, ...page].map((each) => each.pollWaitMs))
  const driverInside = summarize(terminal.map((each) => each.driverMs))
  const driverAlone = driverMs.length === 0 ? undefined : summarize(driverMs)
  const ratioP50 = client.p50 / wireMs
  const isWithin = ratioP50 <= LIMIT

  const rows: Row[] = [
    { what: 'wire time of find + select + read', value: ms(wireMs, 1), beside: `1359 bytes at ${DEFAULT_BAUD} 8N1` },
    { what: 'found → fields at a bridge client, p50', value: ms(client.p50, 1), beside: spread(client) },
    { what: '… times the wire', value: times(ratioP50), beside: limitNote(times(LIMIT), isWithin) },
    { what: '… of it the driver in its process, p50', value: ms(driverInside.p50, 1), beside: spread(driverInside) },
    { what: '… of it driver → main → bridge, p50', value: ms(handOver.p50, 1), beside: spread(handOver) },
  ]
  if (driverAlone !== undefined) {
    rows.push({
      what: 'the driver alone, in this process, p50',
      value: ms(driverAlone.p50, 1),
      beside: spread(driverAlone),
    })
  }
  rows.push({
    what: 'card put → first byte of that find, p50',
    value: ms(pollWait.p50, 1),
    beside: `max ${ms(pollWait.max, 1)}, ${limitNote(ms(POLL_LIMIT_MS, 0), pollWait.p50 <= POLL_LIMIT_MS)}`,
  })
  const onPage = page.length === 0 ? undefined : pageFigures(page, wireMs)
  return {
    problems,
    rows: [...rows, ...(onPage?.rows ?? [])],
    figures: {
      idCardRead:
        driverAlone === undefined
          ? null
          : {
              ratio: round(driverAlone.p50 / wireMs),
              limit: DRIVER_LIMIT,
              withinLimit: driverAlone.p50 / wireMs <= DRIVER_LIMIT,
            },
      readings: terminal.length,
      wire,
      wireMs: round(wireMs, 1),
      pageFieldsP50Ms: client.p50,
      pageFieldsP95Ms: client.p95,
      ratioP50: round(ratioP50),
      limit: LIMIT,
      withinLimit: isWithin,
      pollWaitP50Ms: pollWait.p50,
      pollWaitMaxMs: pollWait.max,
      pollWaitLimitMs: POLL_LIMIT_MS,
      driverAloneP50Ms: driverAlone?.p50 ?? null,
      driverAloneRatioP50: driverAlone === undefined ? null : round(driverAlone.p50 / wireMs),
      chromium: onPage?.figures ?? null,
      clock:
        clock === undefined ? null : { offsetMs: round(clock.offsetMs), uncertaintyMs: round(clock.uncertaintyMs) },
      spread: {
        clientMs: client,
        driverMs: driverInside,
        handOverMs: handOver,
        driverAloneMs: driverAlone ?? null,
        pollWaitMs: pollWait,
      },
    },
  }
}

function pageFigures(page: readonly PageReading[], wireMs: number): { rows: Row[]; figures: Record<string, unknown> } {
  const script = summarize(page.map((each) => each.scriptMs))
  const painted = summarize(page.map((each) => each.paintedMs))
  const paint = summarize(page.map((each) => each.paintedMs - each.scriptMs))
  const frames = page.map((each) => each.frames)
  const framesP50 = quantile(frames, 0.5)
  const ratioP50 = script.p50 / wireMs
  const late = frames.filter((count) => count > FRAME_LIMIT).length
  return {
    rows: [
      { what: 'found → fields in the kiosk page, p50', value: ms(script.p50, 1), beside: spread(script) },
      { what: '… times the wire', value: times(ratioP50), beside: limitNote(times(LIMIT), ratioP50 <= LIMIT) },
      {
        what: '… fields → frame that shows them, p50',
        value: `frame ${framesP50}`,
        beside: `${limitNote(`frame ${FRAME_LIMIT}`, framesP50 <= FRAME_LIMIT)}; later in ${late} of ${page.length}`,
      },
      { what: '… fields → painted for certain, p50', value: ms(paint.p50, 1), beside: spread(paint) },
      { what: 'found → painted for certain, p50', value: ms(painted.p50, 1), beside: spread(painted) },
    ],
    figures: {
      readings: page.length,
      fieldsP50Ms: script.p50,
      fieldsP95Ms: script.p95,
      ratioP50: round(ratioP50),
      limit: LIMIT,
      withinLimit: ratioP50 <= LIMIT,
      framesToFieldsP50: framesP50,
      framesToFieldsMax: Math.max(...frames),
      framesLimit: FRAME_LIMIT,
      withinFrames: framesP50 <= FRAME_LIMIT,
      laterThanLimit: late,
      fieldsToPaintedP50Ms: paint.p50,
      foundToPaintedP50Ms: painted.p50,
      spread: { fieldsMs: script, fieldsToPaintedMs: paint, foundToPaintedMs: painted },
    },
  }
}

function wireTimeMs(bytes: number): number {
  return (bytes * BITS_PER_BYTE * 1000) / DEFAULT_BAUD
}

function spread({ p25, p75, p95 }: Summary): string {
  return `p25 ${p25.toFixed(1)}, p75 ${p75.toFixed(1)}, p95 ${p95.toFixed(1)}`
}

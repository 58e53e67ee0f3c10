import { afterEach, describe, expect, it } from 'vitest'
import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import type { ReceiptDocument } from './document.ts'
import { createReceiptPrinter, type ReceiptPrinterLogEntry, type ReceiptPrinterOptions } from './driver.ts'
import { loadGlyphs } from './glyphs.ts'
import { createReceiptPrinterSimulator, type ReceiptPrinterSimulatorOptions } from './simulator.ts'
import {
  PrintResultSchema,
  type ReceiptPrinterEvent,
  ReceiptPrinterEventSchema,
  type ReceiptPrinterState,
  ReceiptPrinterStateSchema,
} from './states.ts'

const RECEIPT: ReceiptDocument = {
  blocks: [
    { type: 'title', text: '收件回执' },
    { type: 'text', text: '已收件，未受理', align: 'centre', bold: true },
    { type: 'row', label: '事项', value: '失业登记' },
    { type: 'row', label: '姓名', value: '周＊远' },
    { type: 'code', code: 'A3KD7MPX' },
    { type: 'qr', data: 'https://example.invalid/r/0198c1d0?k=Zm9vYmFyYmF6cXV4MTIzNA' },
    { type: 'rule' },
    { type: 'feed', heightMm: 3 },
    { type: 'cut' },
  ],
}

/** Looks often, so that tests do not wait for the next look. No test asserts a duration. */
const QUICK = {
  idlePollMs: 20,
  printPollMs: 5,
  quietMs: 30,
  backOffFirstMs: 10,
  backOffCapMs: 40,
} as const

/** For the tests that wait for an answer that does not come. */
const IMPATIENT = { timing: { ...QUICK, answerTimeoutMs: 600, printAnswerTimeoutMs: 600, stallTimeoutMs: 600 } }

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function setUp(
  simulatorOptions: ReceiptPrinterSimulatorOptions = {},
  driverOptions: Partial<ReceiptPrinterOptions> = {},
) {
  const simulator = createReceiptPrinterSimulator({ speedMmPerS: 0, ...simulatorOptions })
  const url = await simulator.start()
  cleanUps.push(() => simulator.stop())
  const events: ReceiptPrinterEvent[] = []
  const logged: ReceiptPrinterLogEntry[] = []
  const watchers = new Set<() => void>()
  const printer = createReceiptPrinter({
    url,
    openLink,
    clock: realClock,
    onEvent(event) {
      events.push(ReceiptPrinterEventSchema.parse(event))
      for (const watcher of watchers) watcher()
    },
    log: (entry) => void logged.push(entry),
    timing: QUICK,
    ...driverOptions,
  })
  cleanUps.push(() => printer.stop())
  const untilEvent = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (!condition()) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      watch()
    })
  const untilState = (name: ReceiptPrinterState['state']): Promise<void> =>
    untilEvent(() => printer.state().state === name)
  const print = async (jobId: string, document = RECEIPT, timeoutMs?: number) =>
    PrintResultSchema.parse(await printer.print(document, timeoutMs === undefined ? { jobId } : { jobId, timeoutMs }))
  return { simulator, printer, events, logged, untilEvent, untilState, print }
}

type Bench = Awaited<ReturnType<typeof setUp>>

async function ready(...args: Parameters<typeof setUp>): Promise<Bench> {
  const bench = await setUp(...args)
  bench.printer.start()
  await bench.untilState('ready')
  return bench
}

const textOf = (bench: Bench, index = 0): string =>
  (bench.simulator.papers()[index]?.paper.elements ?? [])
    .map((element) => (element.type === 'line' ? element.text : element.type))
    .join('|')

const WHOLE = '收件回执|已收件，未受理|事项        失业登记|姓名        周＊远|A3KD-7MPX|qr|'

describe('a receipt that comes out', () => {
  it('is reported printed, and stands on the paper with its Chinese text', async () => {
    const bench = await ready()
    const result = await bench.print('job-1')
    expect(result.ok).toBe(true)
    expect(bench.simulator.papers()).toHaveLength(1)
    expect(textOf(bench)).toBe(`${WHOLE}${'─'.repeat(24)}`)
    expect(bench.simulator.papers()[0]?.paper.end).toBe('cut')
    expect(bench.simulator.counters()).toMatchObject({ unknown: [], overflows: 0 })
    expect(bench.printer.state()).toEqual({ state: 'ready', paperNearEnd: false })
    expect(bench.events.map((event) => event.type === 'state' && event.state.state)).toEqual([
      'ready',
      'printing',
      'ready',
    ])
  })

  it('is not reported printed as long as the printer has not come to its end', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    let result: unknown = 'pending'
    const started = bench.simulator.until(() => bench.simulator.counters().linesPrinted > 0)
    const printing = bench.printer.print(RECEIPT, { jobId: 'job-1' }).then((r) => {
      result = r
      return r
    })
    await started
    bench.simulator.hold(true)
    const before = bench.simulator.counters().realTimeRequests
    await bench.simulator.until(() => bench.simulator.counters().realTimeRequests > before + 20)
    if (bench.simulator.papers().length > 0) throw new Error('the simulator was held too late to tell anything')
    expect(result).toBe('pending')
    bench.simulator.hold(false)
    expect(await printing).toMatchObject({ ok: true })
    expect(bench.simulator.papers()).toHaveLength(1)
  })

  it('does not take one stray byte of the right shape for the printer saying that it is done', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    let result: unknown = 'pending'
    const printing = bench.print('job-1').then((r) => {
      result = r
      return r
    })
    await bench.untilState('printing')
    bench.simulator.hold(true)
    const polls = (): number => bench.simulator.counters().realTimeRequests
    const before = polls()
    await bench.simulator.until(() => polls() > before + 8)
    bench.simulator.say(Uint8Array.of(0x00))
    const after = polls()
    await bench.simulator.until(() => polls() > after + 20)
    expect(result).toBe('pending')
    bench.simulator.hold(false)
    expect(await printing).toMatchObject({ ok: true })
  })

  it('is one paper when the same job is asked for twice while it runs', async () => {
    const bench = await ready()
    const results = await Promise.all([bench.print('job-1'), bench.print('job-1'), bench.print('job-2')])
    expect(results.map((result) => result.ok)).toEqual([true, true, true])
    expect(bench.simulator.papers()).toHaveLength(2)
  })

  it('is found by a driver whose printer talks of its own accord (ASB)', async () => {
    const bench = await ready({ autoStatus: true }, { timing: { ...QUICK, idlePollMs: 60_000 } })
    bench.simulator.paperNearEnd()
    await bench.untilEvent(() => JSON.stringify(bench.printer.state()) === '{"state":"ready","paperNearEnd":true}')
    expect(bench.logged.some((entry) => entry.event === 'receipt-printer.auto-status')).toBe(true)
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
    expect(bench.simulator.papers()).toHaveLength(1)
  })
})

describe('a printer in trouble before anything is sent', () => {
  it.each([
    ['paper-out', (bench: Bench) => bench.simulator.paperOut()],
    ['cover-open', (bench: Bench) => bench.simulator.openCover()],
    ['head-hot', (bench: Bench) => bench.simulator.headHot(true)],
  ] as const)('refuses with %s and leaves the paper blank', async (fault, cause) => {
    const bench = await ready()
    cause(bench)
    expect(await bench.print('job-1')).toEqual({ ok: false, fault, paper: 'nothing', state: { state: fault } })
    expect(bench.simulator.counters().linesPrinted).toBe(0)
    expect(bench.printer.state()).toEqual({ state: fault })
  })

  it('refuses when what it had before does not move', async () => {
    const bench = await ready({}, IMPATIENT)
    bench.simulator.hold(true)
    expect(await bench.print('job-1')).toMatchObject({ ok: false, fault: 'stalled', paper: 'nothing' })
    bench.simulator.hold(false)
    expect(await bench.print('job-2')).toMatchObject({ ok: true })
    expect(bench.simulator.papers()).toHaveLength(1)
  })

  it('refuses when there is no printer, and finds it once it is there', async () => {
    const bench = await setUp()
    await bench.simulator.unplug()
    bench.printer.start()
    await bench.untilState('unplugged')
    expect(await bench.print('job-1')).toEqual({
      ok: false,
      fault: 'unplugged',
      paper: 'nothing',
      state: { state: 'unplugged', cause: 'refused' },
    })
    await bench.simulator.plug()
    await bench.untilState('ready')
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
  })

  it('refuses a name that the font lacks, naming the characters to the caller and not to the log', async () => {
    const bench = await ready()
    const document: ReceiptDocument = { blocks: [{ type: 'row', label: '姓名', value: '王𬎆' }] }
    expect(await bench.print('job-1', document)).toMatchObject({
      ok: false,
      fault: 'glyph-missing',
      paper: 'nothing',
      characters: ['𬎆'],
    })
    expect(JSON.stringify(bench.logged)).not.toContain('𬎆')
    expect(bench.simulator.counters().linesPrinted).toBe(0)
  })

  it('draws a name that the font lacks; the drawing is loaded once, at the first such name', async () => {
    let loads = 0
    const counted = () => {
      loads++
      return loadGlyphs()
    }
    const bench = await ready({}, { loadGlyphs: counted })
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
    expect(loads).toBe(0)
    const document: ReceiptDocument = { blocks: [{ type: 'row', label: '姓名', value: '王𬎆' }] }
    expect(await bench.print('job-2', document)).toMatchObject({ ok: true })
    expect(await bench.print('job-3', document)).toMatchObject({ ok: true })
    expect(loads).toBe(1)
    expect(bench.simulator.papers()[1]?.paper.elements.some((element) => element.type === 'raster')).toBe(true)
    const beyond: ReceiptDocument = { blocks: [{ type: 'text', text: '\u{323af}' }] }
    expect(await bench.print('job-4', beyond)).toMatchObject({ ok: false, characters: ['\u{323af}'] })
  })

  it('prints no name and says why in the log when nothing can be drawn', async () => {
    const loadNothing = async () => ({ ok: false, fault: 'no-canvas', detail: 'not installed' }) as const
    const bench = await ready({}, { loadGlyphs: loadNothing })
    const document: ReceiptDocument = { blocks: [{ type: 'text', text: '𬎆' }] }
    expect(await bench.print('job-1', document)).toMatchObject({ ok: false, fault: 'glyph-missing' })
    expect(bench.logged).toContainEqual({
      event: 'receipt-printer.no-glyphs',
      fault: 'no-canvas',
      detail: 'not installed',
    })
  })

  it('refuses a document that would speak to the printer itself', async () => {
    const bench = await ready()
    const result = await bench.print('job-1', { blocks: [{ type: 'text', text: '\u001bp\u0000' }] })
    expect(result).toMatchObject({ ok: false, fault: 'bad-document', paper: 'nothing' })
  })
})

describe('a receipt that stops half way', () => {
  it('says so when the paper runs out, and the rest does not come out later', async () => {
    const bench = await ready()
    bench.simulator.paperOutAfterLines(3)
    expect(await bench.print('job-1')).toEqual({
      ok: false,
      fault: 'paper-out',
      paper: 'partly',
      state: { state: 'paper-out' },
    })
    bench.simulator.loadPaper()
    await bench.untilState('ready')
    expect(bench.simulator.papers().map(({ paper }) => paper.end)).toEqual(['torn'])
    expect(textOf(bench)).toBe('收件回执|已收件，未受理|事项        失业登记')
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
    expect(bench.simulator.papers()).toHaveLength(2)
    expect(textOf(bench, 1)).toContain(WHOLE)
  })

  it('says so when the cover is opened, and cuts the torso off before the next receipt', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    const printing = bench.print('job-1')
    await bench.simulator.until(() => bench.simulator.counters().linesPrinted >= 2)
    bench.simulator.openCover()
    expect(await printing).toMatchObject({ ok: false, fault: 'cover-open', paper: 'partly' })
    bench.simulator.closeCover()
    await bench.untilState('ready')
    expect(await bench.print('job-2')).toMatchObject({ ok: true })
    expect(bench.simulator.papers()).toHaveLength(2)
    expect(textOf(bench, 0)).not.toContain('qr')
    expect(textOf(bench, 1)).toBe(`${WHOLE}${'─'.repeat(24)}`)
  })

  it('says that nobody can know when the plug is pulled, and recovers by itself', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    const printing = bench.print('job-1')
    await bench.simulator.until(() => bench.simulator.counters().linesPrinted >= 2)
    await bench.simulator.unplug()
    expect(await printing).toMatchObject({
      ok: false,
      fault: 'unplugged',
      paper: 'unknown',
      state: { state: 'unplugged' },
    })
    await bench.simulator.plug()
    await bench.untilState('ready')
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
    expect(bench.simulator.papers().map(({ paper }) => paper.end)).toEqual(['torn', 'cut'])
  })

  it('does not wait for an answer from a link that is gone', async () => {
    const bench = await ready({ speedMmPerS: 250 }, { timing: { ...QUICK, printAnswerTimeoutMs: 60_000 } })
    const printing = bench.print('job-1')
    await bench.untilState('printing')
    bench.simulator.silence(true)
    const before = bench.simulator.counters().realTimeRequests
    await bench.simulator.until(() => bench.simulator.counters().realTimeRequests > before)
    await bench.simulator.unplug()
    expect(await printing).toMatchObject({ ok: false, fault: 'unplugged', paper: 'unknown' })
  })

  it('names the cutter when the cut fails', async () => {
    const bench = await ready()
    bench.simulator.cutterJam()
    expect(await bench.print('job-1')).toMatchObject({ ok: false, fault: 'cutter-error', paper: 'partly' })
  })

  it('waits for a hot head to cool and then finishes', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    const printing = bench.print('job-1')
    await bench.simulator.until(() => bench.simulator.counters().linesPrinted >= 2)
    bench.simulator.headHot(true)
    const before = bench.simulator.counters().realTimeRequests
    await bench.simulator.until(() => bench.simulator.counters().realTimeRequests > before + 8)
    bench.simulator.headHot(false)
    expect(await printing).toMatchObject({ ok: true })
  })

  it('is not confirmed when the printer never says that it is through', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    const printing = bench.print('job-1', RECEIPT, 100)
    await bench.untilState('printing')
    bench.simulator.hold(true)
    expect(await printing).toMatchObject({ ok: false, fault: 'not-confirmed', paper: 'unknown' })
  })

  it('tells afterwards when a printer that ignores the clearing printed it all the same', async () => {
    const bench = await ready({ clearsBuffers: false })
    bench.simulator.paperOutAfterLines(3)
    expect(await bench.print('job-1')).toMatchObject({ fault: 'paper-out', paper: 'partly' })
    bench.simulator.loadPaper()
    await bench.untilEvent(() => bench.events.some((event) => event.type === 'late-finish'))
    expect(bench.events).toContainEqual({ type: 'late-finish', jobId: 'job-1' })
  })

  it('ends as stopped when the driver is stopped', async () => {
    const bench = await ready({ speedMmPerS: 250 })
    const printing = bench.print('job-1')
    await bench.untilState('printing')
    await bench.printer.stop()
    expect(await printing).toMatchObject({ ok: false, fault: 'stopped', paper: 'unknown' })
    expect(await bench.print('job-2')).toMatchObject({ ok: false, fault: 'stopped', paper: 'nothing' })
  })
})

describe('a status line that cannot be believed', () => {
  it('garbage is no answer, and never a ready printer', async () => {
    const bench = await setUp({}, IMPATIENT)
    bench.simulator.garbageOnStatus(true)
    bench.printer.start()
    await bench.untilState('no-answer')
    const state = ReceiptPrinterStateSchema.parse(bench.printer.state())
    expect(state.state === 'no-answer' && state.garbledBytes).toBeGreaterThan(0)
    expect(await bench.print('job-1')).toMatchObject({ ok: false, fault: 'no-answer', paper: 'nothing' })
    bench.simulator.garbageOnStatus(false)
    await bench.untilState('ready')
    expect(await bench.print('job-1')).toMatchObject({ ok: true })
  })

  it('silence is told apart from garbage', async () => {
    const bench = await ready({}, IMPATIENT)
    bench.simulator.silence(true)
    await bench.untilState('no-answer')
    expect(bench.printer.state()).toEqual({ state: 'no-answer', garbledBytes: 0 })
    bench.simulator.silence(false)
    await bench.untilState('ready')
  })

  it('silence in the middle of a receipt leaves its fate unknown', async () => {
    const bench = await ready({ speedMmPerS: 250 }, IMPATIENT)
    const printing = bench.print('job-1')
    await bench.untilState('printing')
    bench.simulator.silence(true)
    expect(await printing).toMatchObject({ ok: false, fault: 'no-answer', paper: 'unknown' })
  })
})

import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { conditionOf } from '../drivers/condition/states.ts'
import type { ScanOptions, ScanResult } from '../drivers/document-scanner/states.ts'
import type { ScanNote } from '../drivers/host/classes.ts'
import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import { ScanAnswerSchema, type ScanRequest } from './bridge/scanning.contract.ts'
import { type CardSession, createCardSession, RESTORE_WITHIN_MS } from './card-session.ts'
import { createPaperTray, MAX_TRAY_BYTES } from './paper-tray.ts'
import { createScanning, type Scanning } from './scanning.ts'
import { logBook, manualClock, NOW, settle } from './testing/fixtures.ts'

const READY = { state: 'ready', feeder: 'empty' } as const
const DRAFT = randomUUID()
const page = (bytes = 10): ScanNote => ({
  page: { page: 1, format: 'image/jpeg', bytes: new Uint8Array(bytes).fill(7), widthPx: 1, heightPx: 1 },
})

let asked: ScanOptions[]
/** What the scanner does, one after the other. */
let acts: ((note: (note: ScanNote) => void, signal: AbortSignal) => ScanResult | Promise<ScanResult>)[]
let feeder: 'none' | 'empty'
let intakeState: IntakeState
let session: CardSession
let scanning: Scanning
let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>

function putCard(number = '990101198611020033', birth = '19861102', sex = '1'): void {
  session.onReader({
    event: 'card',
    readId: 'r',
    card: { cardType: 'citizen', fields: { name: '周明远', sex, birth, number, address: '南桥区', validTo: '长期' } },
    wlt: '',
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
  })
}

beforeEach(() => {
  asked = []
  acts = []
  feeder = 'none'
  intakeState = 'open'
  clock = manualClock()
  book = logBook()
  const call: DeviceHost['call'] = async (_device, _operation, argument, { onNote, signal } = {}) => {
    asked.push(argument as ScanOptions)
    const act = acts.shift()
    if (act === undefined) throw new Error('the scanner was not expected to be asked')
    return act((note) => onNote?.(note), signal ?? new AbortController().signal) as never
  }
  session = createCardSession({
    ...{ clock, nowIso: () => NOW, today: () => '2026-11-23', log: book.log },
    onVisitOver: () => scanning.forget(),
  })
  scanning = createScanning({
    ...{ host: { call }, session, log: book.log },
    scanners: () => ({
      members: [
        {
          url: 'escl://x',
          state: { state: 'ready', feeder },
          condition: conditionOf('ready'),
        },
      ],
      chosen: 0,
    }),
    intakeState: () => intakeState,
  })
  session.open(randomUUID())
  putCard()
})

const request = (change: Partial<ScanRequest> = {}): ScanRequest => ({
  ...{ draftId: DRAFT, materialId: 'household', atMost: 11, maxBytes: 1000 },
  ...change,
})
/** Gives so many pages and is through. */
const gives =
  (count: number, bytes = 10) =>
  (note: (note: ScanNote) => void): ScanResult => {
    for (let each = 0; each < count; each++) note(page(bytes))
    return { ok: true, pages: count, bytes: count * bytes }
  }
const fails =
  (fault: Extract<ScanResult, { ok: false }>['fault'], more: Partial<Extract<ScanResult, { ok: false }>> = {}) =>
  (): ScanResult => ({ ok: false, fault, pages: 0, state: READY, ...more })
async function scan(change: Partial<ScanRequest> = {}) {
  return ScanAnswerSchema.parse(await scanning.scan(request(change)))
}

test('pages lie in the tray in order, are shown, taken out again, and handed in by material', async () => {
  acts = [gives(2), gives(1)]
  feeder = 'empty'
  expect(await scan()).toEqual({ ok: true, pages: 2, more: false })
  await scan({ materialId: 'birth' })
  expect(asked[0]).toEqual({ source: 'feeder', mode: 'colour', dpi: 200, format: 'image/jpeg' })
  const [first, second, third] = scanning.pages(DRAFT)
  expect([first, second, third].map((each) => each?.materialId)).toEqual(['household', 'household', 'birth'])
  const shown = scanning.preview(DRAFT, first?.pageId ?? '')
  expect(Buffer.from(shown?.base64 ?? '', 'base64')).toEqual(Buffer.alloc(10, 7))
  expect(scanning.discard(DRAFT, first?.pageId ?? '')).toBe(true)
  expect(scanning.discard(DRAFT, first?.pageId ?? '')).toBe(false)
  expect(scanning.handIn(DRAFT, ['household']).map(({ pageId }) => pageId)).toEqual([second?.pageId])
  expect(scanning.handIn(DRAFT, [])).toEqual([])
  // The log knows how many, and nothing of what.
  expect(book.of('papers-scanned')).toEqual([{ pages: 2 }, { pages: 1 }])
})

const asks = () => asked.splice(0).map(({ source, mode }) => `${source} ${mode}`)

test('paper in the feeder goes before the glass, and a scanner without colour is asked for grey', async () => {
  feeder = 'empty'
  acts = [fails('feeder-empty'), fails('not-supported', { lacks: 'mode' }), gives(1)]
  expect(await scan()).toMatchObject({ ok: true, pages: 1 })
  expect(asks()).toEqual(['feeder colour', 'flatbed colour', 'flatbed grey'])
  acts = [fails('not-supported', { lacks: 'source' }), gives(1)]
  expect(await scan()).toMatchObject({ ok: true, pages: 1 })
  expect(asks()).toEqual(['feeder colour', 'flatbed colour'])
})

test('a scanner without glass says that its feeder is empty; one that cannot give what a page shows is of no use', async () => {
  feeder = 'empty'
  acts = [fails('feeder-empty'), fails('not-supported', { lacks: 'source' })]
  expect(await scan()).toEqual({ ok: false, fault: 'feeder-empty', pages: 0 })
  feeder = 'none'
  acts = [fails('not-supported', { lacks: 'format' })]
  expect(await scan()).toEqual({ ok: false, fault: 'not-supported', pages: 0 })
})

test('what the feeder holds beyond what is wanted is not kept; a page that is too large ends the scan', async () => {
  acts = [gives(5), gives(1, 2000)]
  expect(await scan({ atMost: 2 })).toEqual({ ok: true, pages: 2, more: true })
  expect(scanning.pages(DRAFT)).toHaveLength(2)
  expect(await scan()).toEqual({ ok: false, fault: 'page-too-large', pages: 0 })
})

test('whole pages before a fault are kept, and the fault is told', async () => {
  acts = [
    (note) => {
      note(page())
      return fails('jam')()
    },
  ]
  expect(await scan()).toEqual({ ok: false, fault: 'jam', pages: 1 })
  expect(scanning.pages(DRAFT)).toHaveLength(1)
})

test('without a card, with a full disk, or while another scan runs, nothing is scanned', async () => {
  let finish: (result: ScanResult) => void = () => undefined
  acts = [() => new Promise<ScanResult>((resolve) => (finish = resolve))]
  const first = scan()
  expect(await scan()).toMatchObject({ fault: 'busy' })
  finish(fails('cancelled')())
  expect(await first).toMatchObject({ fault: 'cancelled' })
  intakeState = 'no-attachments'
  expect(await scan()).toMatchObject({ fault: 'no-attachments' })
  session.end('left')
  expect(await scan()).toMatchObject({ fault: 'no-card' })
})

test('cancel gives the scan up, and progress says what is under way', async () => {
  acts = [
    (note, signal) => {
      note({ progress: { page: 1, bytes: 5, percent: 40 } })
      return new Promise<ScanResult>((resolve) => signal.addEventListener('abort', () => resolve(fails('cancelled')())))
    },
  ]
  const answer = scan()
  await settle()
  expect(scanning.progress.get()).toEqual({ page: 1, percent: 40 })
  expect(scanning.cancel()).toBe(true)
  expect(await answer).toMatchObject({ ok: false, fault: 'cancelled' })
  expect([scanning.progress.get(), scanning.cancel()]).toEqual([null, false])
})

const ENDS: Readonly<Record<string, () => void | Promise<void>>> = {
  'the visit ends': () => session.end('left'),
  'another card opens the next visit'() {
    session.open(randomUUID())
    putCard('990101195806120022', '19580612', '2')
  },
  'the page is lost for 120 s'() {
    session.pageConnected(false)
    return clock.advance(RESTORE_WITHIN_MS)
  },
}
test.each(Object.entries(ENDS))(
  'nothing stays when %s, and what still comes from the scanner is not kept',
  async (_how, end) => {
    acts = [gives(2)]
    await scan()
    let late: (note: ScanNote) => void = () => undefined
    let wasCancelled = false
    acts = [
      (note, signal) => {
        late = note
        return new Promise<ScanResult>((resolve) =>
          signal.addEventListener('abort', () => {
            wasCancelled = true
            resolve(fails('cancelled')())
          }),
        )
      },
    ]
    const answer = scan()
    await settle()
    await end()
    late(page())
    await answer
    expect(wasCancelled).toBe(true)
    session.end('left')
    putCard()
    expect(scanning.pages(DRAFT)).toEqual([])
  },
)

test('a lost page takes its scans up again with the same card, not before', async () => {
  acts = [gives(2)]
  await scan()
  session.pageConnected(false)
  session.open(randomUUID())
  expect(scanning.pages(DRAFT)).toEqual([])
  putCard()
  expect(scanning.pages(DRAFT)).toHaveLength(2)
  expect(scanning.pages(randomUUID())).toEqual([])
})

test('the tray is bounded in pages and in sum, and pages of two drafts never lie together', () => {
  const tray = createPaperTray()
  const sheet = { materialId: 'm', mediaType: 'image/jpeg' as const, plain: new Uint8Array(1) }
  for (let each = 0; each < 20; each++) expect(tray.lay('one', sheet)).toEqual({ ok: true })
  expect(tray.lay('one', sheet)).toEqual({ ok: false, fault: 'tray-full' })
  const large = { ...sheet, plain: new Uint8Array(20 << 20) }
  expect(tray.lay('two', large)).toEqual({ ok: true })
  expect(tray.pagesOf('one')).toEqual([])
  for (let sum = 40 << 20; sum <= MAX_TRAY_BYTES; sum += 20 << 20) expect(tray.lay('two', large)).toEqual({ ok: true })
  expect(tray.lay('two', large)).toEqual({ ok: false, fault: 'tray-full' })
  expect(tray.lay('three', { ...sheet, plain: new Uint8Array((20 << 20) + 1) })).toMatchObject({
    fault: 'page-too-large',
  })
})

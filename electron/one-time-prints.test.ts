import { beforeEach, expect, test } from 'vitest'
import type { DocumentPrinterState, PrintResult } from '../drivers/document-printer/states.ts'
import { CLASSES } from '../drivers/host/classes.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { LINES_A_FILE } from './one-time-file.ts'
import { type OneTimePrints, openOneTimePrints } from './one-time-prints.ts'
import type { SmallFiles } from './small-files.ts'
import { logBook, NOW, settle } from './testing/fixtures.ts'

const PDF = new Uint8Array([0x25, 0x50, 0x44, 0x46])
const READY: DocumentPrinterState = { state: 'ready', warnings: [] }
const all: PrintResult = {
  ...{ ok: true, paper: 'all', impressions: { atLeast: 2, atMost: 2 } },
  ...{ confirmedBy: 'device', settledAtMs: 5 },
}
const jam: PrintResult = {
  ...{ ok: false, fault: 'media-jam', paper: 'some', impressions: { atLeast: 1, atMost: 2 }, state: READY },
}
const nothing: PrintResult = {
  ...{ ok: false, fault: 'media-empty', paper: 'nothing', impressions: { atLeast: 0, atMost: 0 }, state: READY },
}
const job = (id = 'case-7.1') => ({ id, pdf: PDF, pages: 2 })

/** What is durable: what a crash leaves. */
let disk: Map<string, string>
let diskFault: Error | undefined
let book: ReturnType<typeof logBook>
let asked: unknown[]
let print: () => PrintResult | Promise<PrintResult>

beforeEach(() => {
  disk = new Map()
  diskFault = undefined
  book = logBook()
  asked = []
  print = () => all
})
const files: SmallFiles = {
  place: (name) => `/data/one-time-prints/${name}`,
  read: async (name) => disk.get(name),
  async write(name, text) {
    if (diskFault !== undefined) throw diskFault
    disk.set(name, text)
  },
}
const open = (): Promise<OneTimePrints> =>
  openOneTimePrints({
    files,
    host: {
      async call(_device, _operation, argument) {
        asked.push(CLASSES['document-printer'].operations.print.argument.parse(argument))
        return (await print()) as never
      },
    },
    nowIso: () => NOW,
    log: book.log,
  })
const lines = () =>
  [...disk.values()].flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )

test('it is begun on disk before a printer hears of it, and its end is on disk before it is answered', async () => {
  const prints = await open()
  let durableWhenAsked: unknown
  print = () => {
    durableWhenAsked = lines()
    return all
  }
  const answer = await prints.print({ ...job(), sides: 'two-sided-long-edge' })
  expect(durableWhenAsked).toEqual([{ event: 'begun', id: 'case-7.1', at: NOW, pages: 2 }])
  expect(asked).toEqual([{ jobId: 'case-7.1', pdf: PDF, pages: 2, oneTime: true, sides: 'two-sided-long-edge' }])
  expect(answer).toMatchObject({ ok: true, record: { state: 'printed', begunAt: NOW, endedAt: NOW, pages: 2 } })
  expect(lines().map(({ event }) => event)).toEqual(['begun', 'printed'])
})

test.each([
  ['printed', all],
  ['spoiled', jam],
] as const)('one that is %s is never made again, not after a start either', async (state, result) => {
  print = () => result
  await (await open()).print(job())
  for (const prints of [await open(), await open()]) {
    expect(await prints.print(job())).toMatchObject({ ok: false, fault: 'made-before', record: { state, pages: 2 } })
  }
  expect(asked).toHaveLength(1)
})

test('what came out of a spoiled one is on record, and counted', async () => {
  const prints = await open()
  print = () => jam
  const answer = await prints.print(job())
  const record = { state: 'spoiled', impressions: { atLeast: 1, atMost: 2 }, fault: 'media-jam' }
  expect(answer).toMatchObject({ ok: false, fault: 'not-printed', record, result: jam })
  expect(prints.stand()).toEqual({ spoiled: 1, isDamaged: false })
  expect((await open()).recordOf('case-7.1')).toMatchObject(record)
})

test('a crash between begun and its end is a spoiled print of which nobody knows, from the next start on', async () => {
  const first = await open()
  print = () => new Promise(() => undefined)
  void first.print(job())
  await settle()
  expect(asked).toHaveLength(1)
  // The process is gone here.
  const second = await open()
  const record = { state: 'spoiled', impressions: { atLeast: 0, atMost: null }, fault: 'interrupted' }
  expect(second.recordOf('case-7.1')).toMatchObject(record)
  expect(second.stand().spoiled).toBe(1)
  expect(await second.print(job())).toMatchObject({ ok: false, fault: 'made-before', record })
  expect(book.of('one-time-spoiled')).toEqual([{ id: 'case-7.1', atLeast: 0, atMost: null, fault: 'interrupted' }])
  await open()
  expect(book.of('one-time-spoiled')).toHaveLength(1)
  expect(asked).toHaveLength(1)
})

test('asked for twice at once it is made once', async () => {
  const prints = await open()
  const [first, second] = await Promise.all([prints.print(job()), prints.print(job())])
  expect(first.ok).toBe(true)
  expect(second).toMatchObject({ ok: false, fault: 'made-before', record: { state: 'begun' } })
  expect(asked).toHaveLength(1)
})

test('one of which surely nothing came out is not spoiled and may be asked for again', async () => {
  const prints = await open()
  print = () => nothing
  expect(await prints.print(job())).toMatchObject({ ok: false, fault: 'not-printed', record: { state: 'nothing' } })
  expect(prints.stand().spoiled).toBe(0)
  print = () => all
  expect(await (await open()).print(job())).toMatchObject({ ok: true })
})

test('all pages on paper are a print, whatever the job’s end was called', async () => {
  const prints = await open()
  print = () => ({ ...jam, fault: 'already-sent', paper: 'all', impressions: { atLeast: 2, atMost: 2 } })
  expect(await prints.print(job())).toMatchObject({ ok: true, record: { state: 'printed' } })
})

test('what a printer tells later of a spoiled one is taken over; of any other job it is not', async () => {
  const prints = await open()
  print = () => jam
  await prints.print(job())
  await prints.settledLate('case-7.1', 'unknown', { atLeast: 1, atMost: 1 })
  expect(prints.recordOf('case-7.1')).toMatchObject({ state: 'spoiled', impressions: { atLeast: 1, atMost: 1 } })
  await prints.settledLate('case-7.1', 'all', { atLeast: 2, atMost: 2 })
  await prints.settledLate('another', 'unknown', { atLeast: 0, atMost: null })
  const again = await open()
  expect(again.recordOf('case-7.1')).toMatchObject({ state: 'printed', pages: 2 })
  expect(again.recordOf('another')).toBeUndefined()
  expect(again.stand().spoiled).toBe(0)
})

test('what cannot be put on record is not printed, and may be asked for when the disk takes it again', async () => {
  const prints = await open()
  diskFault = diskError('ENOSPC')
  const both = await Promise.all([prints.print(job('a')), prints.print(job('b'))])
  expect(both).toMatchObject([
    { ok: false, fault: 'not-recorded', detail: 'ENOSPC' },
    { ok: false, fault: 'not-recorded', detail: 'ENOSPC' },
  ])
  expect(asked).toEqual([])
  diskFault = undefined
  expect(await prints.print(job('b'))).toMatchObject({ ok: true })
  expect(lines().map(({ event, id }) => `${event} ${id}`)).toEqual(['begun b', 'printed b'])
})

test('an end that the disk refuses counts all the same, is written with the next line, and a crash before that is spoiled', async () => {
  const prints = await open()
  print = () => {
    diskFault = diskError('EIO')
    return all
  }
  expect(await prints.print(job('a'))).toMatchObject({ ok: true })
  diskFault = undefined
  print = () => all
  const crashed = new Map(disk)
  await prints.print(job('b'))
  expect(lines().map(({ event, id }) => `${event} ${id}`)).toEqual(['begun a', 'printed a', 'begun b', 'printed b'])
  disk = crashed
  expect((await open()).recordOf('a')).toMatchObject({ state: 'spoiled', fault: 'interrupted' })
})

test('a record that cannot be read is named and nothing is printed by it', async () => {
  await (await open()).print(job())
  const name = 'prints-000001.jsonl'
  const damaged = `${disk.get(name)}{"event":"begun"\n`
  disk.set(name, damaged)
  const prints = await open()
  expect(await prints.print(job('another'))).toMatchObject({ ok: false, fault: 'record-damaged' })
  expect(prints.stand()).toEqual({ spoiled: 0, isDamaged: true })
  expect(book.of('one-time-record-damaged')).toEqual([{ file: `/data/one-time-prints/${name}` }])
  expect(disk.get(name)).toBe(damaged)
  expect(asked).toHaveLength(1)
})

test('an id that is none is refused and not logged', async () => {
  const prints = await open()
  expect(await prints.print(job('周明远 的证明'))).toMatchObject({ ok: false, fault: 'bad-id' })
  expect(book.text()).not.toContain('周明远')
  expect(asked).toEqual([])
})

test('after a full file a new one begins; all of them are read', async () => {
  const prints = await open()
  const count = LINES_A_FILE / 2 + 1
  for (let n = 1; n <= count; n++) await prints.print(job(`case-${n}`))
  expect([...disk.keys()]).toEqual(['prints-000001.jsonl', 'prints-000002.jsonl'])
  const again = await open()
  expect(await again.print(job('case-1'))).toMatchObject({ ok: false, fault: 'made-before' })
  expect(await again.print(job(`case-${count}`))).toMatchObject({ ok: false, fault: 'made-before' })
  await again.print(job('the-next'))
  expect(disk.size).toBe(2)
})

import { expect, it, onTestFinished } from 'vitest'
import { type DocumentPrinterSimulatorOptions, openDocumentPrinterSimulator } from './simulator.ts'
import { openBench } from './testing/harness.ts'

/** A simulated queue of CUPS in front of a simulated device: what a queue can say that is not so. */
async function setUp(device: DocumentPrinterSimulatorOptions = {}, queue: DocumentPrinterSimulatorOptions = {}) {
  const behind = await openDocumentPrinterSimulator({ msPerPage: 1, ...device })
  onTestFinished(() => behind.close())
  const front = await openDocumentPrinterSimulator({
    msPerPage: 1,
    queueName: 'KioskA4',
    deviceUri: behind.url,
    errorPolicy: 'abort-job',
    ...queue,
  })
  onTestFinished(() => front.close())
  const bench = openBench(front.url)
  bench.printer.start()
  await bench.untilState('ready')
  return { front, behind, bench }
}

it('says idle and none of a printer that is switched off', async () => {
  const { front, behind, bench } = await setUp()
  await behind.cutPower()
  await bench.untilState('unplugged')
  bench.expectTold({ state: 'unplugged', cause: 'refused', at: 'device' }, 'not-reachable', 'alarm')
  expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
  expect(front.requests().createJob).toBe(0)
  await behind.plug()
  await bench.untilState('ready')
})

it('says none of a printer that has no paper', async () => {
  const { behind, bench } = await setUp()
  behind.paperOut()
  await bench.untilState('media-empty')
  expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'media-empty', paper: 'nothing' })
})

it('says completed of a job whose device is dead by then', async () => {
  const { front, behind, bench } = await setUp()
  front.lieCompleted()
  const printing = bench.print('job', { pages: 1 })
  await front.until(() => front.requests().sendDocument === 1)
  await behind.cutPower()
  expect(await printing).toMatchObject({
    ok: false,
    fault: 'not-confirmed',
    paper: 'unknown',
    impressions: { atLeast: 0, atMost: 1 },
    state: { state: 'unplugged', at: 'device' },
  })
})

it('says completed of a job that its device, which lists its jobs, never saw', async () => {
  const { front, behind, bench } = await setUp()
  const direct = openBench(behind.url)
  direct.printer.start()
  expect(await direct.print('another')).toMatchObject({ ok: true })
  front.lieCompleted()
  expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'not-confirmed', paper: 'unknown' })
})

it('says completed of a document that its device printed once before, not now', async () => {
  const { front, behind, bench } = await setUp()
  const direct = openBench(behind.url)
  direct.printer.start()
  expect(await direct.print('job')).toMatchObject({ ok: true })
  front.lieCompleted()
  expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'not-confirmed', paper: 'unknown' })
})

it('is believed, and named as the one who said it, where its device keeps no list', async () => {
  const { front, bench } = await setUp({ keepsHistory: false })
  front.lieCompleted()
  expect(await bench.print('job')).toMatchObject({ ok: true, confirmedBy: 'queue' })
})

it('is through with a job that its device still prints: the device is followed', async () => {
  const { front, behind, bench } = await setUp()
  behind.hang()
  front.lieCompleted()
  // Held at the queue until the device has it, as CUPS hands it on: under the same name.
  front.busy()
  let result: unknown = 'pending'
  const printing = bench.print('job', { pages: 1 }).then((r) => {
    result = r
    return r
  })
  await bench.untilLog('document-printer.busy')
  const direct = openBench(behind.url)
  direct.printer.start()
  const handedOn = direct.print('job')
  await behind.until(() => behind.jobStates()[0] === 'processing')
  front.busy(false)
  await front.until(() => front.requests().sendDocument === 1)
  const asked = behind.requests().getJobAttributes
  await behind.until(() => behind.requests().getJobAttributes > asked + 20)
  expect(result).toBe('pending')
  behind.hang(false)
  expect(await printing).toMatchObject({ ok: true, confirmedBy: 'device', impressions: { atLeast: 1, atMost: 1 } })
  expect(await handedOn).toMatchObject({ ok: true })
})

it('need not be waited for when its device has completed the job, and is rid of it then', async () => {
  const { front, behind, bench } = await setUp()
  front.hang()
  const printing = bench.print('job', { pages: 1 })
  await front.until(() => front.requests().sendDocument === 1)
  const direct = openBench(behind.url)
  direct.printer.start()
  expect(await direct.print('job')).toMatchObject({ ok: true })
  expect(await printing).toMatchObject({ ok: true, confirmedBy: 'device' })
  // It would send the job again some day, had its device gone in this moment.
  await front.until(() => front.jobStates()[0] === 'canceled')
  const looks = front.requests().getPrinterAttributes
  await front.until(() => front.requests().getPrinterAttributes > looks + 2)
  expect(bench.printer.state()).toEqual({ state: 'ready', warnings: [] })
  expect(bench.events.filter(({ event }) => event !== 'state')).toEqual([])
})

it('is waited for when it may send the copies one by one', async () => {
  const { front, behind, bench } = await setUp()
  front.hang()
  let result: unknown = 'pending'
  const printing = bench.print('job', { pages: 1, copies: 2 }).then((r) => {
    result = r
    return r
  })
  await front.until(() => front.requests().sendDocument === 1)
  const direct = openBench(behind.url)
  direct.printer.start()
  expect(await direct.print('job')).toMatchObject({ ok: true })
  const asked = front.requests().getJobAttributes
  await front.until(() => front.requests().getJobAttributes > asked + 5)
  expect(result).toBe('pending')
  front.hang(false)
  expect(await printing).toMatchObject({ ok: true })
})

it('counts what it sent, which says nothing about paper', async () => {
  const { front, behind, bench } = await setUp()
  const printing = bench.print('job', { pages: 1 })
  front.hang()
  await front.until(() => front.requests().sendDocument === 1)
  behind.openCover()
  expect(await printing).toMatchObject({
    ok: false,
    fault: 'cover-open',
    paper: 'unknown',
    impressions: { atLeast: 0, atMost: 1 },
  })
  expect(front.jobStates()).toEqual(['canceled'])
})

it.each(['retry-job', 'retry-current-job', 'stop-printer'])(
  'that prints again by itself (%s) gets no one-time print',
  async (policy) => {
    const { front, bench } = await setUp({}, { errorPolicy: policy })
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: false, fault: 'not-supported' })
    expect(front.requests().createJob).toBe(0)
  },
)

it('that gets another device is asked about that one', async () => {
  const { front, behind, bench } = await setUp()
  const other = await openDocumentPrinterSimulator()
  onTestFinished(() => other.close())
  other.openCover()
  front.moveDevice(other.url)
  await bench.untilState('cover-open')
  front.moveDevice(behind.url)
  await bench.untilState('ready')
})

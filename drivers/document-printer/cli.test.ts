import { expect, it, onTestFinished } from 'vitest'
import { printOnce, probe } from './cli.ts'
import { samplePdf } from './sample-pdf.ts'
import { openDocumentPrinterSimulator } from './simulator.ts'
import { freePort } from './testing/programs.ts'

it('a printer is described, with what to do next', async () => {
  const simulator = await openDocumentPrinterSimulator()
  onTestFinished(() => simulator.close())
  expect(await probe(simulator.url)).toEqual({
    state: { state: 'ready', warnings: [] },
    condition: { condition: 'ready', severity: 'normal', mend: 'nobody' },
    advice: '',
    makeAndModel: 'Bianmin simulated printer',
    takesPdf: true,
    bothSides: true,
  })
  simulator.openCover()
  expect(await probe(simulator.url)).toMatchObject({
    state: { state: 'cover-open' },
    condition: { condition: 'cover-open' },
    advice: expect.stringContaining('Close'),
  })
})

it('a queue is described with what is behind it', async () => {
  const behind = await openDocumentPrinterSimulator()
  onTestFinished(() => behind.close())
  const queue = await openDocumentPrinterSimulator({
    queueName: 'KioskA4',
    deviceUri: behind.url,
    errorPolicy: 'retry-job',
  })
  onTestFinished(() => queue.close())
  expect(await probe(queue.url)).toMatchObject({ deviceUri: behind.url, deviceIsAsked: true, errorPolicy: 'retry-job' })
})

it('what cannot be asked says why', async () => {
  expect(await probe('ipp://printer')).toMatchObject({
    state: { state: 'unplugged', cause: 'bad-url' },
    detail: expect.stringContaining('has no path'),
  })
  expect(await probe(`ipp://127.0.0.1:${await freePort()}/ipp/print`)).toMatchObject({
    state: { state: 'unplugged', cause: 'refused' },
    advice: expect.stringContaining('power'),
  })
})

it('a file is printed, and what happens meanwhile is told', async () => {
  const simulator = await openDocumentPrinterSimulator({ msPerPage: 1 })
  onTestFinished(() => simulator.close())
  const states: string[] = []
  const result = await printOnce(simulator.url, { pdf: samplePdf(2), pages: 2 }, ({ state }) => void states.push(state))
  expect(result).toMatchObject({ ok: true, impressions: { atLeast: 2, atMost: 2 } })
  expect(states).toEqual(['ready', 'printing', 'ready'])
  expect(simulator.printed()).toMatchObject([{ jobName: 'bianmin-print-test', complete: true }])
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { countPdfPages } from './pdf-pages.ts'
import { samplePdf } from './sample-pdf.ts'
import { type DocumentPrinterSimulatorOptions, openDocumentPrinterSimulator } from './simulator.ts'
import { findProgram, runProgram } from './testing/programs.ts'

/** Our simulator, asked by CUPS' ipptool, which knows the protocol from its own side. */

function ipptool(ctx: TestContext): string {
  return findProgram('ipptool') ?? ctx.skip('no ipptool on this machine')
}

async function open(options: DocumentPrinterSimulatorOptions = {}) {
  const simulator = await openDocumentPrinterSimulator({ msPerPage: 1, ...options })
  onTestFinished(() => simulator.close())
  return simulator
}

async function aFile(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'page.pdf')
  await writeFile(file, bytes)
  return file
}

describe('the simulator answers ipptool', () => {
  it.for(['get-printer-attributes.test', 'get-jobs.test', 'get-completed-jobs.test', 'validate-job.test'])(
    'to %s',
    async (file, ctx) => {
      const path = ipptool(ctx)
      const simulator = await open()
      const { code, said } = await runProgram(path, ['-tv', '-f', await aFile(samplePdf(1)), simulator.url, file])
      expect(code, said).toBe(0)
    },
  )

  it('to print-job.test with a PDF, which it keeps', async (ctx) => {
    const path = ipptool(ctx)
    const simulator = await open()
    const pdf = samplePdf(3)
    const { code, said } = await runProgram(path, ['-tv', '-f', await aFile(pdf), simulator.url, 'print-job.test'])
    expect(code, said).toBe(0)
    await simulator.until(() => simulator.printed()[0]?.complete === true)
    expect(simulator.printed()).toMatchObject([{ impressions: 3, complete: true }])
    expect(simulator.printed()[0]?.pdf).toEqual(pdf)
  })

  it('to create-job.test, with the document sent after it', async (ctx) => {
    const path = ipptool(ctx)
    const simulator = await open()
    const args = ['-tv', '-f', await aFile(samplePdf(1)), simulator.url, 'create-job.test']
    const { code, said } = await runProgram(path, args)
    expect(code, said).toBe(0)
    await simulator.until(() => simulator.printed()[0]?.complete === true)
  })

  it('about its troubles', async (ctx) => {
    const path = ipptool(ctx)
    const simulator = await open()
    simulator.paperOut()
    simulator.tonerLow()
    const { said } = await runProgram(path, ['-tv', simulator.url, 'get-printer-attributes.test'])
    expect(said).toContain('printer-state (enum) = stopped')
    expect(said).toContain('printer-state-reasons (1setOf keyword) = media-empty-error,toner-low-report')
  })
})

it('the simulator takes a request only with its first attributes in their order', async () => {
  const simulator = await open()
  const charset = `47 0012 ${Buffer.from('attributes-charset').toString('hex')} 0005 ${Buffer.from('utf-8').toString('hex')}`
  const body = Buffer.from(`0101 000b 00000001 01 ${charset} 03`.replaceAll(' ', ''), 'hex')
  const answer = await fetch(simulator.url.replace('ipp:', 'http:'), {
    method: 'POST',
    headers: { 'content-type': 'application/ipp' },
    body,
  })
  expect(Buffer.from(await answer.arrayBuffer()).readUInt16BE(2)).toBe(0x0400)
})

it('pages are counted where they stand in the clear', () => {
  for (const pages of [1, 2, 17]) expect(countPdfPages(samplePdf(pages))).toBe(pages)
  expect(countPdfPages(new TextEncoder().encode('%PDF-1.7 /Type/ObjStm'))).toBe(1)
})

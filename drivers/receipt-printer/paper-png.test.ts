import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { createReceiptPrinter } from './driver.ts'
import { findChromium, renderPaperPng } from './paper-png.ts'
import { SAMPLE_RECEIPT } from './sample-receipt.ts'
import { createReceiptPrinterSimulator } from './simulator.ts'

const simulator = createReceiptPrinterSimulator({ speedMmPerS: 0 })
const url = await simulator.start()
const printer = createReceiptPrinter({
  url,
  openLink,
  clock: realClock,
  onEvent: () => undefined,
  log: () => undefined,
})
printer.start()
afterAll(async () => {
  await printer.stop()
  await simulator.stop()
})

async function printed() {
  const result = await printer.print(SAMPLE_RECEIPT, { jobId: 'sample' })
  expect(result).toMatchObject({ ok: true })
  const paper = simulator.papers().at(-1)?.paper
  if (!paper) throw new Error('no paper came out')
  return paper
}

const qrData = SAMPLE_RECEIPT.blocks.flatMap((block) => (block.type === 'qr' ? [block.data] : []))[0]

describe('the printed paper as a picture', () => {
  it('is an SVG with the text as text', async () => {
    const svg = simulator.svg(await printed())
    expect(svg).toMatch(/^<svg [^>]*width="576"/)
    expect(svg.replace(/<[^>]+>/g, '').replace(/\s/g, '')).toContain('事项失业登记姓名周＊远取件码A3KD-7MPX收到时间')
    expect(svg).not.toMatch(/<(script|image|foreignObject)/)
  })

  it('shows markup in a text as text', () => {
    const runs = [{ text: '<b>&"', wide: 1, high: 1, bold: false }]
    const line = { type: 'line', align: 'left', text: '<b>&"', runs, topDots: 0, heightDots: 34 } as const
    const svg = simulator.svg({ heightDots: 34, elements: [line], end: 'cut' })
    expect(svg).toContain('&#60;')
    expect(svg).not.toContain('<b>')
  })

  it('says so as a value when there is no browser', async () => {
    expect(findChromium({ CHROMIUM_PATH: '/nowhere' })).not.toBe('/nowhere')
    const elements = (await printed()).elements
    expect(await renderPaperPng({ heightDots: 8, elements, end: 'cut' }, null)).toMatchObject({
      ok: false,
      fault: 'no-browser',
    })
  })

  it('is 576 dots wide, black on white, and its QR code is read by another program', async (context) => {
    if (!findChromium()) context.skip('no Chromium at CHROMIUM_PATH or /usr/bin/chromium: the PNG was not checked')
    const rendered = await renderPaperPng(await printed())
    if (!rendered.ok) throw new Error(rendered.detail)
    const png = PNG.sync.read(Buffer.from(rendered.png))
    expect(png.width).toBe(576)
    const shades = new Set<number>()
    for (let at = 0; at < png.data.length; at += 4) shades.add(png.data[at] ?? -1)
    expect([...shades].sort()).toEqual([0, 255])
    expect(jsQR(new Uint8ClampedArray(png.data), png.width, png.height)?.data).toBe(qrData)
  }, 60_000)
})

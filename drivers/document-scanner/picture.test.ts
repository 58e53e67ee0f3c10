import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { crc32 } from './crc32.ts'
import { createPageSplitter } from './page-splitter.ts'
import { inspectPage } from './picture.ts'
import { makePage, type PageOrder } from './synthetic-page.ts'

const ORDER: PageOrder = {
  page: 1,
  widthPx: 330,
  heightPx: 470,
  mode: 'colour',
  dpi: 40,
  format: 'image/jpeg',
  hasGrain: true,
}
const jpeg = makePage(ORDER)
const png = makePage({ ...ORDER, format: 'image/png' })
const pdf = makePage({ ...ORDER, format: 'application/pdf' })

const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = new Uint8Array(bytes)
  copy[at] = value
  return copy
}

describe('a whole page', () => {
  it('is known by its own header', () => {
    expect(inspectPage('image/jpeg', jpeg)).toEqual({ ok: true, widthPx: 330, heightPx: 470 })
    expect(inspectPage('image/png', png)).toEqual({ ok: true, widthPx: 330, heightPx: 470 })
    expect(inspectPage('application/pdf', pdf)).toEqual({ ok: true })
  })

  it('may be padded, when it is JPEG', () => {
    expect(inspectPage('image/jpeg', concat(jpeg, new Uint8Array(100)))).toMatchObject({ ok: true })
    expect(inspectPage('image/jpeg', concat(jpeg, new Uint8Array(5000)))).toMatchObject({ ok: false })
    expect(inspectPage('image/png', concat(png, new Uint8Array(1)))).toMatchObject({ ok: false })
  })

  it('may say its length behind its data, as sheets of unknown length do', () => {
    // The frame header is the fourth segment: SOI, APP0, DQT, SOF0; its height stands at 5.
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0)
    const withoutHeight = changed(changed(jpeg, frame + 5, 0), frame + 6, 0)
    expect(inspectPage('image/jpeg', withoutHeight)).toMatchObject({ ok: false, detail: '330 x 0 pixels' })
    const dnl = Uint8Array.of(0xff, 0xdc, 0, 4, 1, 0xd6)
    const told = concat(withoutHeight.subarray(0, -2), dnl, withoutHeight.subarray(-2))
    expect(inspectPage('image/jpeg', told)).toEqual({ ok: true, widthPx: 330, heightPx: 470 })
  })
})

describe('a page that is not whole', () => {
  it('is seen wherever it is cut off', () => {
    for (const [format, bytes] of [
      ['image/jpeg', jpeg],
      ['image/png', png],
    ] as const) {
      for (let length = 0; length < bytes.length; length += length < 700 || length > bytes.length - 20 ? 1 : 97) {
        expect(inspectPage(format, bytes.subarray(0, length)), `${format} cut at ${length}`).toMatchObject({
          ok: false,
        })
      }
    }
    expect(inspectPage('application/pdf', pdf.subarray(0, -8))).toMatchObject({ ok: false })
  })

  it.each([
    ['another kind', 'image/jpeg', png],
    ['another kind', 'image/png', jpeg],
    ['another kind', 'application/pdf', jpeg],
    ['an error page', 'image/jpeg', Buffer.from('<html>')],
    ['a changed bit in PNG', 'image/png', changed(png, 100, (png[100] ?? 0) ^ 1)],
    ['a header and an end without data', 'image/png', concat(png.subarray(0, 33), png.subarray(-12))],
    ['two pictures in one', 'image/jpeg', concat(jpeg, jpeg)],
    ['a JPEG of nothing but its end', 'image/jpeg', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)],
    ['an impossible segment', 'image/jpeg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 1)],
  ] as const)('%s is no %s', (_, format, bytes) => {
    expect(inspectPage(format, bytes)).toMatchObject({ ok: false })
  })
})

describe('pages that this program makes', () => {
  it('are the same each time, and differ by number', () => {
    expect(makePage(ORDER)).toEqual(jpeg)
    expect(makePage({ ...ORDER, page: 2 })).not.toEqual(jpeg)
  })

  it('are PNG that another program reads', () => {
    const read = PNG.sync.read(Buffer.from(png))
    expect([read.width, read.height]).toEqual([330, 470])
    // White paper at the edge, the red bar below the margin.
    expect([...read.data.subarray(0, 3)]).toEqual([246, 246, 242])
    const bar = (4 * 8 * 330 + 4 * 8) * 4
    expect([...read.data.subarray(bar, bar + 3)]).toEqual([196, 30, 58])
  })
})

describe('a stream of pages', () => {
  it.each([
    ['image/jpeg', jpeg, makePage({ ...ORDER, page: 2 })],
    ['image/png', png, makePage({ ...ORDER, page: 2, format: 'image/png' })],
  ] as const)('of %s is cut where one ends, whatever pieces it comes in', (format, first, second) => {
    const stream = concat(first, second, first.subarray(0, 50))
    for (const size of [1, 7, 1000, stream.length]) {
      const splitter = createPageSplitter(format, 1_000_000)
      const pages = []
      for (let at = 0; at < stream.length; at += size) pages.push(...splitter.push(stream.subarray(at, at + size)))
      expect(pages).toHaveLength(2)
      expect(Buffer.compare(pages[0]?.bytes ?? new Uint8Array(), first)).toBe(0)
      expect(Buffer.compare(pages[1]?.bytes ?? new Uint8Array(), second)).toBe(0)
      expect(splitter.heldBytes()).toBe(50)
    }
  })

  it.each([
    ['image/jpeg', jpeg],
    ['image/png', png],
  ] as const)('of one %s is handed out with its last byte', (format, page) => {
    const splitter = createPageSplitter(format, 1_000_000)
    expect(splitter.push(page.subarray(0, -1))).toEqual([])
    expect(splitter.push(page.subarray(-1))).toHaveLength(1)
    expect(splitter.heldBytes()).toBe(0)
  })

  it('is not read on once it makes no sense, and never holds more than a page may have', () => {
    const splitter = createPageSplitter('image/png', 1000)
    expect(splitter.push(png)).toEqual([])
    expect(splitter.fault()).toMatchObject({ fault: 'page-too-big' })
    expect(splitter.heldBytes()).toBe(0)
    const noise = createPageSplitter('image/jpeg', 1_000_000)
    noise.push(Buffer.from('scanimage: something'))
    expect(noise.fault()).toMatchObject({ fault: 'bad-page' })
    expect(noise.push(jpeg)).toEqual([])
  })
})

it('the check sum is zlib’s', () => {
  const bytes = deflateSync(png)
  expect(crc32(bytes, 5, 500)).toBe(zlibCrc32(bytes.subarray(5, 500)))
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
})

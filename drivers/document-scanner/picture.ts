import { crc32 } from './crc32.ts'
import type { PageFormat } from './states.ts'

/**
 * Walks through the structure of a page (JPEG markers, PNG chunks) without decoding a pixel: how large it is, and whether it
 * is whole. It takes bytes as they come, so that it also finds where one page ends and the next begins in a stream.
 */

/** A page at 200 dpi is 1654 pixels wide; anything below this is no page. */
const MIN_SIDE_PX = 16
/** JPEG's own limit. */
const MAX_SIDE_PX = 65_535

export type PictureStep =
  /** So far it is right; `need` is the offset up to which bytes must be there to go on. */
  | { readonly step: 'more'; readonly need: number }
  /** It ends before this offset. */
  | { readonly step: 'end'; readonly end: number; readonly widthPx: number; readonly heightPx: number }
  | { readonly step: 'bad'; readonly detail: string }

export interface PictureWalk {
  /** `bytes` holds the picture from its first byte on; called again with more of the same. */
  go(bytes: Uint8Array): PictureStep
}

const more = (need: number): PictureStep => ({ step: 'more', need })
const bad = (detail: string): PictureStep => ({ step: 'bad', detail })
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2)
const isSide = (px: number): boolean => px >= MIN_SIDE_PX && px <= MAX_SIDE_PX

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const DNL = 0xdc
/** Frame headers: all SOFn, which are C0 to CF without the tables DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
/** RST0 to RST7 stand in the data; TEM has no length either. */
const isLone = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01
const FRAME_HEADER_BYTES = 8

export function walkJpeg(): PictureWalk {
  let at = 0
  let inData = false
  let isFramed = false
  let widthPx = 0
  let heightPx = 0
  let scans = 0

  function segment(bytes: Uint8Array, marker: number): PictureStep | undefined {
    if (bytes.length < at + 4) return more(at + 4)
    const length = u16(bytes, at + 2)
    if (length < 2) return bad(`a segment of length ${length}`)
    if (bytes.length < at + 2 + length) return more(at + 2 + length)
    if (isFrame(marker)) {
      if (length < FRAME_HEADER_BYTES) return bad('a frame header that is too short')
      if (isFramed) return bad('two frame headers')
      isFramed = true
      heightPx = u16(bytes, at + 5)
      widthPx = u16(bytes, at + 7)
    } else if (marker === DNL) {
      // A feeder learns the length only when the sheet has passed: then the height stands behind the data.
      heightPx = u16(bytes, at + 4)
    } else if (marker === SOS) {
      if (!isFramed) return bad('data before a frame header')
      scans++
      inData = true
    }
    at += 2 + length
    return undefined
  }

  /** Leaves `at` on the next marker; false when there is none yet. */
  function skipData(bytes: Uint8Array): boolean {
    // The same memory: a Buffer looks for a byte some twenty times faster than a Uint8Array does.
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (;;) {
      const mark = view.indexOf(0xff, at)
      if (mark < 0 || mark + 1 >= view.length) {
        at = mark < 0 ? view.length : mark
        return false
      }
      const next = view[mark + 1] ?? 0
      at = mark
      if (next === 0xff) at = mark + 1
      else if (next === 0x00 || isLone(next)) at = mark + 2
      else return true
    }
  }

  return {
    go(bytes) {
      if (at === 0) {
        if (bytes.length < 2) return more(2)
        if (bytes[0] !== 0xff || bytes[1] !== SOI) return bad('no JPEG')
        at = 2
      }
      for (;;) {
        if (inData) {
          if (!skipData(bytes)) return more(bytes.length + 1)
          inData = false
        }
        if (bytes.length < at + 2) return more(at + 2)
        if (bytes[at] !== 0xff) return bad('no marker where one must be')
        const marker = bytes[at + 1] ?? 0
        if (marker === 0xff) {
          at++
          continue
        }
        if (marker === EOI) {
          if (scans === 0) return bad('no data')
          if (!isSide(widthPx) || !isSide(heightPx)) return bad(`${widthPx} x ${heightPx} pixels`)
          return { step: 'end', end: at + 2, widthPx, heightPx }
        }
        if (isLone(marker)) {
          at += 2
          continue
        }
        if (marker === 0 || marker === SOI)
          return bad(`the marker ${marker.toString(16)} where none of its kind can be`)
        const halt = segment(bytes, marker)
        if (halt !== undefined) return halt
      }
    },
  }
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const IHDR = 0x49484452
const IDAT = 0x49444154
const IEND = 0x49454e44
/** Length, type and check sum. */
const CHUNK_FRAME_BYTES = 12
const IHDR_BYTES = 13

export function walkPng(): PictureWalk {
  let at = 0
  let widthPx = 0
  let heightPx = 0
  let hasData = false
  return {
    go(bytes) {
      if (at === 0) {
        if (bytes.length < PNG_SIGNATURE.length) return more(PNG_SIGNATURE.length)
        if (PNG_SIGNATURE.some((byte, index) => bytes[index] !== byte)) return bad('no PNG')
        at = PNG_SIGNATURE.length
      }
      for (;;) {
        if (bytes.length < at + 8) return more(at + 8)
        const length = u32(bytes, at)
        const type = u32(bytes, at + 4)
        if (length > 0x7fffffff) return bad('a chunk of impossible length')
        const isFirst = at === PNG_SIGNATURE.length
        if (isFirst !== (type === IHDR)) return bad('IHDR is not the first chunk')
        const end = at + CHUNK_FRAME_BYTES + length
        if (bytes.length < end) return more(end)
        if (crc32(bytes, at + 4, end - 4) !== u32(bytes, end - 4)) return bad('a chunk whose check sum is wrong')
        if (type === IHDR) {
          if (length !== IHDR_BYTES) return bad('IHDR of a wrong length')
          widthPx = u32(bytes, at + 8)
          heightPx = u32(bytes, at + 12)
          if (!isSide(widthPx) || !isSide(heightPx)) return bad(`${widthPx} x ${heightPx} pixels`)
        } else if (type === IDAT) hasData ||= length > 0
        else if (type === IEND) {
          if (!hasData) return bad('no data')
          return { step: 'end', end, widthPx, heightPx }
        }
        at = end
      }
    },
  }
}

export type InspectResult =
  | { readonly ok: true; readonly widthPx?: number; readonly heightPx?: number }
  | { readonly ok: false; readonly detail: string }

/** Firmware pads its last block; more than this behind a picture means that lengths lie. */
const MAX_TRAILING_BYTES = 4096
const PDF_HEAD = '%PDF-'
/** Readers look for the end mark in the last kilobyte. */
const PDF_TAIL_BYTES = 1024

/** Checks a page while it comes, so that the end of it costs little and nonsense is not waited for. */
export interface PageCheck {
  /** `bytes` is all that has come so far, and more than last time. What is wrong with it, as soon as something is. */
  soFar(bytes: Uint8Array): string | undefined
  /** `bytes` is all of it. Never throws. */
  whole(bytes: Uint8Array): InspectResult
}

export function createPageCheck(format: PageFormat): PageCheck {
  if (format === 'application/pdf') return { soFar: () => undefined, whole: inspectPdf }
  const walk = format === 'image/png' ? walkPng() : walkJpeg()
  // PNG says exactly where it ends; a JPEG may be padded.
  const maxTrailing = format === 'image/png' ? 0 : MAX_TRAILING_BYTES
  let step: PictureStep = more(0)
  const go = (bytes: Uint8Array): void => {
    if (step.step === 'more' && bytes.length >= step.need) step = walk.go(bytes)
  }
  return {
    soFar(bytes) {
      go(bytes)
      return step.step === 'bad' ? step.detail : undefined
    },
    whole(bytes) {
      go(bytes)
      if (step.step === 'bad') return { ok: false, detail: step.detail }
      if (step.step === 'more') return { ok: false, detail: `it ends after ${bytes.length} bytes, in the middle` }
      const trailing = bytes.length - step.end
      if (trailing > maxTrailing) return { ok: false, detail: `${trailing} bytes behind its end` }
      return { ok: true, widthPx: step.widthPx, heightPx: step.heightPx }
    },
  }
}

/** Whether these bytes are one whole page of that kind. Never throws. */
export function inspectPage(format: PageFormat, bytes: Uint8Array): InspectResult {
  return createPageCheck(format).whole(bytes)
}

function inspectPdf(bytes: Uint8Array): InspectResult {
  const latin1 = new TextDecoder('latin1')
  if (latin1.decode(bytes.subarray(0, PDF_HEAD.length)) !== PDF_HEAD) return { ok: false, detail: 'no PDF' }
  const tail = latin1.decode(bytes.subarray(Math.max(0, bytes.length - PDF_TAIL_BYTES)))
  if (!tail.includes('%%EOF')) return { ok: false, detail: 'it has no end mark' }
  return { ok: true }
}

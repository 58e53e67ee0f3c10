import type { FuzzTarget } from '../testing/fuzz-target.ts'
import { readCapabilities } from './capabilities.ts'
import { crc32 } from './crc32.ts'
import { createPageSplitter } from './page-splitter.ts'
import { inspectPage } from './picture.ts'
import { createLineReader, readSaneLine } from './sane-lines.ts'
import { MAX_LISTING_BYTES, readSaneOptions } from './sane-options.ts'
import { checkScanSettings } from './settings-check.ts'
import { createSimulatedScanner } from './simulated-scanner.ts'
import { readStatus } from './status.ts'
import { makePage, type PageOrder } from './synthetic-page.ts'
import { MAX_XML_BYTES } from './xml.ts'

/** The parsers of this class for the fuzz campaign. Those that read whole documents hold nothing between pieces. */

const ORDER: PageOrder = {
  page: 1,
  widthPx: 80,
  heightPx: 120,
  mode: 'grey',
  dpi: 72,
  format: 'image/jpeg',
  hasGrain: false,
}
const MAX_PAGE_BYTES = 64 * 1024
const MAX_LINE_BYTES = 4096

const text = (written: string): Uint8Array => new TextEncoder().encode(written)
const jpeg = (): Uint8Array => makePage({ ...ORDER, hasGrain: true })
const png = (): Uint8Array => makePage({ ...ORDER, format: 'image/png' })
const pdf = (): Uint8Array => makePage({ ...ORDER, format: 'application/pdf' })

function documents(): { readonly capabilities: Uint8Array; readonly status: Uint8Array } {
  const source = {
    maxWidth: 2550,
    maxHeight: 3508,
    modes: ['RGB24'],
    resolutions: [200, 300],
    formats: ['image/jpeg'],
  } as const
  const scanner = createSimulatedScanner({
    clock: { nowMs: () => 0, after: () => () => undefined },
    sources: { platen: source, feeder: source, hasDuplex: true },
    model: 'Fuzzed',
    pageMs: 0,
    sheets: 1,
    abandonAfterMs: 1,
  })
  return { capabilities: text(scanner.capabilities()), status: text(scanner.status('/eSCL')) }
}

const LISTING = text(
  '    --mode Color|Gray [Gray]\n    --resolution 75|300dpi [75]\n    --source Flatbed|ADF Duplex [Flatbed]\n    -x 0..215.9mm [215.9]\n',
)
const LINES = text('Progress: 12.5%\rScanned page 1. (scanner status = 5)\nscanimage: sane_read: Device busy\nexit 3\n')
const SETTINGS = text(
  '<s:ScanSettings xmlns:s="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:p="http://www.pwg.org/schemas/2010/12/sm"><p:Version>2.0</p:Version><p:ScanRegions><p:ScanRegion><p:ContentRegionUnits>escl:ThreeHundredthsOfInches</p:ContentRegionUnits><p:XOffset>0</p:XOffset><p:YOffset>0</p:YOffset><p:Width>2480</p:Width><p:Height>3508</p:Height></p:ScanRegion></p:ScanRegions><p:InputSource>Platen</p:InputSource><s:ColorMode>RGB24</s:ColorMode><p:DocumentFormat>image/jpeg</p:DocumentFormat><s:XResolution>300</s:XResolution><s:YResolution>300</s:YResolution></s:ScanSettings>',
)

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'document-scanner/capabilities',
    seeds: () => [documents().capabilities],
    feed: (bytes) => (readCapabilities(bytes).ok ? 'accepted' : 'rejected'),
    maxHeldBytes: MAX_XML_BYTES,
  },
  {
    name: 'document-scanner/status',
    seeds: () => [documents().status],
    feed: (bytes) => (readStatus(bytes).ok ? 'accepted' : 'rejected'),
    maxHeldBytes: MAX_XML_BYTES,
  },
  {
    name: 'document-scanner/scan-settings',
    seeds: () => [SETTINGS],
    feed(bytes) {
      const source = {
        maxWidth: 2550,
        maxHeight: 3508,
        modes: ['RGB24'],
        resolutions: [300],
        formats: ['image/jpeg'],
      } as const
      return checkScanSettings(bytes, { platen: source, hasDuplex: false }).ok ? 'accepted' : 'rejected'
    },
    maxHeldBytes: MAX_XML_BYTES,
  },
  {
    name: 'document-scanner/jpeg',
    seeds: () => [jpeg()],
    feed: (bytes) => (inspectPage('image/jpeg', bytes).ok ? 'accepted' : 'rejected'),
    maxHeldBytes: MAX_PAGE_BYTES,
  },
  {
    name: 'document-scanner/png',
    seeds: () => [png()],
    feed: (bytes) => (inspectPage('image/png', bytes).ok ? 'accepted' : 'rejected'),
    isGood: isWholePng,
    maxHeldBytes: MAX_PAGE_BYTES,
  },
  {
    name: 'document-scanner/pdf',
    seeds: () => [pdf()],
    feed: (bytes) => (inspectPage('application/pdf', bytes).ok ? 'accepted' : 'rejected'),
    maxHeldBytes: MAX_PAGE_BYTES,
  },
  {
    name: 'document-scanner/page-stream',
    seeds: () => [png(), concat(png(), png())],
    feed: (bytes, pieces) => feedPages(bytes, pieces),
    isGood: startsWithWholePng,
    maxHeldBytes: MAX_PAGE_BYTES,
  },
  {
    name: 'document-scanner/scanimage-lines',
    seeds: () => [LINES],
    feed(bytes, pieces) {
      let known = 0
      const reader = createLineReader((line) => {
        if (readSaneLine(line).line !== 'other') known++
      })
      for (const piece of cut(bytes, pieces)) {
        reader.push(piece)
        if (reader.heldUnits() > MAX_LINE_BYTES) throw new Error(`${reader.heldUnits()} characters are held`)
      }
      return known > 0 ? 'accepted' : 'rejected'
    },
    maxHeldBytes: MAX_LINE_BYTES,
  },
  {
    name: 'document-scanner/scanimage-options',
    seeds: () => [LISTING],
    feed: (bytes) =>
      readSaneOptions(new TextDecoder().decode(bytes), 'Fuzzed').ability.flatbed?.dpi.length ? 'accepted' : 'rejected',
    maxHeldBytes: MAX_LISTING_BYTES,
  },
]

function feedPages(bytes: Uint8Array, pieces: readonly number[]): 'accepted' | 'rejected' {
  const splitter = createPageSplitter('image/png', MAX_PAGE_BYTES)
  let pages = 0
  for (const piece of cut(bytes, pieces)) {
    pages += splitter.push(piece).length
    if (splitter.heldBytes() > MAX_PAGE_BYTES) throw new Error(`${splitter.heldBytes()} bytes are held`)
  }
  return pages > 0 ? 'accepted' : 'rejected'
}

function* cut(bytes: Uint8Array, pieces: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (const size of pieces) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** The length of the PNG at the start, by its own chunks and their check sums; undefined when it is none. */
function pngLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  if (bytes.length < 8 || Buffer.compare(bytes.subarray(0, 8), signature) !== 0) return undefined
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return undefined
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'IEND') return end
    at = end
  }
  return undefined
}

function isWholePng(bytes: Uint8Array): boolean {
  return pngLength(bytes) === bytes.length
}

function startsWithWholePng(bytes: Uint8Array): boolean {
  return pngLength(bytes) !== undefined
}

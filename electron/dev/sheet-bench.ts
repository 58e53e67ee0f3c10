import {
  type DocumentPrinterSimulator,
  openDocumentPrinterSimulator,
} from '../../drivers/document-printer/simulator.ts'
import { openDocumentScannerSimulator } from '../../drivers/document-scanner/simulator.ts'
import type { DocumentScannerSimulator } from '../../drivers/document-scanner/simulator-types.ts'
import type { PageOrder } from '../../drivers/document-scanner/synthetic-page.ts'
import type { DOCUMENT_PRINTER_SWITCHES, MoreDevices, SCANNER_AILMENTS } from '../bridge/dock.contract.ts'

/** A4 printer and document scanner of the workbench. */
export interface SheetBench {
  readonly printer: DocumentPrinterSimulator
  readonly scanner: DocumentScannerSimulator
  look(): Pick<MoreDevices, 'documentPrinter' | 'documentScanner'>
  setPrinter(to: (typeof DOCUMENT_PRINTER_SWITCHES)[number]): void
  setScanner(to: (typeof SCANNER_AILMENTS)[number] | null): void
  /** What comes of a page from now on, instead of the scanner's own picture. */
  layPages(make: (order: PageOrder) => Uint8Array): void
  /** The document of that number, from 1; undefined when there is none. */
  document(number: number): Uint8Array | undefined
  close(): Promise<void>
}

/** As quick as a real one of 30 pages a minute, so that a job can be watched. */
const MS_PER_PAGE = 2000
const SCAN_MS_PER_PAGE = 1500
const SHEETS = 3
const SHOWN = 6

export async function openSheetBench(): Promise<SheetBench> {
  let makePage: ((order: PageOrder) => Uint8Array) | undefined
  const [printer, scanner] = await Promise.all([
    openDocumentPrinterSimulator({ msPerPage: MS_PER_PAGE }),
    openDocumentScannerSimulator({
      pageMs: SCAN_MS_PER_PAGE,
      sheets: SHEETS,
      replacePage: (order) => makePage?.(order),
    }),
  ])
  let ailment: (typeof SCANNER_AILMENTS)[number] | null = null
  const switches = {
    'paper-out': () => printer.paperOut(),
    'load-paper': () => printer.loadPaper(),
    'open-cover': () => printer.openCover(),
    'close-cover': () => printer.closeCover(),
    jam: () => printer.jam(),
    'clear-jam': () => printer.clearJam(),
    'toner-low': () => printer.tonerLow(),
    'toner-full': () => printer.tonerLow(false),
  }
  const ailments = {
    jam: () => scanner.jam(),
    'cover-open': () => scanner.openCover(),
    'double-feed': () => scanner.doubleFeed(),
  }
  const isPage = ({ method, path, status }: { method: string; path: string; status: number | undefined }) =>
    method === 'GET' && path.endsWith('/NextDocument') && status === 200

  return {
    printer,
    scanner,
    look() {
      const { paperLeft, coverOpen, jammed, tonerLow } = printer.sensors()
      const documents = printer
        .printed()
        .map(({ jobName, copies, sides, impressions, complete }, index) => ({
          ...{ number: index + 1, name: jobName, copies, bothSides: sides !== 'one-sided' },
          ...{ sides: impressions, whole: complete },
        }))
        .slice(-SHOWN)
        .reverse()
      return {
        documentPrinter: { paperOut: paperLeft <= 0, coverOpen, jammed, tonerLow, documents },
        documentScanner: { sheets: scanner.sheetsLeft(), ailment, pages: scanner.requests().filter(isPage).length },
      }
    },
    setPrinter: (to) => switches[to](),
    setScanner(to) {
      ailment = to
      scanner.recover()
      if (to !== null) ailments[to]()
    },
    layPages(make) {
      makePage = make
    },
    document: (number) => printer.printed()[number - 1]?.pdf,
    close: async () => void (await Promise.all([printer.close(), scanner.close()])),
  }
}

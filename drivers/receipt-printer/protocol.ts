/** The printer's language, bytes only: what we send, what it answers. Nothing here talks. */
export type { Bitmap, Rasterise } from './bitmap.ts'
export { askRealTimeStatus, CLEAR_BUFFERS, type RealTimeStatus, SETTLE_MARK } from './commands.ts'
export { DOTS_PER_MM, type EncodeResult, encodeDocument, PAPER_DOTS } from './encode.ts'
export {
  decodeAutoStatus,
  decodeQueuedPaperStatus,
  decodeRealTimeStatus,
  NO_TROUBLE,
  type PrinterStatus,
  stateOf,
} from './status.ts'

import type { ScanOptions } from '../../drivers/document-scanner/states.ts'

/** The page that both are asked for, and what curl says of its own. */
export const PAGE: ScanOptions = { source: 'flatbed', mode: 'colour', dpi: 300, format: 'image/jpeg' }

export interface CurlPage {
  /**
   * Curl's own time for status, new job and page: without the start of its processes, and without the connections of those
   * two for which the driver's is kept open.
   */
  readonly ms: number
  /** Of it the page. */
  readonly pageMs: number
  readonly sha256: string
}

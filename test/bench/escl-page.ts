import type { ScanOptions } from '../../drivers/document-scanner/states.ts'

/** The page that both are asked for, and what curl says of its own. */
export const PAGE: ScanOptions = { source: 'flatbed', mode: 'colour', dpi: 300, format: 'image/jpeg' }

/** All by curl's own clock, without the start of its processes, and without connecting, since the driver's connection is kept. */
export interface CurlPage {
  readonly pageMs: number
  /** With the new job before it, which is the least that gets these bytes. */
  readonly orderMs: number
  readonly sha256: string
}

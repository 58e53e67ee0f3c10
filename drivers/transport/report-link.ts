import type { ByteLink, LinkFault } from './byte-link.ts'

/**
 * A link whose chunks are whole reports, as HID has them: one `write` is one output report, one call of an `onData`
 * listener one input report. A device that numbers its reports has the number as the first byte of what arrives.
 */
export interface ReportLink extends ByteLink {
  readonly unit: 'report'
  /** Whose device it is; some need a word before they talk, and makes differ in what they say. */
  readonly vendorId: number
  readonly productId: number
  /** Sends a feature report, its number first. False when the device did not take it; the link goes on. */
  sendFeature(numberedReport: Uint8Array): Promise<boolean>
}

/** The link as reports, when it is one. */
export function asReportLink(link: ByteLink): ReportLink | undefined {
  return 'unit' in link && link.unit === 'report' ? (link as ReportLink) : undefined
}

export type OpenReportLinkResult =
  | { readonly ok: true; readonly link: ReportLink }
  | ({ readonly ok: false } & LinkFault)

import type { ByteLink, LinkFault } from './byte-link.ts'

/**
 * A link whose chunks are whole reports, as HID has them: one `write` is one output report, one call of an `onData`
 * listener one input report. A device that numbers its reports has the number as the first byte of what arrives.
 */
export interface ReportLink extends ByteLink {
  readonly unit: 'report'
}

export type OpenReportLinkResult =
  | { readonly ok: true; readonly link: ReportLink }
  | ({ readonly ok: false } & LinkFault)

import { COLOUR_WORDS, type EsclCapabilities, MM_PER_INCH, UNITS_PER_INCH } from './capabilities.ts'
import type { ScanOptions } from './states.ts'

/** ScanSettings of eSCL: what is posted to begin a job. */

/** The paper of every form here. */
export const A4_WIDTH_MM = 210
export const A4_HEIGHT_MM = 297

export const SCAN_NAMESPACE = 'http://schemas.hp.com/imaging/escl/2011/05/03'
export const PWG_NAMESPACE = 'http://www.pwg.org/schemas/2010/12/sm'
/** Every version understands what 2.0 asks, and a device refuses a newer one than its own; sane-airscan and naps2 do the same. */
const ASKED_VERSION = '2.0'

/** A4, or as much of it as the source takes. The options must have been checked against the capabilities (lacks.ts). */
export function writeScanSettings(options: ScanOptions, capabilities: EsclCapabilities): string {
  const { source, duplex, mode, dpi, format } = options
  const used = source === 'flatbed' ? capabilities.flatbed : duplex ? capabilities.duplex : capabilities.feeder
  if (used === undefined) throw new Error(`the settings name a source that the device does not have: ${source}`)
  const width = Math.max(used.minWidth, Math.min(used.maxWidth, unitsOf(A4_WIDTH_MM)))
  const height = Math.max(used.minHeight, Math.min(used.maxHeight, unitsOf(A4_HEIGHT_MM)))
  // The order is sane-airscan's, which is tried on more devices than any other client.
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scan:ScanSettings xmlns:scan="${SCAN_NAMESPACE}" xmlns:pwg="${PWG_NAMESPACE}">`,
    `<pwg:Version>${ASKED_VERSION}</pwg:Version>`,
    '<pwg:ScanRegions><pwg:ScanRegion>',
    '<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>',
    `<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>`,
    `<pwg:Width>${width}</pwg:Width><pwg:Height>${height}</pwg:Height>`,
    '</pwg:ScanRegion></pwg:ScanRegions>',
    `<pwg:InputSource>${source === 'flatbed' ? 'Platen' : 'Feeder'}</pwg:InputSource>`,
    `<scan:ColorMode>${COLOUR_WORDS[mode]}</scan:ColorMode>`,
    `<pwg:DocumentFormat>${format}</pwg:DocumentFormat>`,
    ...(used.wantsFormatExt ? [`<scan:DocumentFormatExt>${format}</scan:DocumentFormatExt>`] : []),
    `<scan:XResolution>${dpi}</scan:XResolution><scan:YResolution>${dpi}</scan:YResolution>`,
    ...(source === 'feeder' ? [`<scan:Duplex>${duplex === true}</scan:Duplex>`] : []),
    '</scan:ScanSettings>',
    '',
  ]
  return lines.join('\n')
}

function unitsOf(mm: number): number {
  return Math.round((mm / MM_PER_INCH) * UNITS_PER_INCH)
}

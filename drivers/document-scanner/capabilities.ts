import { type ColourMode, PAGE_FORMATS, RESOLUTIONS_DPI, type ScannerAbility, type SourceAbility } from './states.ts'
import { childOf, countOf, descendantsOf, readXml, textOf, type XmlNode } from './xml.ts'

/** ScannerCapabilities of eSCL: what the device says that it can do, once per connection. */

/** eSCL measures areas in 1/300 inch. */
export const UNITS_PER_INCH = 300
export const MM_PER_INCH = 25.4

/** The words of eSCL for colour modes, as every kept client uses them. */
export const COLOUR_WORDS = { colour: 'RGB24', grey: 'Grayscale8', bw: 'BlackAndWhite1' } as const
const MODES: readonly ColourMode[] = ['colour', 'grey', 'bw']

/** What one source takes, beyond its abilities, to be asked rightly. */
export interface EsclSource {
  readonly ability: SourceAbility
  /** 1/300 inch. */
  readonly maxWidth: number
  readonly maxHeight: number
  readonly minWidth: number
  readonly minHeight: number
  /** Lists DocumentFormatExt, so it wants to be asked with it (eSCL 2.1 on). */
  readonly wantsFormatExt: boolean
}

export interface EsclCapabilities {
  /** Of the protocol, for instance 2.63. */
  readonly version: string
  readonly ability: ScannerAbility
  readonly flatbed: EsclSource | undefined
  readonly feeder: EsclSource | undefined
  readonly duplex: EsclSource | undefined
  /** The feeder has a sensor for paper; without one its "empty" means nothing. */
  readonly detectsPaper: boolean
}

export type ReadCapabilitiesResult =
  | { readonly ok: true; readonly capabilities: EsclCapabilities }
  | { readonly ok: false; readonly fault: 'not-understood' | 'too-long'; readonly detail: string }

const MAX_MODEL_UNITS = 200

/** Reads a ScannerCapabilities document. Never throws. */
export function readCapabilities(bytes: Uint8Array): ReadCapabilitiesResult {
  const read = readXml(bytes)
  if (!read.ok) return read
  const { root } = read
  if (root.name !== 'ScannerCapabilities') return notUnderstood(`<${root.name}> instead of ScannerCapabilities`)
  const adf = childOf(root, 'Adf')
  const flatbed = sourceOf(childOf(childOf(root, 'Platen'), 'PlatenInputCaps'), root)
  const duplex = sourceOf(childOf(adf, 'AdfDuplexInputCaps'), root)
  // A feeder that always scans both sides can be told to hand out the fronts only.
  const feeder = sourceOf(childOf(adf, 'AdfSimplexInputCaps'), root) ?? duplex
  if (flatbed === undefined && feeder === undefined) {
    return notUnderstood('neither a flatbed nor a feeder that says what it takes')
  }
  return {
    ok: true,
    capabilities: {
      version: textOf(root, 'Version') ?? '',
      ability: {
        model: (textOf(root, 'MakeAndModel') ?? '').slice(0, MAX_MODEL_UNITS),
        flatbed: flatbed?.ability ?? null,
        feeder: feeder?.ability ?? null,
        duplex: duplex?.ability ?? null,
      },
      flatbed,
      feeder,
      duplex,
      detectsPaper: descendantsOf(adf, 'AdfOption').some(({ text }) => text === 'DetectPaperLoaded'),
    },
  }
}

function sourceOf(caps: XmlNode | undefined, root: XmlNode): EsclSource | undefined {
  const maxWidth = countOf(textOf(caps, 'MaxWidth'))
  const maxHeight = countOf(textOf(caps, 'MaxHeight'))
  if (caps === undefined || !maxWidth || !maxHeight) return undefined
  // A profile may be named in the source and stand at the root (SettingProfile ref/name): then the root's count.
  const own = descendantsOf(caps, 'SettingProfile')
  const profiles = own.some(({ children }) => children.length > 0) ? own : descendantsOf(root, 'SettingProfile')
  const words = (name: string): ReadonlySet<string> =>
    new Set(profiles.flatMap((profile) => descendantsOf(profile, name).map(({ text }) => text)))
  const modes = words('ColorMode')
  const formatsExt = words('DocumentFormatExt')
  const formats = new Set([...words('DocumentFormat'), ...formatsExt])
  return {
    ability: {
      modes: MODES.filter((mode) => modes.has(COLOUR_WORDS[mode])),
      dpi: RESOLUTIONS_DPI.filter((dpi) => profiles.some((profile) => resolves(profile, dpi))),
      formats: PAGE_FORMATS.filter((format) => formats.has(format)),
      maxWidthMm: (maxWidth / UNITS_PER_INCH) * MM_PER_INCH,
      maxHeightMm: (maxHeight / UNITS_PER_INCH) * MM_PER_INCH,
    },
    maxWidth,
    maxHeight,
    minWidth: countOf(textOf(caps, 'MinWidth')) ?? 0,
    minHeight: countOf(textOf(caps, 'MinHeight')) ?? 0,
    wantsFormatExt: formatsExt.size > 0,
  }
}

function resolves(profile: XmlNode, dpi: number): boolean {
  const discrete = descendantsOf(profile, 'DiscreteResolution')
  if (discrete.some((each) => isDpi(each, 'XResolution', dpi) && isDpi(each, 'YResolution', dpi))) return true
  return descendantsOf(profile, 'ResolutionRange').some(
    (range) => isInRange(childOf(range, 'XResolutionRange'), dpi) && isInRange(childOf(range, 'YResolutionRange'), dpi),
  )
}

function isDpi(node: XmlNode, name: string, dpi: number): boolean {
  return countOf(textOf(node, name)) === dpi
}

function isInRange(range: XmlNode | undefined, dpi: number): boolean {
  const min = countOf(textOf(range, 'Min'))
  const max = countOf(textOf(range, 'Max'))
  const step = countOf(textOf(range, 'Step')) ?? 1
  return min !== undefined && max !== undefined && dpi >= min && dpi <= max && (dpi - min) % Math.max(1, step) === 0
}

function notUnderstood(detail: string): ReadCapabilitiesResult {
  return { ok: false, fault: 'not-understood', detail }
}

import { PWG_NAMESPACE, SCAN_NAMESPACE } from './scan-settings.ts'
import type { PageFormat } from './states.ts'
import { readXml, type XmlNode } from './xml.ts'

/**
 * What the simulated scanner accepts as ScanSettings: as strict as the strictest devices. It shares no knowledge with
 * scan-settings.ts but the names of the two namespaces.
 */

export interface SimulatedSource {
  /** 1/300 inch. */
  readonly maxWidth: number
  readonly maxHeight: number
  readonly modes: readonly string[]
  readonly resolutions: readonly number[]
  readonly formats: readonly PageFormat[]
}

export interface SimulatedSources {
  readonly platen?: SimulatedSource
  readonly feeder?: SimulatedSource
  readonly hasDuplex: boolean
}

export interface CheckedSettings {
  readonly source: 'Platen' | 'Feeder'
  readonly isDuplex: boolean
  readonly colorMode: string
  readonly format: PageFormat
  readonly dpi: number
  readonly widthPx: number
  readonly heightPx: number
}

export type CheckSettingsResult =
  | { readonly ok: true; readonly settings: CheckedSettings }
  /** 400: no ScanSettings. 409: settings that this device cannot follow. */
  | { readonly ok: false; readonly status: 400 | 409; readonly why: string }

/** Every element that may stand in ScanSettings, with its namespace: the same name in the other one is another element. */
const KNOWN: Readonly<Record<string, string>> = {
  Version: PWG_NAMESPACE,
  Intent: SCAN_NAMESPACE,
  ScanRegions: PWG_NAMESPACE,
  InputSource: PWG_NAMESPACE,
  CompressionFactor: SCAN_NAMESPACE,
  ColorMode: SCAN_NAMESPACE,
  DocumentFormat: PWG_NAMESPACE,
  DocumentFormatExt: SCAN_NAMESPACE,
  XResolution: SCAN_NAMESPACE,
  YResolution: SCAN_NAMESPACE,
  Duplex: SCAN_NAMESPACE,
}
const REGION = ['ContentRegionUnits', 'XOffset', 'YOffset', 'Width', 'Height']
const UNITS = 'escl:ThreeHundredthsOfInches'
const UNITS_PER_INCH = 300
const OWN_VERSION = 2.6

class Unacceptable extends Error {
  readonly status: 400 | 409
  constructor(status: 400 | 409, why: string) {
    super(why)
    this.status = status
  }
}

const broken = (why: string): never => {
  throw new Unacceptable(400, why)
}
const conflict = (why: string): never => {
  throw new Unacceptable(409, why)
}

export function checkScanSettings(body: Uint8Array, sources: SimulatedSources): CheckSettingsResult {
  try {
    return { ok: true, settings: check(body, sources) }
  } catch (error) {
    if (!(error instanceof Unacceptable)) throw error
    return { ok: false, status: error.status, why: error.message }
  }
}

function check(body: Uint8Array, sources: SimulatedSources): CheckedSettings {
  const read = readXml(body)
  if (!read.ok) return broken(read.detail)
  const { root } = read
  if (root.name !== 'ScanSettings' || root.namespace !== SCAN_NAMESPACE) return broken('no scan:ScanSettings')
  const found = new Map<string, XmlNode>()
  for (const child of root.children) {
    if (KNOWN[child.name] !== child.namespace) broken(`unknown element ${child.name} of "${child.namespace}"`)
    if (found.has(child.name)) broken(`${child.name} twice`)
    found.set(child.name, child)
  }
  if (root.children[0]?.name !== 'Version') broken('Version is not the first element')
  const text = (name: string): string => found.get(name)?.text || broken(`no ${name}`)
  const version = text('Version')
  if (!/^\d\.\d{1,2}$/.test(version)) broken(`version "${version}"`)
  if (Number(version) > OWN_VERSION) conflict(`version ${version} is newer than ${OWN_VERSION}`)

  const inputSource = text('InputSource')
  if (inputSource !== 'Platen' && inputSource !== 'Feeder') return broken(`InputSource "${inputSource}"`)
  const source = inputSource === 'Platen' ? sources.platen : sources.feeder
  if (source === undefined) return conflict(`there is no ${inputSource}`)
  const duplex = found.get('Duplex')?.text ?? 'false'
  if (duplex !== 'true' && duplex !== 'false') broken(`Duplex "${duplex}"`)
  const isDuplex = duplex === 'true'
  if (isDuplex && (inputSource === 'Platen' || !sources.hasDuplex)) conflict('duplex')

  const colorMode = text('ColorMode')
  if (!source.modes.includes(colorMode)) conflict(`ColorMode "${colorMode}"`)
  const format = source.formats.find((known) => known === text('DocumentFormat'))
  if (format === undefined) return conflict('DocumentFormat')
  const ext = found.get('DocumentFormatExt')?.text
  if (ext !== undefined && ext !== format) conflict('DocumentFormatExt names another format than DocumentFormat')
  const dpi = wholeNumber(text('XResolution'))
  if (dpi !== wholeNumber(text('YResolution'))) conflict('two resolutions')
  if (!source.resolutions.includes(dpi)) conflict(`${dpi} dpi`)

  const [region, ...more] = found.get('ScanRegions')?.children ?? []
  if (region === undefined || more.length > 0) return broken('not one ScanRegion')
  if (region.name !== 'ScanRegion') broken(`${region.name} in ScanRegions`)
  const [units, x, y, width, height] = REGION.map((name) => {
    const node = region.children.find((child) => child.name === name && child.namespace === PWG_NAMESPACE)
    return node?.text ?? broken(`no ${name} in the region`)
  })
  if (units !== UNITS) broken(`units "${units}"`)
  const right = wholeNumber(x) + wholeNumber(width)
  const bottom = wholeNumber(y) + wholeNumber(height)
  if (right > source.maxWidth || bottom > source.maxHeight) conflict(`a region to ${right}, ${bottom}`)
  const pixels = (written: string | undefined): number =>
    Math.max(1, Math.floor((wholeNumber(written) * dpi) / UNITS_PER_INCH))
  const settings = { colorMode, format, dpi, isDuplex, widthPx: pixels(width), heightPx: pixels(height) }
  return { ...settings, source: inputSource }
}

function wholeNumber(written: string | undefined): number {
  if (written === undefined || !/^\d{1,6}$/.test(written)) return broken(`"${written}" is no whole number`)
  return Number(written)
}

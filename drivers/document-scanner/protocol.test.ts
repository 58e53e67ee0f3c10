import { describe, expect, it } from 'vitest'
import { readCapabilities, readStatus, stateOf, writeScanSettings } from './protocol.ts'
import { checkScanSettings } from './settings-check.ts'
import type { ScanOptions } from './states.ts'
import { MAX_XML_BYTES, readXml } from './xml.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const NAMESPACES =
  'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'

/** In the manner of a real office device: HP prefixes, comments, a range for the feeder, discrete steps for the glass. */
const CAPABILITIES = `<?xml version="1.0" encoding="UTF-8"?>
<!-- THIS DATA SUBJECT TO DISCLAIMER(S) INCLUDED WITH THE PRODUCT OF ORIGIN. -->
<scan:ScannerCapabilities ${NAMESPACES} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Hall &amp; Co 500</pwg:MakeAndModel>
  <scan:Platen><scan:PlatenInputCaps>
    <scan:MinWidth>300</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth><scan:MinHeight>300</scan:MinHeight><scan:MaxHeight>3300</scan:MaxHeight>
    <scan:SettingProfiles><scan:SettingProfile>
      <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
      <scan:DocumentFormats><pwg:DocumentFormat>application/pdf</pwg:DocumentFormat><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>
      <scan:SupportedResolutions><scan:DiscreteResolutions>
        <scan:DiscreteResolution><scan:XResolution>200</scan:XResolution><scan:YResolution>200</scan:YResolution></scan:DiscreteResolution>
        <scan:DiscreteResolution><scan:XResolution>300</scan:XResolution><scan:YResolution>150</scan:YResolution></scan:DiscreteResolution>
      </scan:DiscreteResolutions></scan:SupportedResolutions>
    </scan:SettingProfile></scan:SettingProfiles>
  </scan:PlatenInputCaps></scan:Platen>
  <scan:Adf><scan:AdfSimplexInputCaps>
    <scan:MaxWidth>2550</scan:MaxWidth><scan:MaxHeight>4200</scan:MaxHeight>
    <scan:SettingProfiles><scan:SettingProfile>
      <scan:ColorModes><scan:ColorMode>BlackAndWhite1</scan:ColorMode></scan:ColorModes>
      <scan:DocumentFormats><scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
      <scan:SupportedResolutions><scan:ResolutionRange>
        <scan:XResolutionRange><scan:Min>100</scan:Min><scan:Max>600</scan:Max><scan:Step>100</scan:Step></scan:XResolutionRange>
        <scan:YResolutionRange><scan:Min>100</scan:Min><scan:Max>600</scan:Max><scan:Step>100</scan:Step></scan:YResolutionRange>
      </scan:ResolutionRange></scan:SupportedResolutions>
    </scan:SettingProfile></scan:SettingProfiles>
  </scan:AdfSimplexInputCaps><scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption></scan:AdfOptions></scan:Adf>
</scan:ScannerCapabilities>`

function capabilitiesOf(text: string) {
  const read = readCapabilities(bytes(text))
  if (!read.ok) throw new Error(read.detail)
  return read.capabilities
}

describe('ScannerCapabilities', () => {
  it('says what each source can do', () => {
    const { ability, version, detectsPaper, flatbed, feeder } = capabilitiesOf(CAPABILITIES)
    expect(version).toBe('2.63')
    expect(detectsPaper).toBe(true)
    expect(ability.model).toBe('Hall & Co 500')
    expect(ability.flatbed).toMatchObject({
      modes: ['colour', 'grey'],
      dpi: [200],
      formats: ['image/jpeg', 'application/pdf'],
    })
    expect(ability.feeder).toMatchObject({ modes: ['bw'], dpi: [200, 300], formats: ['image/jpeg'] })
    expect(ability.duplex).toBeNull()
    expect(ability.flatbed?.maxWidthMm).toBeCloseTo(215.9)
    expect([flatbed?.wantsFormatExt, feeder?.wantsFormatExt]).toEqual([false, true])
  })

  it('does not depend on the prefixes', () => {
    const other = CAPABILITIES.replaceAll('scan:', 'escl:').replaceAll('pwg:', 'p:')
    expect(capabilitiesOf(other)).toEqual(capabilitiesOf(CAPABILITIES))
  })

  it('is read when the feeder only ever scans both sides, and when there is no flatbed', () => {
    const { ability } = capabilitiesOf(
      CAPABILITIES.replaceAll('AdfSimplexInputCaps', 'AdfDuplexInputCaps').replaceAll('PlatenInputCaps', 'X'),
    )
    expect(ability.flatbed).toBeNull()
    expect(ability.feeder).toEqual(ability.duplex)
    expect(ability.feeder).not.toBeNull()
  })

  it.each([
    ['no XML', 'Not Found', 'not-understood'],
    ['another document', '<html><body/></html>', 'not-understood'],
    ['an unfinished one', CAPABILITIES.slice(0, -40), 'not-understood'],
    ['one without a source', `<scan:ScannerCapabilities ${NAMESPACES}/>`, 'not-understood'],
    ['one that is too long', `${CAPABILITIES}${' '.repeat(MAX_XML_BYTES)}`, 'too-long'],
    ['one with too many elements', `<a>${'<b/>'.repeat(5000)}</a>`, 'too-long'],
  ])('is refused as %s', (_, text, fault) => {
    expect(readCapabilities(bytes(text))).toMatchObject({ ok: false, fault })
  })
})

describe('XML', () => {
  it('does not grow and does not sink', () => {
    const entities = '<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    expect(readXml(bytes(entities))).toMatchObject({ ok: true, root: { text: '&c;' } })
    const deep = `${'<a>'.repeat(3999)}${'</a>'.repeat(3999)}`
    expect(readXml(bytes(deep)).ok).toBe(true)
    expect(readXml(bytes(`<a>${deep}</a>`)).ok).toBe(true)
    expect(readXml(bytes(`<a><a>${deep}</a></a>`))).toMatchObject({ ok: false, fault: 'too-long' })
  })
})

describe('ScannerStatus', () => {
  const status = (inner: string): string => `<scan:ScannerStatus ${NAMESPACES}>${inner}</scan:ScannerStatus>`
  const stateFor = (inner: string, has = { feeder: true, detectsPaper: true }) => {
    const read = readStatus(bytes(status(inner)))
    return read.ok ? stateOf(read.status, has) : read.fault
  }
  const adf = (word: string): string => `<pwg:State>Idle</pwg:State><scan:AdfState>${word}</scan:AdfState>`

  it.each([
    ['ScannerAdfLoaded', { state: 'ready', feeder: 'loaded' }],
    ['ScannerAdfEmpty', { state: 'ready', feeder: 'empty' }],
    ['ScannerAdfProcessing', { state: 'ready', feeder: 'unknown' }],
    ['ScannerAdfJam', { state: 'jammed' }],
    ['ScannerAdfHatchOpen', { state: 'cover-open' }],
    ['ScannerAdfDoorOpen', { state: 'cover-open' }],
    ['ScannerAdfMispick', { state: 'misfed' }],
    ['ScannerAdfMultipickDetected', { state: 'misfed' }],
    ['ScannerAdfInputTrayFailed', { state: 'error', cause: 'tray-failed' }],
    ['ScannerAdfInputTrayOverloaded', { state: 'overloaded' }],
    ['SomethingNew', { state: 'ready', feeder: 'unknown' }],
    ['constructor', { state: 'ready', feeder: 'unknown' }],
  ])('reads %s', (word, state) => {
    expect(stateFor(adf(word))).toEqual(state)
  })

  it.each([
    ['Idle', { state: 'ready', feeder: 'unknown' }],
    ['Processing', { state: 'busy', cause: 'other-job' }],
    ['Testing', { state: 'busy', cause: 'self-test' }],
    ['Stopped', { state: 'error', cause: 'stopped' }],
    ['Down', { state: 'error', cause: 'down' }],
  ])('reads the device itself: %s', (word, state) => {
    expect(stateFor(`<pwg:State>${word}</pwg:State>`)).toEqual(state)
  })

  it('believes "empty" only of a feeder with a sensor, and says "none" where there is no feeder', () => {
    expect(stateFor(adf('ScannerAdfEmpty'), { feeder: true, detectsPaper: false })).toMatchObject({ feeder: 'unknown' })
    expect(stateFor(adf('ScannerAdfEmpty'), { feeder: false, detectsPaper: true })).toMatchObject({ feeder: 'none' })
  })

  it('lists jobs, and tells "none known" from "not told"', () => {
    const job = '<scan:JobInfo><pwg:JobUri>/eSCL/ScanJobs/1</pwg:JobUri><pwg:ImagesCompleted>2</pwg:ImagesCompleted>'
    const jobs = `<pwg:State>Idle</pwg:State><scan:Jobs>${job}<pwg:JobState>Aborted</pwg:JobState></scan:JobInfo></scan:Jobs>`
    expect(readStatus(bytes(status(jobs)))).toMatchObject({
      ok: true,
      status: { jobs: [{ uri: '/eSCL/ScanJobs/1', state: 'Aborted', imagesCompleted: 2 }] },
    })
    expect(readStatus(bytes(status('<pwg:State>Idle</pwg:State><scan:Jobs/>')))).toMatchObject({ status: { jobs: [] } })
    const untold = readStatus(bytes(status('<pwg:State>Idle</pwg:State>')))
    expect(untold.ok && untold.status.jobs).toBeUndefined()
  })

  it('is refused without a state', () => {
    expect(stateFor('')).toBe('not-understood')
    expect(readStatus(bytes('<ScannerCapabilities/>'))).toMatchObject({ ok: false })
  })
})

describe('ScanSettings', () => {
  const source = {
    maxWidth: 2550,
    maxHeight: 4200,
    modes: ['RGB24', 'Grayscale8', 'BlackAndWhite1'],
    resolutions: [200, 300],
    formats: ['image/jpeg' as const, 'application/pdf' as const],
  }
  const sources = { platen: source, feeder: source, hasDuplex: true }
  const capabilities = capabilitiesOf(CAPABILITIES)
  const flatbed: ScanOptions = { source: 'flatbed', mode: 'grey', dpi: 200, format: 'image/jpeg' }
  const written = writeScanSettings(flatbed, capabilities)

  it('asks for A4, or as much of it as there is', () => {
    expect(checkScanSettings(bytes(written), sources)).toEqual({
      ok: true,
      settings: {
        source: 'Platen',
        isDuplex: false,
        colorMode: 'Grayscale8',
        format: 'image/jpeg',
        dpi: 200,
        widthPx: 1653,
        // The glass of this device is 11 inches long.
        heightPx: 2200,
      },
    })
  })

  it('asks the feeder for both sides, and says so in the words it wants', () => {
    const duplex = { ...capabilities, duplex: capabilities.feeder }
    const both = writeScanSettings({ ...flatbed, source: 'feeder', duplex: true }, duplex)
    expect(both).toContain('<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>')
    expect(checkScanSettings(bytes(both), sources)).toMatchObject({
      ok: true,
      settings: { source: 'Feeder', isDuplex: true, heightPx: 2338 },
    })
    expect(written).not.toContain('DocumentFormatExt')
    expect(written).not.toContain('Duplex')
  })

  it.each([
    ['no XML', 'x', 400],
    ['another document', '<a/>', 400],
    ['a foreign namespace', written.replaceAll('escl/2011', 'escl/2012'), 400],
    ['the wrong namespace for one element', written.replaceAll('pwg:InputSource', 'scan:InputSource'), 400],
    ['no version', written.replace(/<pwg:Version>.*<\/pwg:Version>/, ''), 400],
    ['a version that is none', written.replace('2.0', 'two'), 400],
    ['a version that is too new', written.replace('2.0', '3.0'), 409],
    ['no source', written.replace(/<pwg:InputSource>.*<\/pwg:InputSource>/, ''), 400],
    ['a source that is none', written.replace('Platen', 'Camera'), 400],
    ['an unknown element', written.replace('<scan:ColorMode>', '<scan:Magic/><scan:ColorMode>'), 400],
    [
      'an element twice',
      written.replace('<scan:ColorMode>', '<scan:ColorMode>RGB24</scan:ColorMode><scan:ColorMode>'),
      400,
    ],
    [
      'the version last',
      written.replace(/(<pwg:Version>.*<\/pwg:Version>)([\s\S]*)(<\/scan:ScanSettings>)/, '$2$1$3'),
      400,
    ],
    ['a resolution it lacks', written.replaceAll('200</scan:', '250</scan:'), 409],
    ['two resolutions', written.replace('<scan:XResolution>200', '<scan:XResolution>300'), 409],
    ['a format it lacks', written.replace('image/jpeg', 'image/tiff'), 409],
    ['a mode it lacks', written.replace('Grayscale8', 'RGB48'), 409],
    ['a region beyond the glass', written.replace('<pwg:XOffset>0', '<pwg:XOffset>500'), 409],
    ['a width that is no number', written.replace(/<pwg:Width>\d+/, '<pwg:Width>wide'), 400],
    ['millimetres', written.replace('escl:ThreeHundredthsOfInches', 'escl:Millimeters'), 400],
  ])('is refused by the simulated scanner with %s', (_, text, statusCode) => {
    expect(text).not.toBe(written)
    expect(checkScanSettings(bytes(text), sources)).toMatchObject({ ok: false, status: statusCode })
  })

  it('is refused for a source that is not there', () => {
    expect(checkScanSettings(bytes(written), { feeder: source, hasDuplex: false })).toMatchObject({ status: 409 })
    const both = writeScanSettings({ ...flatbed, source: 'feeder' }, capabilities).replace('false', 'true')
    expect(checkScanSettings(bytes(both), { feeder: source, hasDuplex: false })).toMatchObject({ status: 409 })
  })
})

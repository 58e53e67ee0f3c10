import { describe, expect, it } from 'vitest'
import { readSaneOptions } from './sane-options.ts'
import type { ScanOptions } from './states.ts'

/** As `scanimage -A` of several backends lists them; the first is sane-airscan's own words. */
const AIRSCAN = `
All options specific to device \`airscan:e0:Kiosk Sim':
  Standard:
    --resolution 75|100|200|300|600dpi [300]
        Sets the resolution of the scanned image.
    --mode Color|Gray [Color]
    --source Flatbed|ADF|ADF Duplex [Flatbed]
  Geometry:
    -l 0..215.9mm [0]
    -x 0..215.9mm [215.9]
    -y 0..297.011mm [297.011]
  Enhancement:
    --brightness -100..100% (in steps of 1) [0]
    --adf-justification-x <string> [inactive]
`
const BROTHER = `
    --mode Black & White|Gray[Error Diffusion]|True Gray|24bit Color|24bit Color[Fast] [24bit Color]
    --resolution 100|150|200|300|400|600|1200|2400|4800|9600dpi [200]
    --source FlatBed|Automatic Document Feeder(left aligned)|Automatic Document Feeder(left aligned,Duplex) [FlatBed]
    -x 0..215.9mm (in steps of 0.0999908) [215.88]
    -y 0..355.6mm (in steps of 0.0999908) [355.567]
`
const EPSON = `
    --mode Lineart|Gray|Color [Lineart]
    --resolution 50..1200dpi (in steps of 1) [75]
    --source Flatbed|Automatic Document Feeder [Flatbed]
    --adf-mode Simplex|Duplex [Simplex]
    --tl-x 0..215.9mm [0]
`
const SHEETFED = `
    --source ADF Front|ADF Back|ADF Duplex [ADF Front]
    --mode Lineart|Halftone|Gray|Color [Lineart]
    --resolution 50..600dpi (in steps of 50) [150]
    -x 0..224.846mm (in steps of 0.0211639) [215.872]
    -y 0..876.695mm (in steps of 0.0211639) [279.364]
`
const EPSONDS = `
    --source Flatbed|ADF [Flatbed]
    --duplex[=(yes|no)] [no]
    --mode Lineart|Grayscale|Color [Color]
    --resolution 75|100|300dpi [75]
`
const GLASS_ONLY = `
    --mode Color|Gray [Gray]
    --resolution 150|300dpi [150]
    -x 0..1700pel [1700]
`

const asked: ScanOptions = { source: 'flatbed', mode: 'colour', dpi: 300, format: 'image/jpeg' }
const feeder: ScanOptions = { ...asked, source: 'feeder' }
const both: ScanOptions = { ...feeder, duplex: true }

const summary = (listing: string) => {
  const { flatbed, feeder: adf, duplex } = readSaneOptions(listing, 'X').ability
  const used = flatbed ?? adf
  return [flatbed !== null, adf !== null, duplex !== null, used?.modes.join(' '), used?.dpi.join(' ')]
}

describe('what scanimage lists', () => {
  it.each([
    ['sane-airscan', AIRSCAN, [true, true, true, 'colour grey', '200 300']],
    ['Brother', BROTHER, [true, true, true, 'colour grey bw', '200 300']],
    ['epson2', EPSON, [true, true, true, 'colour grey bw', '200 300']],
    ['a sheet-fed one', SHEETFED, [false, true, true, 'colour grey bw', '200 300']],
    ['epsonds', EPSONDS, [true, true, true, 'colour grey bw', '300']],
    ['one without a source', GLASS_ONLY, [true, false, false, 'colour grey', '300']],
    ['nothing', '', [true, false, false, '', '']],
    ['garbage', '    --mode\n\u0000[\n    --[=(yes|no)] [\n    -x ..mm [', [true, false, false, '', '']],
  ])('%s', (_, listing, expected) => {
    expect(summary(listing)).toEqual(expected)
  })

  it('leaves out options that cannot be set', () => {
    expect(summary('    --mode Color|Gray [inactive]\n    --resolution 300dpi [read-only]')).toEqual([
      true,
      false,
      false,
      '',
      '',
    ])
  })
})

describe('what scanimage is asked', () => {
  const args = (listing: string, options: ScanOptions) => readSaneOptions(listing, 'X').arguments(options).join(' ')

  it.each([
    [AIRSCAN, asked, '--source=Flatbed --mode=Color --resolution=300 -x 210 -y 297 --format=jpeg'],
    [AIRSCAN, both, '--source=ADF Duplex --mode=Color --resolution=300 -x 210 -y 297 --format=jpeg'],
    [
      BROTHER,
      { ...feeder, mode: 'grey', format: 'image/png' },
      '--source=Automatic Document Feeder(left aligned) --mode=True Gray --resolution=300 -x 210 -y 297 --format=png',
    ],
    [BROTHER, asked, '--source=FlatBed --mode=24bit Color --resolution=300 -x 210 -y 297 --format=jpeg'],
    [EPSON, both, '--source=Automatic Document Feeder --adf-mode=Duplex --mode=Color --resolution=300 --format=jpeg'],
    [EPSONDS, both, '--source=ADF --duplex=yes --mode=Color --resolution=300 --format=jpeg'],
    [EPSONDS, { ...feeder, mode: 'grey' }, '--source=ADF --mode=Grayscale --resolution=300 --format=jpeg'],
    [SHEETFED, feeder, '--source=ADF Front --mode=Color --resolution=300 -x 210 -y 297 --format=jpeg'],
    [SHEETFED, both, '--source=ADF Duplex --mode=Color --resolution=300 -x 210 -y 297 --format=jpeg'],
    [GLASS_ONLY, asked, '--mode=Color --resolution=300 --format=jpeg'],
  ] as const)('case %#', (listing, options, expected) => {
    expect(args(listing, options)).toBe(expected)
  })
})

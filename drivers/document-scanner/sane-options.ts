import { A4_HEIGHT_MM, A4_WIDTH_MM } from './scan-settings.ts'
import {
  type ColourMode,
  RESOLUTIONS_DPI,
  type ScannerAbility,
  type ScanOptions,
  type SourceAbility,
} from './states.ts'

/** What `scanimage -A` lists of a device, and the arguments that ask it for a scan. Each backend of SANE names things its own way. */

/** The longest listing known (pixma) is below 20 kB. */
export const MAX_LISTING_BYTES = 128 * 1024
const MAX_OPTIONS = 300

export interface SaneAbility {
  readonly ability: ScannerAbility
  /** The arguments for options that the ability allows. */
  arguments(options: ScanOptions): readonly string[]
}

interface Listed {
  /** As it stands: `75|150|300dpi`, `0..215.9mm (in steps of 0.1)`, `Gray|Color`. Empty for a switch. */
  readonly values: string
}

/** scanimage writes both; JPEG keeps a page at a tenth of PNG. */
const FORMATS: SourceAbility['formats'] = ['image/jpeg', 'image/png']

const MODE_WORDS: Readonly<Record<ColourMode, RegExp>> = {
  colour: /colou?r/i,
  grey: /gr[ae]y/i,
  bw: /line ?art|black|binary|mono/i,
}
const FEEDER_WORD = /adf|feeder/i
const DUPLEX_WORD = /duplex/i
/** Sources of a feeder that see only the other side. */
const BACK_WORD = /\bback\b/i

/** Reads the listing. Never throws: an option that is written in a way nobody knows is not there. */
export function readSaneOptions(listing: string, model: string): SaneAbility {
  const listed = listOptions(listing)
  const words = (name: string): readonly string[] => wordsOf(listed.get(name)?.values)
  // "Color" rather than "24bit Color[Fast]" or "Color Lineart": the shortest is the plainest.
  const modeWord = (mode: ColourMode): string | undefined =>
    words('--mode')
      .filter((word) => MODE_WORDS[mode].test(word) && (mode === 'bw' || !MODE_WORDS.bw.test(word)))
      .sort((a, b) => a.length - b.length)[0]
  const sources = words('--source')
  const feederWords = sources.filter((word) => FEEDER_WORD.test(word) && !BACK_WORD.test(word))
  const feederWord = feederWords.find((word) => !DUPLEX_WORD.test(word))
  const duplexWord = feederWords.find((word) => DUPLEX_WORD.test(word))
  const flatbedWord = sources.find((word) => !FEEDER_WORD.test(word) && !DUPLEX_WORD.test(word))
  const duplexMode = words('--adf-mode').find((word) => DUPLEX_WORD.test(word))
  const hasDuplexSwitch = listed.has('--duplex')
  const hasFeeder = feederWord !== undefined || duplexWord !== undefined
  const canDuplex = duplexWord !== undefined || (hasFeeder && (duplexMode !== undefined || hasDuplexSwitch))

  const width = greatestOf(listed.get('-x')?.values)
  const height = greatestOf(listed.get('-y')?.values)
  const source: SourceAbility = {
    modes: (['colour', 'grey', 'bw'] as const).filter((mode) => modeWord(mode) !== undefined),
    dpi: RESOLUTIONS_DPI.filter((dpi) => takes(listed.get('--resolution')?.values, dpi)),
    formats: FORMATS,
    maxWidthMm: width ?? A4_WIDTH_MM,
    maxHeightMm: height ?? A4_HEIGHT_MM,
  }
  return {
    ability: {
      model,
      flatbed: flatbedWord !== undefined || sources.length === 0 ? source : null,
      feeder: hasFeeder ? source : null,
      duplex: canDuplex ? source : null,
    },
    arguments({ source: asked, duplex, mode, dpi, format }) {
      const isDuplex = asked === 'feeder' && duplex === true
      const word =
        asked === 'flatbed' ? flatbedWord : isDuplex ? (duplexWord ?? feederWord) : (feederWord ?? duplexWord)
      const how: string[] = []
      // The source first: it decides what the other options may be.
      if (word !== undefined) how.push(`--source=${word}`)
      if (isDuplex && duplexWord === undefined) how.push(duplexMode ? `--adf-mode=${duplexMode}` : '--duplex=yes')
      how.push(`--mode=${modeWord(mode) ?? ''}`, `--resolution=${dpi}`)
      if (width !== undefined) how.push('-x', String(Math.min(width, A4_WIDTH_MM)))
      if (height !== undefined) how.push('-y', String(Math.min(height, A4_HEIGHT_MM)))
      how.push(`--format=${format === 'image/png' ? 'png' : 'jpeg'}`)
      return how
    },
  }
}

/** Options that can be set now, by name. */
function listOptions(listing: string): ReadonlyMap<string, Listed> {
  const listed = new Map<string, Listed>()
  for (const line of listing.split('\n')) {
    // "    --mode Gray|Color [Gray]", "    --duplex[=(yes|no)] [no] [advanced]", "    -x 0..200mm (in steps of 1) [80]"
    // A word may hold brackets too ("24bit Color[Fast]"); only those behind a blank are scanimage's own.
    const match = /^ {2,}(-{1,2}[A-Za-z][\w-]*)(?:\[=\(yes\|no\)\])?(?: (?!\[)(.*?))? \[(.*)\]\s*$/.exec(line)
    const [, name, values = '', current = ''] = match ?? []
    if (name === undefined || /\b(?:inactive|read-only|hardware)\b/.test(current)) continue
    listed.set(name, { values: values.trim() })
    if (listed.size >= MAX_OPTIONS) break
  }
  return listed
}

function wordsOf(values: string | undefined): readonly string[] {
  return values === undefined || values === '' ? [] : values.split('|').map((word) => word.trim())
}

/** `1..1200dpi (in steps of 1)` or `75|150|300dpi`. */
function takes(values: string | undefined, dpi: number): boolean {
  if (values === undefined) return false
  const range = /^(-?[\d.]+)\.\.([\d.]+)/.exec(values)
  if (range !== null) {
    const step = Number(/in steps of ([\d.]+)/.exec(values)?.[1] ?? 1)
    const min = Number(range[1])
    return dpi >= min && dpi <= Number(range[2]) && (step <= 1 || (dpi - min) % step === 0)
  }
  return wordsOf(values.replace(/dpi$/, '')).some((word) => Number(word) === dpi)
}

/** The end of a range in millimetres; undefined for anything else, as pixels. */
function greatestOf(values: string | undefined): number | undefined {
  const greatest = Number(/^[\d.]+\.\.([\d.]+)mm/.exec(values ?? '')?.[1])
  return Number.isFinite(greatest) && greatest > 0 ? greatest : undefined
}

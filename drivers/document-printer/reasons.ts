import { type Condition, mostUrgent } from '../condition/states.ts'
import type { PrinterReading } from './answers.ts'
import { PDF_FORMAT } from './protocol.ts'
import {
  type DocumentPrinterState,
  documentPrinterCondition,
  KeywordSchema,
  MAX_FORMAT_CHARACTERS,
  MAX_FORMATS,
  type Place,
  type PrinterTrouble,
  type PrinterWarning,
} from './states.ts'

/**
 * From printer-state and printer-state-reasons to one state. Keywords are compared by prefix, because printers add a
 * suffix for how bad it is: -report, -warning, -error (RFC 8011 section 5.4.12). An error stops the printer; a warning or
 * report does not: one of two trays is empty (apple/cups issue 5776). Without a suffix the text says "error", which is
 * true of an empty tray and not of low toner, so there the keyword itself decides.
 */

type Meaning =
  | { readonly kind: 'trouble'; readonly trouble: PrinterTrouble }
  | { readonly kind: 'warning'; readonly warning: PrinterWarning }
  | { readonly kind: 'harmless' }

const trouble = (word: PrinterTrouble): Meaning => ({ kind: 'trouble', trouble: word })
const warning = (word: PrinterWarning): Meaning => ({ kind: 'warning', warning: word })
const HARMLESS: Meaning = { kind: 'harmless' }

/** The first prefix that fits counts, so the longer stand before the shorter. Keywords of RFC 8011, PWG 5100.9 and CUPS. */
const PREFIXES: readonly (readonly [string, Meaning])[] = [
  ['media-empty', trouble('media-empty')],
  ['media-needed', trouble('media-empty')],
  ['media-low', warning('media-low')],
  ['media-jam', trouble('media-jam')],
  ['input-tray-missing', trouble('tray-missing')],
  ['output-tray-missing', trouble('tray-missing')],
  ['cover-open', trouble('cover-open')],
  ['door-open', trouble('cover-open')],
  ['interlock', trouble('cover-open')],
  ['output-area-almost-full', warning('output-full')],
  ['output-area-full', trouble('output-full')],
  ['toner-low', warning('toner-low')],
  ['toner-empty', trouble('toner-empty')],
  ['marker-supply-low', warning('toner-low')],
  ['marker-supply-empty', trouble('toner-empty')],
  ['marker-waste-almost-full', warning('waste-full')],
  ['marker-waste-full', trouble('waste-full')],
  ['developer-low', warning('toner-low')],
  ['developer-empty', trouble('toner-empty')],
  ['fuser-over-temp', trouble('overheated')],
  ['spool-area-full', trouble('spool-full')],
  ['paused', trouble('paused')],
  ['moving-to-paused', trouble('paused')],
  ['offline', trouble('offline')],
  ['shutdown', trouble('offline')],
  ['timed-out', trouble('offline')],
  // Each job of a queue goes through it; a device that stays away shows in the look at the device and in the job's time.
  ['connecting-to-device', HARMLESS],
  ['cups-waiting-for-job-completed', HARMLESS],
  ['hold-new-jobs', warning('other')],
  ['identify-printer', HARMLESS],
]

export interface Reason {
  /** As the printer said it. */
  readonly keyword: string
  readonly meaning: Meaning
  /** The printer says that it stops for this. */
  readonly stops: boolean
}

const SUFFIX = /-(?:report|warning|error)$/

/** A keyword without how bad it is: printers change the suffix with what they are doing. */
export function stemOf(keyword: string): string {
  return keyword.replace(SUFFIX, '')
}

export function readReason(keyword: string, isStopped: boolean): Reason {
  const suffix = SUFFIX.exec(keyword)?.[0]
  const found = PREFIXES.find(([prefix]) => keyword.startsWith(prefix))
  if (found === undefined) {
    // "other" and what a maker invented. Without a suffix only the word of the standard is taken at its word.
    const stops = isStopped || suffix === '-error' || keyword === 'other'
    return { keyword, meaning: warning('other'), stops }
  }
  const [, meaning] = found
  const stops = meaning.kind === 'trouble' && (isStopped || suffix === undefined || suffix === '-error')
  return { keyword, meaning, stops }
}

/** One answer about the printer, and who gave it. */
export interface Told {
  readonly reading: PrinterReading
  readonly at: Place
}

/** A printer as it stands, seen as a whole. */
export interface Standing {
  /** What to say of it: the most urgent of all that stops it, or ready with what only warns. */
  readonly state: DocumentPrinterState
  /** Stems of reasons that name a trouble without stopping the printer: of interest when a job does not move. */
  readonly whispers: readonly string[]
  /** Stems of all reasons that stand. */
  readonly stems: readonly string[]
}

/** `distrusted`: stems whose "only a warning" proved wrong: a job did not move while they stood. */
export function standingOf(told: readonly Told[], distrusted: ReadonlySet<string>): Standing {
  const stopping: DocumentPrinterState[] = []
  const warnings = new Set<PrinterWarning>()
  const whispers: string[] = []
  for (const { reading, at } of told) {
    const isStopped = reading.printerState === 'stopped'
    let named = false
    for (const keyword of reading.reasons) {
      const reason = readReason(keyword, isStopped)
      if (reason.stops || (distrusted.has(stemOf(keyword)) && reason.meaning.kind === 'trouble')) {
        named = true
        stopping.push(stoppedState(reason))
      } else if (reason.meaning.kind === 'trouble') {
        whispers.push(stemOf(keyword))
        warnings.add(reason.meaning.trouble)
      } else if (reason.meaning.kind === 'warning') warnings.add(reason.meaning.warning)
    }
    if (isStopped && !named) stopping.push({ state: 'hardware-error', reason: 'stopped' })
    if (reading.accepting === false) stopping.push({ state: 'not-accepting', at })
  }
  const takes = told[0]?.reading.formats ?? []
  // An empty list is a printer that does not say, or was not asked: then its answer to the job decides.
  if (takes.length > 0 && !takes.includes(PDF_FORMAT)) {
    stopping.push({
      state: 'format-not-supported',
      takes: takes.filter(({ length }) => length <= MAX_FORMAT_CHARACTERS).slice(0, MAX_FORMATS),
    })
  }
  const state = urgentOf(stopping) ?? { state: 'ready', warnings: [...warnings].sort() }
  return { state, whispers, stems: told.flatMap(({ reading }) => reading.reasons.map(stemOf)) }
}

/** The state that is told of a trouble. */
export function stoppedState({ keyword, meaning }: Reason): DocumentPrinterState {
  if (meaning.kind === 'trouble') return { state: meaning.trouble }
  return { state: 'hardware-error', reason: KeywordSchema.safeParse(keyword).success ? keyword : 'other' }
}

/** What a printer also says when its cover is open or its paper out: told only when nothing says why. */
const CONSEQUENCES: readonly DocumentPrinterState['state'][] = ['paused', 'offline', 'not-accepting']

function urgentOf(states: readonly DocumentPrinterState[]): DocumentPrinterState | undefined {
  const causes = states.filter(({ state }) => !CONSEQUENCES.includes(state))
  const byCondition = new Map<Condition, DocumentPrinterState>()
  for (const state of causes.length > 0 ? causes : states) byCondition.set(documentPrinterCondition(state), state)
  const first = mostUrgent([...byCondition.keys()])
  return first === undefined ? undefined : byCondition.get(first)
}

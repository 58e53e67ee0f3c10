import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { createAccess } from './access.ts'
import { parsePrinterUrl } from './address.ts'
import { createDocumentPrinter } from './driver.ts'
import { createIppPost } from './http-post.ts'
import type { PrintOptions } from './print-options.ts'
import { type DocumentPrinterState, documentPrinterCondition, type PrintResult } from './states.ts'
import { DEFAULT_TIMING } from './timing.ts'

/** What a maintainer's command line asks of an A4 printer, each with a plain object as its answer. */

export interface DocumentPrinterProbe {
  readonly state: DocumentPrinterState
  readonly condition: ReturnType<typeof documentPrinterCondition>
  /** What to do next; empty when nothing is needed. */
  readonly advice: string
  readonly makeAndModel?: string
  /** Behind a queue of CUPS: where it says that its device is, and whether that can be asked itself. */
  readonly deviceUri?: string
  readonly deviceIsAsked?: boolean
  /** As a queue: what it does with a job that failed. One-time prints need abort-job. */
  readonly errorPolicy?: string
  readonly takesPdf?: boolean
  readonly bothSides?: boolean
  /** Why the printer could not be asked: an address, a status, a certificate. */
  readonly detail?: string
}

/** What a maintainer does next; a state that needs nothing has no entry. */
const ADVICE: Partial<Record<DocumentPrinterState['state'], string>> = {
  'media-empty': 'Put A4 paper into the tray.',
  'tray-missing': 'Push the tray in until it clicks.',
  'media-jam': 'Open the covers, take the jammed paper out, close them.',
  'cover-open': 'Close all covers and doors.',
  'output-full': 'Take the paper out of the output tray.',
  'toner-empty': 'Put in a new toner or ink cartridge.',
  'waste-full': 'Empty or replace the waste toner container.',
  overheated: 'Wait until it has cooled.',
  'spool-full': 'Delete old jobs at the printer.',
  paused: 'Press resume at the printer; for a queue of CUPS: cupsenable NAME.',
  offline: 'Switch the printer on and on line.',
  'not-accepting': 'Let it accept jobs; for a queue of CUPS: cupsaccept NAME.',
  'hardware-error': "Read the printer's own display; switch it off and on; else repair.",
  'format-not-supported': 'It takes no PDF: set up a queue of CUPS for it and use cups:NAME.',
  unplugged: 'Check power, network cable and the address.',
  'no-answer': 'Check that the address is an IPP printer, usually ipp://ADDRESS/ipp/print; switch it off and on.',
}

/** Asks a printer how it is. Never rejects; takes at most the time-outs of a few questions. */
export async function probe(url: string): Promise<DocumentPrinterProbe> {
  const parsed = parsePrinterUrl(url)
  if (!parsed.ok) return described({ state: 'unplugged', cause: 'bad-url', at: 'device' }, { detail: parsed.detail })
  const post = createIppPost(realClock)
  try {
    const access = createAccess(parsed.address, post, openLink, DEFAULT_TIMING)
    const look = await access.look('all', new Set())
    if (!look.ok) return described(look.state, { detail: look.detail })
    const { makeAndModel, deviceUri, errorPolicy, formats, sides } = look.reading
    return described(look.standing.state, {
      ...(makeAndModel === undefined ? {} : { makeAndModel }),
      ...(deviceUri === undefined ? {} : { deviceUri, deviceIsAsked: access.device() !== undefined }),
      ...(errorPolicy === undefined ? {} : { errorPolicy }),
      takesPdf: formats.includes('application/pdf'),
      bothSides: sides.some((word) => word.startsWith('two-sided')),
    })
  } finally {
    post.close()
  }
}

function described(
  state: DocumentPrinterState,
  more: Omit<DocumentPrinterProbe, 'state' | 'condition' | 'advice'>,
): DocumentPrinterProbe {
  return { state, condition: documentPrinterCondition(state), advice: ADVICE[state.state] ?? '', ...more }
}

/** Prints one PDF and waits for its end. `onState` tells what happens meanwhile. */
export async function printOnce(
  url: string,
  options: Omit<PrintOptions, 'jobId'> & { readonly jobId?: string },
  onState: (state: DocumentPrinterState) => void = () => undefined,
): Promise<PrintResult> {
  const printer = createDocumentPrinter({
    url,
    clock: realClock,
    onEvent: (event) => {
      if (event.event === 'state') onState(event.state)
    },
    log: () => undefined,
  })
  printer.start()
  const result = await printer.print({ jobId: 'print-test', ...options })
  await printer.stop()
  return result
}
